"""Waking workers. A lost or doubled wake-up is harmless: the sweeper finds what is due, a second worker finds nothing.

One Celery message serves a burst: while a wake-up of a lane is on its way, no second one is sent.
"""

import logging
import time
from functools import lru_cache
from typing import Any

from amqp.exceptions import AMQPError, MessageNacked
from celery import Celery
from django.conf import settings
from kombu import Connection, pools
from kombu.exceptions import OperationalError
from redis import RedisError

from integration.jobs import marks
from integration.jobs.bell import Bell
from integration.models import Lane

TASK = "tasks.work.run_lane"
PAUSE_SECONDS = 2.0
GATHER_SECONDS = 0.02
CONFIRM_SECONDS = 2.0
ONCE_MORE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
DOWN = (RedisError, AMQPError, MessageNacked, OperationalError, OSError)
log = logging.getLogger(__name__)
_paused = {"until": 0.0}


def queue(lane: Lane) -> str:
    return f"lane.{lane.name.lower()}"


def wake(lane: Lane) -> None:
    """Asks for a worker. Never fails: without a broker the sweeper does it later.

    What comes right after a call is gathered into one more, so that a burst costs each of its jobs next to nothing.
    """
    _bell.event(lane)


def _ring(lane: Lane) -> None:
    if time.monotonic() < _paused["until"]:
        return
    try:
        if marks.first(lane):
            send(lane)
    except DOWN as down:
        _paused["until"] = time.monotonic() + PAUSE_SECONDS
        log.warning("no broker, the sweeper will wake the workers", extra={"reason": type(down).__name__})


def send(lane: Lane) -> None:
    """Workers make the queue: before the first one came, there is nobody to wake.

    A connection of the pool may have ended while it was not used: then once more, on a new one.
    """
    _sender().send_task(
        TASK, args=[int(lane)], queue=queue(lane), declare=[], ignore_result=True, confirm_timeout=CONFIRM_SECONDS,
        retry=True, retry_policy=ONCE_MORE,
    )  # fmt: skip


def start(task: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """Has a worker run a task that the clock starts, besides. Raises DOWN."""
    _sender().send_task(
        task, args=args, kwargs=kwargs, queue=settings.MAINTENANCE_QUEUE, declare=[], ignore_result=True,
        confirm_timeout=CONFIRM_SECONDS, retry=True, retry_policy=ONCE_MORE,
    )  # fmt: skip


def connection() -> Connection:
    """A new one to the broker, which is not open yet."""
    return _sender().connection_for_write()


def arrived(lane: Lane) -> None:
    """The worker is here and looks for work from now on: what comes later needs a wake-up of its own."""
    try:
        marks.clear(lane)
    except RedisError:
        log.warning("no marks of wake-ups")


def forget_connections() -> None:
    """They are made anew when they are needed. kombu keeps its pools by address, and lends them to any app."""
    _sender.cache_clear()
    pools.producers.clear()
    pools.connections.clear()
    marks.forget_connections()


def more_urgent(lane: Lane) -> bool:
    """Whether a more urgent lane has asked for a worker and got none yet. False without a broker."""
    if time.monotonic() < _paused["until"]:
        return False
    try:
        return marks.any_of(each for each in Lane if each < lane)
    except RedisError:
        return False


_bell = Bell(_ring, GATHER_SECONDS)


@lru_cache(maxsize=1)
def _sender() -> Celery:
    """An app of its own: whoever adds a job, in whatever process, can wake a worker."""
    app = Celery("crossdock", set_as_current=False)
    app.conf.update(settings.BROKER, broker_transport_options=settings.BROKER_SENDING, task_ignore_result=True)
    return app
