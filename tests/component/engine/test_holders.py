"""What a process held is free as soon as it is known to be gone: its streams, its call slots and its locks."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models.functions import Now

from integration.jobs import gate, holders, locks
from integration.jobs.work import Outcome, Work
from integration.models import JobAttempt, RemoteSlot, ResourceLock, Stream, SyncJob
from tests.component.engine.yard import State, fine, partner, put, run

pytestmark = pytest.mark.django_db(transaction=True)
PROCESS = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from integration.jobs import holders
print(holders.token(), flush=True)
sys.stdin.read()
"""


class Process:
    def __init__(self) -> None:
        self._runs = subprocess.Popen(
            [sys.executable, "-c", PROCESS],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._runs.stdout
        self.token = uuid.UUID(self._runs.stdout.readline().strip())

    def kill(self) -> None:
        self._runs.kill()

    def bury(self) -> None:
        self._runs.wait()


@pytest.fixture
def process() -> Iterator[Process]:
    began = Process()
    yield began
    began.kill()
    began.bury()


def hold_everything(token: uuid.UUID) -> None:
    """As if it had taken the one job that there is."""
    later = Now() + timedelta(hours=1)
    put()
    SyncJob.objects.update(state=State.RUNNING, started_at=Now(), tries=1)
    Stream.objects.update(claim_token=token, claimed_until=later)
    RemoteSlot.objects.create(connection=partner(max_concurrency=1), number=0, token=token, leased_until=later)
    ResourceLock.objects.create(key="CRATE", token=token, held_until=later)


def is_held() -> list[bool]:
    slot, lock = RemoteSlot.objects.get(), ResourceLock.objects.exists()
    return [Stream.objects.filter(claimed_until__gt=Now()).exists(), slot.token is not None, lock]


def test_no_two_tokens_are_the_same() -> None:
    assert len({holders.token() for _ in range(1000)}) == 1000


def test_what_a_living_process_holds_stays_its_own(process: Process) -> None:
    hold_everything(process.token)
    assert (holders.free_what_dead_ones_hold(), is_held()) == (0, [True, True, True])


@pytest.mark.parametrize("buried", [True, False])
def test_what_a_dead_process_held_is_free(process: Process, buried: bool) -> None:
    hold_everything(process.token)
    process.kill()
    if buried:
        process.bury()
    else:
        os.waitid(os.P_PID, process._runs.pid, os.WEXITED | os.WNOWAIT)
    assert (holders.free_what_dead_ones_hold(), is_held()) == (1, [False, False, False])
    assert run(fine) == 1
    assert [each.outcome for each in JobAttempt.objects.order_by("id")] == ["crashed", "succeeded"]


@pytest.mark.parametrize("unknown", ["another machine", "another process of that number", "no such token"])
def test_nobody_judges_what_he_cannot_know(process: Process, unknown: str) -> None:
    machine, pid, started, number = holders.LAYOUT.unpack(process.token.bytes)
    told = {
        "another machine": uuid.UUID(bytes=holders.LAYOUT.pack(machine ^ 1, pid, started, number)),
        "another process of that number": uuid.UUID(bytes=holders.LAYOUT.pack(machine, pid, 0, number)),
        "no such token": uuid.uuid4(),
    }
    process.kill()
    process.bury()
    hold_everything(told[unknown])
    assert (holders.free_what_dead_ones_hold(), is_held()) == (0, [True, True, True])


def test_a_number_that_is_used_again_is_another_process() -> None:
    machine, pid, started, number = holders.LAYOUT.unpack(holders.token().bytes)
    before = uuid.UUID(bytes=holders.LAYOUT.pack(machine, pid, started - 1, number))
    assert holders.dead([before, holders.token()]) == [before]


def test_streams_slots_and_locks_are_held_under_such_a_token() -> None:
    connection, found = partner(), list[uuid.UUID | None]()

    def look(work: Work) -> Outcome:
        with gate.enter(connection, seconds=30), locks.held(work, ["CRATE"]):
            found.append(Stream.objects.get().claim_token)
            found.append(RemoteSlot.objects.exclude(token=None).get().token)
            found.append(ResourceLock.objects.get().token)
        return Outcome("looked")

    put()
    assert run(look) == 1
    own = holders.LAYOUT.unpack(holders.token().bytes)[:3]
    assert [holders.LAYOUT.unpack(each.bytes)[:3] for each in found if each] == [own] * 3
