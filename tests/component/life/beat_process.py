"""A beat with two schedules of its own, for tests that freeze or kill it.

`note` writes a row in its slot's transaction, each second, and makes up for every missed slot. `tick` is a message.
With the file FREEZE, which it removes, `note` stops the process within that transaction.
"""

import os
import signal
from contextlib import suppress
from datetime import timedelta

from config.celery import app  # isort: skip  (it reads the settings first)
from config import beat
from config.schedule import CATCH_UP
from integration.models import AuditEvent
from integration.rules.slots import CatchUp

NOTE, TICK, QUEUE = "note", "tick", "drill"
SECOND = timedelta(seconds=1)


@app.task(name=NOTE)
def note(slot: str) -> None:
    AuditEvent.objects.create(actor="beat", verb="noted", subject=slot, detail={"pid": os.getpid()})
    with suppress(FileNotFoundError, KeyError):
        os.unlink(os.environ["FREEZE"])
        os.kill(os.getpid(), signal.SIGSTOP)


@app.task(name=TICK, queue=QUEUE)
def tick() -> None:
    """Nobody runs it: its messages are counted."""


if __name__ == "__main__":
    beat.LeadingScheduler.in_slot = frozenset({NOTE})
    app.conf.task_routes = {TICK: {"queue": QUEUE}}
    app.conf.beat_schedule = {
        NOTE: {"task": NOTE, "schedule": SECOND, "options": {"headers": {CATCH_UP: CatchUp.EVERY}}},
        TICK: {"task": TICK, "schedule": SECOND / 2},
    }
    app.Beat(loglevel="INFO", pidfile=None, quiet=True).run()
