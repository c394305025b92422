"""Celery's beat, any number of it: one leads, and every slot of a schedule is started once."""

import os
import signal
import socket
import threading
import time
import uuid
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from celery.beat import Scheduler
from celery.utils.log import get_logger
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from kombu.exceptions import KombuError

from config import plans
from config.plans import Plan
from config.queues import IN_SLOT
from integration.jobs import canaries, environment, generation, lease, recovery, slots
from integration.models import Canary
from integration.rules.slots import CatchUp, owed

SOONEST, LONGEST_PAUSE = 0.05, 2.0
ONCE_MORE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
log = get_logger(__name__)


class LeadingScheduler(Scheduler):
    """Follows until the lease is free; the loop is Celery's own."""

    in_slot = IN_SLOT

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._holder = uuid.uuid4()
        self._node = f"{socket.gethostname()}:{os.getpid()}"
        self._term = 0
        self._signed = self._counted = -1e9
        self._written = self._ending = False
        super().__init__(*arguments, **options)
        self.app.conf.broker_transport_options = settings.BROKER_SENDING
        self._pause: float = min(float(self.max_interval or LONGEST_PAUSE), settings.BEAT["lease_seconds"] / 5)

    def setup_schedule(self) -> None:
        """Called when beat starts. The database may not be there yet.

        Celery's own handler would end a statement, or a transaction, in the middle: here a turn comes to its end first.
        """
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._end_soon)

    def tick(self, *_: Any, **__: Any) -> float:
        """One turn; returns how many seconds to sleep. Raises SystemExit when beat was told to end."""
        if self._ending:
            raise SystemExit
        try:
            return self._turn()
        except (DatabaseError, InterfaceError) as down:
            log.warning("no database, the schedules wait: %s", str(down).strip().partition("\n")[0])
            connection.close()
        return self._pause

    def close(self) -> None:
        """Another one leads at once."""
        if self._term:
            with suppress(DatabaseError, InterfaceError):
                lease.end(self._holder)
            self._term = 0
        super().close()

    def _end_soon(self, *_: Any) -> None:
        self._ending = True

    def _turn(self) -> float:
        self._sign()
        held = lease.hold(self._holder, self._node, settings.BEAT["lease_seconds"])
        self._tell(held.number if held else 0)
        recovery.watch()
        if held is None:
            return self._pause
        self._count()
        if not self._written:
            plans.write(self.app.conf.beat_schedule)
            self._written = True
        found = plans.read()
        self._start_due(sorted(found, key=lambda plan: not self._is_in_slot(plan)), held)
        soon = [after for plan in found if (after := plan.times.next(held.now))]
        wait = min((after - held.now).total_seconds() for after in soon) if soon else self._pause
        return max(SOONEST, min(wait, self._pause))

    def _sign(self) -> None:
        if time.monotonic() - self._signed >= self._pause:
            canaries.settle(f"beat@{self._node}", Canary.Kind.BEAT)
            self._signed = time.monotonic()

    def _count(self) -> None:
        """That the database is the one that it was, and the systems are those that were confirmed."""
        if time.monotonic() - self._counted >= generation.COUNT_EVERY:
            generation.count()
            environment.watch()
            self._counted = time.monotonic()

    def _tell(self, term: int) -> None:
        if term != self._term:
            log.info("%s leads since now, term %s", self._node, term) if term else log.warning("another beat leads")
        self._term = term

    def _start_due(self, found: list[Plan], held: lease.Term) -> None:
        """Stops at a message that the broker refuses: the slots after it are due again at the next turn."""
        last = slots.last(plan.name for plan in found)
        try:
            for plan in found:
                since = max(last.get(plan.name) or plan.since, plan.since)
                for slot in owed(plan.times, self._catch_up(plan), after=since, now=held.now):
                    self._start(plan, slot, held.number)
        except (KombuError, OSError) as down:
            log.warning("no broker, the next slot will do its work: %s", type(down).__name__)

    def _start(self, plan: Plan, slot: datetime, term: int) -> None:
        """What only writes rows is done in the slot's transaction; for the rest a worker is sent a message after it."""
        told = {**plan.kwargs, "slot": slot.isoformat()} if plan.catch_up is CatchUp.EVERY else plan.kwargs
        in_slot = self._is_in_slot(plan)
        try:
            if slots.start(plan.name, slot, term, partial(self._begin, plan, slot, told)) and not in_slot:
                self._send(plan, told)
        except (OperationalError, InterfaceError, KombuError, OSError):
            raise  # neither the schedule's fault nor the slot's
        except Exception:
            log.exception("%s of %s failed, and will be tried again", plan.name, slot)

    def _begin(self, plan: Plan, slot: datetime, told: dict[str, Any]) -> None:
        plans.ran(plan, slot)
        if self._is_in_slot(plan):
            self.app.tasks[plan.task].run(*plan.args, **told)

    def _send(self, plan: Plan, told: dict[str, Any]) -> None:
        self.app.send_task(plan.task, plan.args, told, expires=plan.expires, retry=True, retry_policy=ONCE_MORE)

    def _is_in_slot(self, plan: Plan) -> bool:
        return plan.task in self.in_slot

    def _catch_up(self, plan: Plan) -> CatchUp:
        """A message may be lost: only the latest run of such a task is worth catching up with."""
        if plan.catch_up is CatchUp.EVERY and not self._is_in_slot(plan):
            return CatchUp.LATEST
        return plan.catch_up
