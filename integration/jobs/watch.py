"""Who watches the watchers: workers look for alerts when no beat does, and somebody outside hears that both work."""

import logging

from django.conf import settings
from django.db import transaction

from integration.adapters import notify
from integration.errors import Unreachable
from integration.jobs import cases, dispatch, lease
from integration.models import BeatLease

LOOK = "tasks.alerts.look"
log = logging.getLogger(__name__)


def stand_in_for_beat() -> bool:
    """Where one has led and none leads; returns whether a look was asked for. A worker's sign of life asks, so that
    each worker does it every few seconds: looks take turns, and one costs little."""
    if lease.leader() is not None or not BeatLease.objects.filter(name=lease.NAME).exists():
        return False
    try:
        dispatch.start(LOOK, [], {})
    except dispatch.DOWN as down:
        log.warning("no broker, nobody is asked to look for alerts", extra={"reason": type(down).__name__})
        return False
    return True


def sign_of_life() -> bool:
    """Started by the clock and done by a worker: while it arrives, both work. True when it was taken."""
    if not settings.HEARTBEAT_URL:
        return False
    try:
        notify.ping(settings.HEARTBEAT_URL)
    except Unreachable as failure:
        log.warning("sign of life not taken outside", extra={"reason": failure.context["detail"]})
        with transaction.atomic():
            cases.open_case(failure)
        return False
    with transaction.atomic():
        cases.clear("It was taken again.", notify.NO_HEARTBEAT)
    return True
