"""Waking workers. A lost or doubled wake-up is harmless: the sweeper finds what is due, a second worker finds nothing.

One Celery message serves a burst: while a wake-up of a lane is on its way, no second one is sent.
"""

import logging
import time
from functools import lru_cache

import redis
from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError

from integration.jobs.bell import Bell
from integration.models import Lane

TASK = "tasks.work.run_lane"
ON_ITS_WAY_SECONDS = 5
PAUSE_SECONDS = 2.0
GATHER_SECONDS = 0.02
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
        if _broker().set(_key(lane), b"1", nx=True, ex=ON_ITS_WAY_SECONDS):
            send(lane)
    except (redis.RedisError, OperationalError, OSError) as down:
        _paused["until"] = time.monotonic() + PAUSE_SECONDS
        log.warning("no broker, the sweeper will wake the workers", extra={"reason": type(down).__name__})


def send(lane: Lane) -> None:
    _sender().send_task(TASK, args=[int(lane)], queue=queue(lane), retry=False, ignore_result=True)


def arrived(lane: Lane) -> None:
    """The worker is here and looks for work from now on: what comes later needs a wake-up of its own."""
    try:
        _broker().delete(_key(lane))
    except redis.RedisError:
        log.warning("no broker")


def forget_connections() -> None:
    """They are made anew when they are needed."""
    _sender.cache_clear()
    _broker.cache_clear()


def more_urgent(lane: Lane) -> bool:
    """Whether a more urgent lane has asked for a worker and got none yet. False without a broker."""
    above = [_key(each) for each in Lane if each < lane]
    if time.monotonic() < _paused["until"]:
        return False
    try:
        return bool(above and _broker().exists(*above))
    except redis.RedisError:
        return False


def _key(lane: Lane) -> str:
    return f"crossdock:wake:{lane.value}"


_bell = Bell(_ring, GATHER_SECONDS)


@lru_cache(maxsize=1)
def _sender() -> Celery:
    """An app of its own: whoever adds a job, in whatever process, can wake a worker."""
    app = Celery("crossdock", broker=settings.REDIS_URL, set_as_current=False)
    app.conf.update(broker_transport_options=settings.BROKER_TRANSPORT, task_ignore_result=True)
    return app


@lru_cache(maxsize=1)
def _broker() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1.0, socket_connect_timeout=0.5)
