"""Runs a replay that was let go: has its messages worked on again in the order they came, never many at once.

Operational impact: what a person wants mended waits for it.
"""

import time
from functools import partial

from integration.jobs import drain, replays
from integration.jobs.work import Outcome, Work

SLICE_SECONDS = 2.0


def handle(work: Work) -> Outcome:
    """Each is begun in a transaction of its own with its job: whoever comes after a crash finds which ones were."""
    pk, count, ends = int(str(work.job.payload["replay"])), 0, time.monotonic() + SLICE_SECONDS
    for _ in range(replays.room(pk)):
        if time.monotonic() >= ends or drain.begun() or not replays.begin(work, pk):
            break
        count += 1
    return Outcome(f"{count} messages begun", partial(replays.go_on, pk))
