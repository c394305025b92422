"""Ends a worker that no longer hears its broker, so that its supervisor starts a new one.

After a lost connection a Celery worker may run on without a consumer, healthy to everybody who asks (celery#8091,
#10205). So each sends itself a message every few seconds, on a connection that is made for it. Messages go out and
nothing at all comes in: then the worker is deaf.
"""

import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from celery import bootsteps, signals
from celery.utils.log import get_logger
from celery.worker import state
from django.conf import settings

from config.queues import canary_queue
from integration.jobs import drain, fork

TASK = "tasks.maintenance.settle_canary"
ENDS_WITH = os.EX_TEMPFAIL
BUSY_TIMES = 10  # so much longer may a worker stay silent of which every child has a task
SLOW_SECONDS = 2.0  # a broker that needs so long is not well itself
log = get_logger(__name__)


@dataclass(slots=True)
class Ear:
    """Whether a worker still hears. It is not deaf for what nobody could have heard: ``sent`` False."""

    patience: float
    since: float
    count: int = 0

    def is_deaf(self, *, now: float, count: int, sent: bool, busy: bool) -> bool:
        if count != self.count or not sent:
            self.count, self.since = count, now
        return now - self.since > self.patience * (BUSY_TIMES if busy else 1)


class Watchdog(bootsteps.StartStopStep):
    """A thread in the worker's main process."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **options: Any) -> None:
        self._over = threading.Event()
        super().__init__(worker, **options)

    def create(self, worker: Any) -> None:
        worker.app.amqp.queues.select_add(canary_queue(worker.hostname, settings.BROKER_URL))
        signals.worker_shutting_down.connect(_drain, weak=False)
        signals.worker_process_init.connect(_forked, weak=False)

    def start(self, worker: Any) -> None:
        self._thread = threading.Thread(target=self._watch, args=[worker], daemon=True, name="watchdog")
        self._thread.start()

    def stop(self, worker: Any) -> None:
        self._over.set()
        self._thread.join(SLOW_SECONDS)  # what it sends just now would make the queue anew
        with suppress(Exception), _connection(worker.app) as broker:
            broker.default_channel.queue_delete(canary_queue(worker.hostname, settings.BROKER_URL).name)

    def _watch(self, worker: Any) -> None:
        ear = Ear(settings.WORKER["deaf_seconds"], since=time.monotonic())
        while True:
            sent = _send(worker.app, worker.hostname)
            if self._over.wait(settings.WORKER["canary_seconds"]) or drain.begun():
                return
            busy = len(state.active_requests) >= worker.concurrency
            if ear.is_deaf(now=time.monotonic(), count=state.all_total_count[0], sent=sent, busy=busy):
                _end(ear.patience)


def _drain(**_: Any) -> None:
    drain.begin()


def _forked(**_: Any) -> None:
    fork.forget_connections()


def _send(app: Any, hostname: str) -> bool:
    """Whether the broker took the message, and readily: then it can be heard."""
    began = time.monotonic()
    queue, expires = canary_queue(hostname, settings.BROKER_URL), settings.WORKER["deaf_seconds"]
    try:
        with _connection(app) as broker:
            app.send_task(
                TASK, [hostname], queue=queue, connection=broker, expires=expires, retry=False,
                confirm_timeout=SLOW_SECONDS,
            )  # fmt: skip
    except Exception:  # whatever it is, this thread must live on
        return False
    return time.monotonic() - began < SLOW_SECONDS


def _connection(app: Any) -> Any:
    return app.connection_for_write(transport_options=settings.BROKER_SENDING)


def _end(patience: float) -> None:
    """As on SIGTERM, what runs may end; a main loop that hangs does not look, so there is an end to that as well."""
    log.critical("nothing was heard for %g s although the broker takes messages: this worker ends", patience)
    drain.begin()
    state.should_stop = ENDS_WITH  # type: ignore[assignment]
    time.sleep(settings.WORKER["soft_shutdown_seconds"])
    os._exit(ENDS_WITH)
