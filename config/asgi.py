"""The web process for ASGI servers. The Celery app is named here because the web process wakes workers too."""

import os

from django.core.asgi import get_asgi_application

from config.celery import app as celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

celery.set_default()
application = get_asgi_application()
