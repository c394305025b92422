"""Small words for tests of the engine: put work in, run it, let time pass, look at what came of it."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, TypeVar

from django.db import connection as database
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from integration.jobs import engine, streams
from integration.jobs.effects import Write
from integration.jobs.queue import NewJob, enqueue
from integration.jobs.work import Handler, Outcome
from integration.models import Connection, ConnectionGate, Effect, ExceptionCase, Lane, Stream, SyncJob

State = SyncJob.State
Got = TypeVar("Got")


def put(stream: str = "order:1", *, flow: str = "work", **given: Any) -> SyncJob:
    """Adds a job at the end of its stream."""
    given.setdefault("lane", Lane.ORDER)
    with transaction.atomic():
        job = enqueue(NewJob(flow=flow, stream=stream, subject=given.pop("subject", stream), **given))
    assert job is not None
    return job


def put_and_roll_back() -> None:
    """Raises ZeroDivisionError."""
    with transaction.atomic():
        put()
        raise ZeroDivisionError


def run(handler: Handler, *, lane: Lane = Lane.ORDER, seconds: float = 20.0) -> int:
    """One worker, until nothing is due; returns how many jobs ran."""
    return engine.run_lane(lane, {"work": handler}, seconds=seconds)


def fine(work: Any) -> Outcome:
    return Outcome("done")


def failing(error: Exception) -> Handler:
    def handle(work: Any) -> Outcome:
        raise error

    return handle


def partner(slug: str = "wms", **given: Any) -> Connection:
    usual: dict[str, Any] = {"name": slug.upper(), "kind": "http_json", "base_url": "https://wms.test"}
    usual |= {"connect_timeout": 5.0, "read_timeout": 25.0}  # a call takes 30 s at most
    return Connection.objects.create(slug=slug, **{**usual, **given})


def write(send: Callable[[], Any], **given: Any) -> Write:
    usual: dict[str, Any] = {"key": "shipment/1", "verb": "ship", "intent": {"units": 8}, "calls": 1}
    return Write(**{**usual, "send": send, **given})


def time_passes(seconds: int = 3600) -> None:
    """Everything that is due within so many seconds is due now, and claims of that length are over."""
    shift = f"interval '{seconds} seconds'"
    tables = {
        Stream: ("next_due_at", "claimed_until"),
        SyncJob: ("next_attempt_at",),
        Effect: ("intended_at", "may_land_until"),
        ConnectionGate: ("probe_at",),
    }
    with database.cursor() as cursor:
        for model, columns in tables.items():
            moved = ", ".join(f"{column} = {column} - {shift}" for column in columns)
            cursor.execute(f"UPDATE {model._meta.db_table} SET {moved}")


def claim_one(lane: Lane = Lane.ORDER, seconds: float = 60.0) -> streams.Claim:
    [claim], _ = streams.claim(lane, streams=1, seconds=seconds)
    return claim


def together(*functions: Callable[[], Got]) -> list[Got]:
    """Runs each in a thread with a database connection of its own, all from one moment on; raises what they raise."""
    start = threading.Barrier(len(functions))

    def one(function: Callable[[], Got]) -> Got:
        with closing(database):
            start.wait(timeout=10)
            return function()

    with ThreadPoolExecutor(len(functions)) as pool:
        return [each.result(timeout=120) for each in [pool.submit(one, function) for function in functions]]


def until(condition: Callable[[], Got], seconds: float = 20.0) -> Got:
    """Polls; fails when it takes longer than so many seconds."""
    ends = time.monotonic() + seconds
    while not (got := condition()):
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)
    return got


def somebody_waits() -> bool:
    """Whether a transaction waits for a lock that another one holds."""
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def stuck() -> list[str]:
    """Streams that hold work which is due, and that nobody would ever look at again."""
    due = SyncJob.objects.filter(state__in=[State.PENDING, State.RUNNING]) | SyncJob.objects.filter(
        state__in=[State.RETRY, State.BLOCKED], next_attempt_at__lte=Now()
    )
    heads = due.filter(stream__next_due_at=None, stream__claimed_until=None)
    return list(heads.values_list("stream__key", flat=True))


def states(*jobs: SyncJob) -> list[str]:
    found = dict(SyncJob.objects.filter(pk__in=[job.pk for job in jobs]).values_list("pk", "state"))
    return [found[job.pk] for job in jobs]


def cases() -> list[tuple[str, str, int]]:
    """Code, state and count of every case, the oldest first."""
    return list(ExceptionCase.objects.order_by("pk").values_list("code", "state", "count"))


def open_codes() -> list[str]:
    rows = ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED)
    return sorted(rows.values_list("code", flat=True))


def expire(jobs: Sequence[SyncJob]) -> None:
    """The workers that hold these jobs' streams are taken for dead."""
    rows = Stream.objects.filter(pk__in=[job.stream_id for job in jobs])
    rows.update(claimed_until=Now(), next_due_at=F("next_due_at"))
