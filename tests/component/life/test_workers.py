"""Workers as processes: their signs of life, and what becomes of one that no longer hears its broker."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import pytest
import redis
from django.conf import settings

from config.broker import configuration
from config.queues import CANARIES, NAMES
from integration.jobs import canaries, dispatch
from integration.models import Canary, Lane, Stream, SyncJob
from tests.component.engine.yard import put
from tests.component.life.carriers import Carrier, carrier, rabbit, rabbit_server
from tests.component.life.conftest import Start
from tests.component.life.wire import wire
from tests.component.life.worker_process import ARGUMENTS, NAME, SLOW_SECONDS
from tests.rig.poll import until

CANARY = f"{CANARIES}.{NAME}"
__all__ = ["carrier", "rabbit", "rabbit_server"]
DEAF = 4.0
PACE = {"WORKER_CANARY_SECONDS": "0.5", "WORKER_DEAF_SECONDS": f"{DEAF}", "WORKER_SOFT_SHUTDOWN_SECONDS": "5"}
SOON = DEAF + 5.0 + 10.0  # deaf, at its end by force, and a machine that has other things to do
TIMEOUTS = 20.0  # of a canary that was under way just then
Worker = subprocess.Popen[bytes]


OURS = ["tests.component.life.worker_process"]
PLAIN = ["celery", "-A", "config", *ARGUMENTS]


@pytest.fixture
def heard(carrier: Carrier, settings: Any) -> Iterator[Carrier]:
    """This process sends by it, too."""
    if carrier.setting == "BROKER_URL":
        settings.BROKER_URL, settings.BROKER = carrier.url, configuration(carrier.url)
    dispatch.forget_connections()
    yield carrier
    dispatch.forget_connections()


def worker(start: Start, command: Sequence[str] = OURS, **environment: str) -> Worker:
    """One that has given a sign of life."""
    began = start(*command, **{**PACE, **environment})
    until(lambda: Canary.objects.filter(process=NAME).exists(), seconds=60)
    return began


def sign() -> datetime:
    return Canary.objects.get(process=NAME).settled_at


def child() -> int:
    return Canary.objects.get(process=NAME).pid


def more_signs() -> None:
    before = sign()
    until(lambda: sign() > before, seconds=SOON)


def end(process: Worker) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout=60)


def broker() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL)


def test_signs_of_life_are_a_message_read_and_a_row_written(start: Start) -> None:
    process = worker(start)
    more_signs()
    assert child() != process.pid  # the process that does the work, not the one that hands it out
    assert canaries.alive(Canary.Kind.WORKER).count() == 1
    assert end(process) == 0
    assert broker().exists(CANARY) == 0


def test_a_worker_without_a_consumer_ends_itself_and_says_so(start: Start, heard: Carrier) -> None:
    process = worker(start, PLAIN, **heard.by(heard.url))
    for queue in (*NAMES, CANARY):
        dispatch._sender().control.cancel_consumer(queue, destination=[NAME])
    assert process.wait(timeout=SOON) == os.EX_TEMPFAIL


def test_a_worker_whose_connection_went_dead_without_a_sound_ends_itself(start: Start, carrier: Carrier) -> None:
    with wire(carrier.url) as to_broker:
        process = worker(start, **carrier.by(to_broker.url))
        until(lambda: more_signs() is None and to_broker.age > 2, seconds=SOON)
        to_broker.hush()
        assert process.wait(timeout=SOON + TIMEOUTS) == os.EX_TEMPFAIL


def test_a_worker_whose_connections_were_closed_hears_again(start: Start, carrier: Carrier) -> None:
    with wire(carrier.url) as to_broker:
        process = worker(start, **carrier.by(to_broker.url))
        to_broker.close_all()
        more_signs()
        more_signs()
        assert process.poll() is None


def test_a_broker_that_is_away_is_nobodys_fault(start: Start, carrier: Carrier) -> None:
    with wire(carrier.url) as to_broker:
        process = worker(start, **carrier.by(to_broker.url))
        to_broker.cut()
        before = time.monotonic()
        until(lambda: time.monotonic() - before > 2 * DEAF or process.poll() is not None, seconds=SOON)
        to_broker.mend()
        more_signs()
        more_signs()
        assert process.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT])
def test_a_worker_that_must_end_gives_back_what_it_has_not_begun(start: Start, number: int) -> None:
    """SIGTERM waits for what runs, SIGQUIT for so long and no longer."""
    process = worker(start)
    jobs = [put(f"order:{number}", flow="slow") for number in range(40)]
    until(lambda: SyncJob.objects.filter(state="succeeded").count() >= 2, seconds=30)
    process.send_signal(number)
    process.wait(timeout=60)
    states = set(SyncJob.objects.values_list("state", flat=True))
    assert (states, Stream.objects.exclude(claim_token=None).count()) == ({"pending", "succeeded"}, 0)
    done = SyncJob.objects.filter(state="succeeded").count()
    assert 2 <= done < len(jobs)
    assert done * SLOW_SECONDS < 8.0  # less than a slice of its lane


def test_a_child_is_replaced_after_so_many_tasks(start: Start) -> None:
    worker(start, WORKER_MAX_TASKS_PER_CHILD="2", WORKER_DEAF_SECONDS="60")
    first = child()
    until(lambda: child() != first, seconds=SOON)


def test_a_child_is_replaced_when_it_is_too_large(start: Start) -> None:
    worker(start, WORKER_MAX_MEMORY_MB="250", WORKER_DEAF_SECONDS="60")
    first = child()
    more_signs()
    assert child() == first
    put(flow="fat", lane=Lane.SHIPMENT)
    until(lambda: child() != first, seconds=SOON)
    assert SyncJob.objects.get().state == "succeeded"
