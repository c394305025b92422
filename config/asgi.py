"""The web process for ASGI servers. The Celery app is named here because the web process wakes workers too."""

from django.core.asgi import get_asgi_application

from config import start
from config.celery import app as celery

celery.set_default()
start.refuse_wrong_settings()
application = get_asgi_application()
