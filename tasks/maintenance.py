"""What beat asks for every few seconds."""

from celery import shared_task

from integration.jobs import retention, sweep


@shared_task(ignore_result=True)
def wake() -> None:
    """Work that nobody was woken for, and connections whose breaker may close."""
    sweep.probe_breakers()
    sweep.wake_due()


@shared_task(ignore_result=True)
def clear() -> None:
    """Causes that are gone, and answers that did not come."""
    sweep.release_mapped()
    sweep.overdue_acknowledgements()


@shared_task(ignore_result=True)
def remove_old() -> None:
    """What has been kept long enough, for a few seconds."""
    retention.run()
