"""A worker with flows of its own: `slow` takes a moment, `fat` takes memory."""

import sys
import time

from config.celery import app  # isort: skip  (it reads the settings first)
from integration.jobs.work import Outcome, Work
from tasks import work as tasks

NAME = "drilled@here"
ARGUMENTS = ["worker", "--hostname", NAME, "--concurrency", "1", "--loglevel", "INFO"]
SLOW_SECONDS = 0.5
_kept: list[bytes] = []


def slow(work: Work) -> Outcome:
    time.sleep(SLOW_SECONDS)
    return Outcome("done")


def quick(work: Work) -> Outcome:
    return Outcome("done")


def fat(work: Work) -> Outcome:
    _kept.append(b"x" * 300_000_000)
    return Outcome("done")


if __name__ == "__main__":
    tasks.HANDLERS = {**tasks.HANDLERS, "slow": slow, "fat": fat, "quick": quick}  # type: ignore[attr-defined]
    sys.exit(app.worker_main(ARGUMENTS))
