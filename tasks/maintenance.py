"""What beat asks for every few seconds. A message that is lost is made good by the next one."""

import logging

from celery import shared_task
from django.db import InterfaceError, OperationalError

from integration.jobs import (
    alerts,
    audit,
    canaries,
    cases,
    desk,
    holders,
    packs,
    pulse,
    retention,
    shipments,
    slots,
    sweep,
    watch,
)
from integration.jobs.tree import drifting
from integration.reconcile import stock
from integration.reports import mailing

log = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def wake() -> None:
    """Work that nobody was woken for, and connections whose breaker may close."""
    sweep.probe_breakers()
    sweep.wake_due()


@shared_task(ignore_result=True)
def clear() -> None:
    """Causes that are gone, answers that did not come, and cases that get old."""
    sweep.release_mapped()
    sweep.overdue_acknowledgements()
    shipments.tell_missing()
    desk.tick()


@shared_task(ignore_result=True)
def forget() -> None:
    """Rows that only the last days need."""
    slots.forget()
    canaries.forget()
    pulse.forget()
    cases.forget_tallies()
    mailing.forget()
    alerts.forget()
    stock.forget()


@shared_task(ignore_result=True)
def settle_canary(worker: str) -> None:
    """A worker's message to itself: it was fetched, and PostgreSQL can be written to.

    And a look at what processes that died beside it still hold, and whether there is a clock.
    """
    try:
        canaries.settle(worker, canaries.WORKER)
        holders.free_what_dead_ones_hold()
        watch.stand_in_for_beat()
    except (OperationalError, InterfaceError) as down:
        log.warning("no database, no sign of life", extra={"reason": type(down).__name__})


@shared_task(ignore_result=True)
def count() -> None:
    """What went through, for the charts."""
    pulse.count()


@shared_task(ignore_result=True)
def seal() -> None:
    """The audit log's newest rows."""
    audit.seal()


@shared_task(ignore_result=True)
def compare_configuration() -> None:
    """Whether the database says what the files say that it is kept in."""
    drifting.compare()


@shared_task(ignore_result=True)
def make_packs() -> None:
    """What each warehouse works by should we be down."""
    packs.make_all()


@shared_task(ignore_result=True)
def remove_old() -> None:
    """What has been kept long enough, for a few seconds."""
    retention.run()
