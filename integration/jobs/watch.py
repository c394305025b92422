"""Who watches the clock: workers, by their own signs of life. Without a beat they look for alerts themselves."""

import logging

from integration.jobs import dispatch, lease
from integration.models import BeatLease

TASK = "tasks.alerts.look"
log = logging.getLogger(__name__)


def stand_in_for_beat() -> bool:
    """Where one has led and none leads; returns whether a look was asked for. A worker's sign of life asks, so that
    each worker does it every few seconds: looks take turns, and one costs little."""
    if lease.leader() is not None or not BeatLease.objects.filter(name=lease.NAME).exists():
        return False
    try:
        dispatch.start(TASK, [], {})
    except dispatch.DOWN as down:
        log.warning("no broker, nobody is asked to look for alerts", extra={"reason": type(down).__name__})
        return False
    return True
