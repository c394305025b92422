"""Several beats, and what befalls their leader: another one leads soon, and every slot is started once."""

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import redis
from django.conf import settings

from integration.jobs import lease
from integration.models import AuditEvent, BeatLease, BeatSlot
from tests.component.life.beat_process import NOTE, QUEUE, SECOND, TICK
from tests.component.life.conftest import Start
from tests.rig.poll import until

LEASE = 3.0
SOON = LEASE + 5.0 + 4.0  # the lease, a transaction that froze, and a machine that has other things to do
Beat = subprocess.Popen[bytes]


def herd(start: Start, count: int = 2, **environment: str) -> dict[int, Beat]:
    """By process id, when one of them leads and has begun to work."""
    given = {"BEAT_LEASE_SECONDS": f"{LEASE}", **environment}
    beats = [start("tests.component.life.beat_process", **given) for _ in range(count)]
    until(lambda: noted() >= 2, seconds=60)
    return {beat.pid: beat for beat in beats}


def noted() -> int:
    return AuditEvent.objects.filter(verb="noted").count()


def leader() -> int:
    """Its process id, 0 when nobody leads."""
    held = lease.leader()
    return int(held.node.rpartition(":")[2]) if held else 0


def others_lead(than: int, started: int) -> None:
    """Until another one leads and has started something; then a few more slots."""
    until(lambda: leader() not in (0, than), seconds=SOON)
    until(lambda: noted() >= started + 4, seconds=SOON)


def slots(schedule: str) -> list[datetime]:
    return list(BeatSlot.objects.filter(schedule=schedule).order_by("slot").values_list("slot", flat=True))


def every_slot_once() -> None:
    """None is missing, and what each started in its transaction is there once."""
    found = slots(NOTE)
    assert {after - before for before, after in pairwise(found)} == {SECOND}
    subjects = AuditEvent.objects.filter(verb="noted").order_by("subject").values_list("subject", flat=True)
    assert [datetime.fromisoformat(subject) for subject in subjects] == found


def messages() -> int:
    return int(redis.Redis.from_url(settings.REDIS_URL).llen(QUEUE))


def end(beats: dict[int, Beat]) -> None:
    for beat in beats.values():
        beat.send_signal(signal.SIGTERM)
    assert [beat.wait(timeout=30) for beat in beats.values()] == [0] * len(beats)


def test_of_three_beats_one_leads_and_every_slot_is_started_once(start: Start) -> None:
    beats = herd(start, 3)
    until(lambda: noted() >= 6, seconds=SOON)
    end(beats)
    every_slot_once()
    assert messages() == len(slots(TICK))
    assert set(AuditEvent.objects.values_list("detail__pid", flat=True)) <= set(beats)


def test_a_leader_that_is_told_to_end_is_followed_at_once(start: Start) -> None:
    beats = herd(start)
    first, before = leader(), noted()
    end({first: beats.pop(first)})
    assert leader() != first
    others_lead(first, before)
    end(beats)
    every_slot_once()


def test_a_leader_that_is_killed_is_followed(start: Start) -> None:
    beats = herd(start)
    first, before = leader(), noted()
    beats[first].kill()
    beats.pop(first).wait()
    others_lead(first, before)
    end(beats)
    every_slot_once()
    assert messages() in (len(slots(TICK)), len(slots(TICK)) - 1)  # it may have died before it sent its last one


def test_a_leader_that_froze_and_wakes_up_starts_nothing_twice(start: Start) -> None:
    beats = herd(start)
    first, before = leader(), noted()
    os.kill(first, signal.SIGSTOP)
    others_lead(first, before)
    os.kill(first, signal.SIGCONT)
    before = noted()
    until(lambda: noted() >= before + 3, seconds=SOON)
    assert leader() != first
    end(beats)
    every_slot_once()
    assert messages() == len(slots(TICK))


def test_a_leader_that_froze_within_its_transaction_holds_nobody_up(start: Start, tmp_path: Path) -> None:
    permit = tmp_path / "freeze"
    beats = herd(start, FREEZE=str(permit))
    permit.touch()
    until(lambda: not permit.exists(), seconds=SOON)
    frozen = int((BeatLease.objects.get().node).rpartition(":")[2])
    others_lead(frozen, noted())
    os.kill(frozen, signal.SIGCONT)
    before = noted()
    until(lambda: noted() >= before + 3, seconds=SOON)
    end(beats)
    every_slot_once()


def test_a_pause_of_all_beats_is_made_up_for(start: Start) -> None:
    end(herd(start, 1))
    pause = slots(NOTE)[-1]
    until(lambda: datetime.now(pause.tzinfo) > pause + timedelta(seconds=4), seconds=10)
    beats = herd(start, 1)
    before = noted()
    until(lambda: noted() >= before + 3, seconds=SOON)
    end(beats)
    every_slot_once()
    ticks = slots(TICK)
    assert max(after - before for before, after in pairwise(ticks)) > timedelta(seconds=3)


@pytest.mark.drill
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_with_the_usual_lease_another_one_starts_slots_within_30_seconds(start: Start, number: int) -> None:
    beats = herd(start, BEAT_LEASE_SECONDS="15")
    first, before, began = leader(), noted(), time.monotonic()
    os.kill(first, number)
    until(lambda: leader() not in (0, first) and noted() > before + 1, seconds=30)
    sys.stdout.write(f"{signal.Signals(number).name}: followed after {time.monotonic() - began:.1f} s\n")
    end({pid: beat for pid, beat in beats.items() if pid != first})
    every_slot_once()


@pytest.mark.django_db(transaction=True)
def test_nobody_leads_before_anybody_came() -> None:
    assert lease.leader() is None
