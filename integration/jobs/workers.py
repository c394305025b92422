"""Who is there to do the work: asked of the workers themselves, by way of the broker."""

from celery import current_app
from kombu.exceptions import OperationalError


def queues_by_worker(*, seconds: float) -> dict[str, frozenset[str]]:
    """The workers that answer within the time, and the queues that each serves. Raises ConnectionError."""
    try:
        answers = current_app.control.inspect(timeout=seconds).active_queues()
    except (OperationalError, OSError) as down:
        raise ConnectionError(str(down)) from down
    return {name: frozenset(queue["name"] for queue in queues) for name, queues in (answers or {}).items()}
