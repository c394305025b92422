"""`python -m tests.bench.retention [jobs]`: the engine beside millions of ended jobs, and how fast these leave.

Not among `make bench`: to fill the tables takes minutes and some gigabytes.
"""

import os
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from config import start
from config.local.place import CHECKOUT
from tests.rig.servers import own_servers

JOBS = 5_000_000
JOBS_PER_STREAM = 5
JOBS_PER_MESSAGE = 5
KEPT_DAYS, OLDEST_DAYS = 90, 120
CHUNK = 250_000
ROUNDS, RUN_JOBS, MESSAGES = 5, 10_000, 1_000
REMOVE_SECONDS = 12.0
FORMER = "0003_mapping_alias"  # before the indexes were looked at
TABLES = ("stream", "syncjob", "jobattempt", "inboundmessage", "messagekey")

_STREAMS = """
INSERT INTO integration_stream (key, lane)
SELECT 'delivery:0:' || n, 1 + n %% 2 FROM generate_series(%(first)s, %(last)s) AS n WHERE n %% %(per)s = 0"""
_MESSAGES = """
WITH kept AS (
  INSERT INTO integration_inboundmessage (connection_id, external_id, type, reference, body, headers, drift, trace_id,
    received_at)
  SELECT %(connection)s, 'msg_' || md5(n::text), 'shipment.confirmed', 'SHP-' || n, convert_to(repeat(md5(n::text), 20),
    'UTF8'), '{}', '[]', gen_random_uuid(), now() - (1 - n::float8 / %(jobs)s) * %(days)s * interval '1 day'
  FROM generate_series(%(first)s, %(last)s) AS n WHERE n %% %(per_message)s = 0 RETURNING external_id, received_at)
INSERT INTO integration_messagekey (connection_id, external_id, body_sha256, received_at)
SELECT %(connection)s, external_id, sha256('x'), received_at FROM kept"""
_JOBS = """
WITH ended AS (
  INSERT INTO integration_syncjob (stream_id, flow, payload, subject, inbound_id, state, attempts, tries, started_with,
    crashes, failure_code, failure_mode, failure_text, trace_id, created_at, started_at, finished_at)
  SELECT %(stream)s + n / %(per)s, 'shipment_confirmation', jsonb_build_object('message', n), 'shipment.confirmed SHP-'
    || n, CASE WHEN n %% %(per_message)s = 0 THEN %(message)s + n / %(per_message)s END,
    CASE WHEN n %% 1000 = 0 THEN 'cancelled' WHEN n %% 100 = 0 THEN 'superseded' ELSE 'succeeded' END,
    0, 1, 1, 0, '', '', '', gen_random_uuid(), at, at, at
  FROM generate_series(%(first)s, %(last)s) AS n,
    LATERAL (SELECT now() - (1 - n::float8 / %(jobs)s) * %(days)s * interval '1 day' AS at) AS born
  RETURNING id, created_at)
INSERT INTO integration_jobattempt (job_id, number, worker, started_at, ended_at, outcome, code, detail, calls)
SELECT id, 1, 'bench:1', created_at, created_at, 'succeeded', '', 'posted WH/OUT/00042', '[{"ms": 12.5, "what":
  "stock.picking.read", "outcome": "ok"}]' FROM ended"""


def main(arguments: list[str]) -> None:
    jobs = int(arguments[0]) if arguments else JOBS
    with own_servers("retention") as stack:
        os.environ.update(stack.local("retention").environment())
        start.read_settings()
        measure(jobs)


def measure(jobs: int, tell: Callable[[str], None] = print) -> None:
    """On an empty database that the settings name."""
    from django.core.management import call_command  # noqa: PLC0415  (when the settings are in place)

    call_command("migrate", interactive=False, verbosity=0)
    before, now = [], []
    for _ in range(3):
        call_command("migrate", "integration", FORMER, interactive=False, verbosity=0)
        before.append(run_jobs())
        call_command("migrate", interactive=False, verbosity=0)
        now.append(run_jobs())
    tell(f"with the indexes of {FORMER}: {_three(before)} jobs/s, with ours {_three(now)} jobs/s")
    work("with empty tables", tell)
    rows(f"TRUNCATE {', '.join(f'integration_{table}' for table in TABLES)} CASCADE")
    fill(jobs, tell)
    sizes(tell)
    work(f"beside {jobs:,} ended jobs", tell)
    look(tell)
    for rows_at_once in (1000, 250):
        tell(f"removal alone: {removal(rows_at_once)}")
    beside(tell)
    sizes(tell)


def rows(statement: str, arguments: Any = ()) -> list[tuple[Any, ...]]:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return list(cursor.fetchall()) if cursor.description else []


