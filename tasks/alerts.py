"""What people are told without looking. A lost message costs one look: the next one finds the same."""

import logging

from celery import shared_task
from django.conf import settings

from integration.adapters import notify
from integration.errors import Unreachable
from integration.jobs import alerts, notices

log = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def look() -> None:
    """What people have to be told, and whatever is due: each channel by a task of its own, as one may be slow."""
    alerts.look()
    for channel in notices.due_channels():
        notices.wake(channel)


@shared_task(ignore_result=True)
def tell(channel: int) -> None:
    notices.deliver(channel)


@shared_task(ignore_result=True)
def heartbeat() -> None:
    """To whoever watches from outside: the clock runs, and a worker works."""
    if settings.HEARTBEAT_URL:
        try:
            notify.ping(settings.HEARTBEAT_URL)
        except Unreachable as failure:
            log.warning("sign of life not taken outside", extra={"reason": failure.context["detail"]})
