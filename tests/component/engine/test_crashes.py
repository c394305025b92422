"""A worker process is killed at every point of a write: nothing is lost, and nothing happens twice.

The other points need a poll, a batch, a remote system or a web process: `test_deaths`, and `make drill`.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection as database

from integration.jobs.failpoints import POINTS
from integration.models import Effect, JobAttempt, SyncJob
from tests.component.engine.yard import State, open_codes, partner, put, states, time_passes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.drill]
KILLED, WELL = -9, 0
# where it dies -> what the tries after it come to
HISTORY = {
    "in_taking": ["succeeded"],
    "before_handler": ["crashed", "succeeded"],
    "after_intent": ["crashed", "retry", "succeeded"],
    "after_send": ["crashed", "succeeded"],
    "after_result": ["crashed", "succeeded"],
    "before_settle": ["crashed", "succeeded"],
    "in_settle": ["crashed", "succeeded"],
    "after_settle": ["succeeded"],
}


def worker(file: Path, failpoints: Path | str = "") -> int:
    """Runs one worker process to its end; returns how it ended."""
    place = database.settings_dict
    url = f"postgres://{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
    environment = {**os.environ, "DATABASE_URL": url, "CROSSDOCK_FAILPOINTS": str(failpoints)}
    command = [sys.executable, "-m", "tests.component.engine.worker", str(file)]
    return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, timeout=60).returncode


def test_every_point_is_told_in_the_table() -> None:
    told = (settings.BASE_DIR / "docs/reference/engine.md").read_text()
    assert set(HISTORY) <= set(POINTS) <= set(re.findall(r"`([a-z_.]+)`", told.partition("## When a process dies")[2]))


@pytest.mark.parametrize("point", HISTORY)
def test_a_worker_killed_at_any_point_has_its_work_done_once(point: str, tmp_path: Path) -> None:
    partner(settle_seconds=150)
    job, file = put(), tmp_path / "partner"
    (tmp_path / point).touch()
    assert worker(file, tmp_path) == KILLED
    time_passes(100)
    for _ in range(len(HISTORY[point])):
        assert worker(file) == WELL
        time_passes(200)
    assert (states(job), file.read_text(), open_codes()) == ([State.SUCCEEDED], "shipped\n", [])
    assert list(JobAttempt.objects.order_by("number").values_list("outcome", flat=True)) == HISTORY[point]
    assert (Effect.objects.get().state, SyncJob.objects.get().crashes) == ("landed", HISTORY[point].count("crashed"))


def test_a_process_without_the_permit_lives() -> None:
    put()
    partner()
    assert worker(Path(os.devnull), "/nonexistent") == WELL