def fill(jobs: int, tell: Callable[[str], None]) -> None:
    """Without the checks of foreign keys, which are right by the way the numbers are made."""
    from integration.models import InboundMessage, Stream  # noqa: PLC0415

    began, connection = time.monotonic(), partner().pk
    common = {"jobs": jobs, "days": OLDEST_DAYS, "connection": connection, "per": JOBS_PER_STREAM}
    common |= {"per_message": JOBS_PER_MESSAGE, "stream": _next(Stream), "message": _next(InboundMessage)}
    rows("SET session_replication_role = replica")
    for first in range(0, jobs, CHUNK):
        here = common | {"first": first, "last": min(first + CHUNK, jobs) - 1}
        for statement in (_STREAMS, _MESSAGES, _JOBS):
            rows(statement, here)
    rows("SET session_replication_role = DEFAULT")
    for table in TABLES:
        rows(f"VACUUM ANALYZE integration_{table}")
    tell(f"{jobs:,} ended jobs made in {time.monotonic() - began:,.0f} s")


def _next(model: Any) -> int:
    """The id that the next row gets."""
    table = model._meta.db_table
    last = rows(
        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), nextval(pg_get_serial_sequence('{table}', 'id')))"
    )
    return int(last[0][0]) + 1


def partner() -> Any:
    from integration.models import Connection  # noqa: PLC0415

    return Connection.objects.get_or_create(slug="bench", kind="http_json", name="Bench", base_url="http://b.test")[0]


def work(where: str, tell: Callable[[str], None]) -> None:
    """One worker that takes and settles jobs which do nothing, and messages stored one by one."""
    speeds = [run_jobs() for _ in range(ROUNDS)]
    tell(f"{where}: {_three(speeds)} jobs/s taken and settled by one worker")
    times = sorted(time for _ in range(ROUNDS) for time in store_messages())
    tell(f"{where}: a message stored in {_share(times, 0.5):.2f} ms (p50), {_share(times, 0.99):.2f} ms (p99)")


