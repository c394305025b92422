"""Who is there to do the work, as the workers themselves tell by way of the broker; and what RabbitMQ tells."""

from collections.abc import Iterable

from amqp.exceptions import AMQPError, NotFound, PreconditionFailed
from celery import current_app
from kombu import Connection, Queue
from kombu.exceptions import OperationalError

from integration.jobs import dispatch


def queues_by_worker(*, seconds: float) -> dict[str, frozenset[str]]:
    """The workers that answer within the time, and the queues that each serves. Raises ConnectionError."""
    try:
        answers = current_app.control.inspect(timeout=seconds).active_queues()
    except (OperationalError, OSError) as down:
        raise ConnectionError(str(down)) from down
    return {name: frozenset(queue["name"] for queue in queues) for name, queues in (answers or {}).items()}


def rabbitmq(queues: Iterable[Queue]) -> tuple[str, list[str]]:
    """Its version, and the names of queues that are there, but of another kind. Raises ConnectionError."""
    try:
        with dispatch.connection() as broker:
            broker.ensure_connection(max_retries=1)
            version = str(broker.connection.server_properties["version"])
            return version, [queue.name for queue in queues if _is_other(broker, queue)]
    except (AMQPError, OperationalError, OSError) as down:
        raise ConnectionError(str(down)) from down


def _is_other(broker: Connection, queue: Queue) -> bool:
    """A queue that is missing is not made here."""
    try:
        with broker.channel() as channel:
            bound = queue(channel)
            bound.queue_declare(passive=True)
            bound.queue_declare()
    except NotFound:
        return False
    except PreconditionFailed:
        return True
    return False
