"""What people are told without looking. A lost message costs one look: the next one finds the same."""

from celery import shared_task

from integration.jobs import alerts, notices, watch


@shared_task(ignore_result=True)
def look() -> None:
    """What people have to be told, and whatever is due: each channel by a task of its own, as one may be slow.

    What is due goes out whether or not the look came to its end.
    """
    try:
        alerts.look()
    finally:
        for channel in notices.due_channels():
            notices.wake(channel)


@shared_task(ignore_result=True)
def tell(channel: int) -> None:
    notices.deliver(channel)


@shared_task(ignore_result=True)
def heartbeat() -> None:
    watch.sign_of_life()