def run_jobs(count: int = RUN_JOBS) -> float:
    """Jobs a second."""
    from django.db import connection  # noqa: PLC0415

    from integration.jobs import dispatch, engine  # noqa: PLC0415
    from integration.jobs.work import Outcome  # noqa: PLC0415
    from integration.models import Lane  # noqa: PLC0415

    dispatch.wake = lambda lane: None  # nobody else is to help
    mark = uuid.uuid4().hex
    rows(
        "WITH made AS (INSERT INTO integration_stream (key, lane, next_due_at) SELECT %s || n, 3, now()"
        " FROM generate_series(1, %s) AS n RETURNING id) INSERT INTO integration_syncjob (stream_id, flow, payload,"
        " subject, state, attempts, tries, started_with, crashes, failure_code, failure_mode, failure_text, trace_id,"
        " created_at) SELECT made.id, 'nothing', '{}', 'bench', 'pending', 0, 0, 1, 0, '', '', '', gen_random_uuid(),"
        " now() FROM made, generate_series(1, %s)",
        [f"bench:{mark}:", count // JOBS_PER_STREAM, JOBS_PER_STREAM],
    )
    began, ran = time.perf_counter(), 0
    while some := engine.run_lane(Lane.INVENTORY, {"nothing": lambda work: Outcome("nothing to do")}, seconds=60):
        ran += some
    connection.close_if_unusable_or_obsolete()
    return ran / (time.perf_counter() - began)


def store_messages(count: int = MESSAGES) -> list[float]:
    """Milliseconds of each: the number, the message, its stream and its job, committed."""
    from integration.jobs import inbox, sql  # noqa: PLC0415

    connection, times = partner().pk, []
    for _ in range(count):
        number = uuid.uuid4().hex
        row = {
            **{
                "connection": connection,
                "number": number,
                "digest": b"0" * 32,
                "about": number,
                "kinds": ["delivery"],
                "headers": "{}",
            },
            **{"reference": number, "type": "shipment.confirmed", "body": number.encode() * 20, "drift": "[]"},
            **{"trace": uuid.uuid4(), "key": f"bench:{number}", "lane": 4, "delay": 1e9, "flow": "nothing"},
            "subject": number,
        }
        began = time.perf_counter()
        sql.rows(inbox._KEEP, row)
        times.append((time.perf_counter() - began) * 1000)
    return times


def look(tell: Callable[[str], None]) -> None:
    """What the console and the API ask, with the time that PostgreSQL takes for it."""
    from integration.models import JobAttempt, Stream, SyncJob  # noqa: PLC0415

    job = SyncJob.objects.order_by("-id").first()
    asked = {
        "jobs, first page": SyncJob.objects.all()[:51],
        "jobs, succeeded": SyncJob.objects.filter(state="succeeded")[:51],
        "jobs, cancelled": SyncJob.objects.filter(state="cancelled")[:51],
        "jobs, need a person": SyncJob.objects.filter(state="needs_attention")[:51],
        "jobs, by state": SyncJob.objects.filter(state__in=SyncJob.ACTIVE).order_by().values("state"),
        "jobs of a stream": SyncJob.objects.filter(stream=job.stream_id)[:51],
        "jobs of a message": SyncJob.objects.filter(inbound=job.inbound_id or 1)[:51],
        "jobs that wait for a system": SyncJob.objects.filter(waits_for=1)[:51],
        "tries of a job": JobAttempt.objects.filter(job=job)[:51],
        "a stream by its key": Stream.objects.filter(key="delivery:0:500000"),
    }
    for name, query in asked.items():
        plan = query.explain(analyze=True)
        spent = plan.rsplit("Execution Time: ", 1)[1].split(" ms")[0]
        by = sorted(
            {part.split(" ", 1)[0] for part in plan.split(" using ")[1:]}
            | {part.split(" ", 1)[0] for part in plan.split("Index Scan on ")[1:]}
        )
        tell(f"{name}: {float(spent):.2f} ms{' SEQ SCAN' if 'Seq Scan' in plan else ''} ({', '.join(by)})")


def removal(rows: int, seconds: float = REMOVE_SECONDS, *, paced: bool = False) -> str:
    """In batches of so many jobs, one after the other; ``paced``: with a pause as long as the batch, as in a run."""
    from django.conf import settings  # noqa: PLC0415

    from integration.jobs import retention  # noqa: PLC0415
    from integration.models import Retention  # noqa: PLC0415

    Retention.objects.bulk_create([Retention(subject=each.name) for each in retention.SUBJECTS], ignore_conflicts=True)
    settings.RETENTION = {**settings.RETENTION, "batch_rows": rows}
    began, times, removed = time.perf_counter(), [], 0
    while time.perf_counter() - began < seconds:
        at = time.perf_counter()
        step = retention.batch(retention.JOBS)
        spent = time.perf_counter() - at
        time.sleep(spent if paced else 0.0)
        times.append(spent * 1000)
        removed += step.removed
        if step.over:
            break
    spent = time.perf_counter() - began
    times.sort()
    return (
        f"{removed / spent:,.0f} jobs/s with their tries and streams, {removed:,} in all; "
        f"a batch of {rows} {_share(times, 0.5):.0f} ms (p50), {_share(times, 0.99):.0f} ms (p99)"
    )


def beside(tell: Callable[[str], None]) -> None:
    """The engine while another process removes, and who waits for whom."""
    for rows_at_once, paced in ((1000, False), (250, False), (250, True)):
        name = f"removal of {rows_at_once} at once{', paced' if paced else ''}"
        alone = [run_jobs() for _ in range(2)]
        with _removing(name, rows_at_once, paced, tell) as running, _waits(tell):
            together = []
            while running.poll() is None:
                together.append(run_jobs())
        alone += [run_jobs() for _ in range(2)]
        tell(f"engine beside the {name}: {_three(together)} jobs/s, alone {_three(alone)}")
    with _removing("removal", 250, True, tell) as running, _waits(tell):
        times = []
        while running.poll() is None:
            times += store_messages(200)
    times.sort()
    tell(f"beside it a message is stored in {_share(times, 0.5):.2f} ms (p50), {_share(times, 0.99):.2f} ms (p99)")


@contextmanager
def _removing(
    name: str, rows_at_once: int, paced: bool, tell: Callable[[str], None]
) -> Iterator["subprocess.Popen[str]"]:
    code = "import django; django.setup(); from tests.bench import retention as one;"
    code += f" print(one.removal({rows_at_once}, paced={paced}))"
    running = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
    yield running
    tell(f"{name}: {running.communicate()[0].strip()}")


@contextmanager
def _waits(tell: Callable[[str], None]) -> Iterator[None]:
    """Looks a hundred times a second who waits for a lock that another transaction holds."""
    argv = [sys.executable, "-c", "import django; django.setup(); from tests.bench import retention as one;"
            " one.watch()"]  # fmt: skip
    watching = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
    yield
    tell(f"waits for locks: {watching.communicate('')[0].strip()}")


def watch() -> None:
    import select  # noqa: PLC0415

    looks, waits = 0, 0
    while not select.select([sys.stdin], [], [], 0.01)[0]:
        looks += 1
        waits += rows("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")[0][0]
    print(f"{waits} in {looks:,} looks")  # noqa: T201


def sizes(tell: Callable[[str], None]) -> None:
    for table in TABLES:
        name = f"integration_{table}"
        heap, total, count = rows(
            "SELECT pg_table_size(%s::regclass), pg_total_relation_size(%s::regclass),"
            " (SELECT reltuples FROM pg_class WHERE oid = %s::regclass)",
            [name, name, name],
        )[0]
        if count > 0:
            tell(
                f"{table}: {count:,.0f} rows, {heap / count:.0f} bytes a row"
                f" and {(total - heap) / count:.0f} of indexes"
            )
    for index, size in rows(
        "SELECT indexrelname, pg_relation_size(indexrelid) FROM pg_stat_user_indexes WHERE relname = ANY(%s)"
        " AND pg_relation_size(indexrelid) > 1e7 ORDER BY 2 DESC",
        [[f"integration_{table}" for table in TABLES]],
    ):
        tell(f"  {index}: {size / 1e6:,.0f} MB")


def _three(values: list[float]) -> str:
    return f"{statistics.median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})"


def _share(times: list[float], share: float) -> float:
    return times[min(int(len(times) * share), len(times) - 1)]


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    main(sys.argv[1:])
