"""What reports are made from, and the mails that are due."""

from celery import shared_task

from integration.reports import keeping, mailing


@shared_task(ignore_result=True)
def take_figures() -> None:
    """What the day has come to so far. What one run leaves is taken by the next one."""
    keeping.run()


@shared_task(ignore_result=True)
def mail() -> None:
    mailing.start()
