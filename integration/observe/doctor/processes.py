"""Workers and beat: whether they run, and whether every queue has somebody who serves it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django_celery_beat.models import PeriodicTask

from config.queues import NAMES
from config.schedule import schedule
from integration.adapters.base import Finding
from integration.jobs.workers import queues_by_worker
from integration.observe.report import good, note, problem, warning

PATIENCE_SECONDS = 2.0
LATE = timedelta(minutes=1)


def workers() -> Iterator[Finding]:
    try:
        serving = queues_by_worker(seconds=PATIENCE_SECONDS)
    except ConnectionError:
        yield problem("workers", "cannot be asked without the broker", "See the lines about the broker.")
        return
    if not serving:
        fix = "Start one: celery -A config worker. Messages are taken meanwhile; their work waits."
        yield problem("workers", f"none answered within {PATIENCE_SECONDS:g} s", fix)
        return
    yield good("workers", ", ".join(sorted(serving)))
    served = frozenset().union(*serving.values())
    missing = [name for name in NAMES if name not in served]
    for name in missing:
        fix = f"Start a worker without -Q, or with -Q {name}."
        yield problem(f"queue {name}", "no worker serves it: its work waits", fix)
    if not missing:
        yield good("queues", f"all {len(NAMES)} are served")


def beat() -> Iterator[Finding]:
    rows = {row.name: row for row in PeriodicTask.objects.select_related("interval")}
    for name in schedule():
        row = rows.get(name)
        if row is None:
            yield problem(name, "beat has never run", "Start it: celery -A config beat")
        elif not row.enabled:
            yield warning(name, "switched off in the console", "Switch it on under Machinery, Schedules.")
        else:
            yield _run(row)


def _run(row: PeriodicTask) -> Finding:
    now = datetime.now(UTC)
    if row.interval is None:
        return note(row.name, f"its times were changed in the console: {row.scheduler}")
    every = row.interval.schedule.run_every
    age = now - (row.last_run_at or row.date_changed)
    if age > 2 * every + LATE:
        said = f"last run {_ago(age)} ago, and it runs every {_ago(every)}" if row.last_run_at else "it has not run yet"
        return problem(row.name, said, "Start beat: celery -A config beat")
    return good(row.name, f"every {_ago(every)}")


def _ago(span: timedelta) -> str:
    seconds = span.total_seconds()
    for size, word in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {word}"
    return f"{seconds:g} s" if seconds < 10 else f"{seconds:.0f} s"
