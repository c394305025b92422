"""A burst rings twice: for its first event, and once after its last one."""

import os
import threading
import time

import pytest

from integration.jobs.bell import Bell


class Rung:
    """What was rung, and when."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.again = threading.Event()

    def __call__(self, key: str) -> None:
        self.keys.append(key)
        if self.keys.count(key) > 1:
            self.again.set()


def test_the_first_event_rings_at_once_and_a_burst_once_more() -> None:
    rung = Rung()
    bell = Bell(rung, quiet=0.2)
    for _ in range(50):
        bell.event("order")
    assert rung.keys == ["order"]
    assert rung.again.wait(10)
    assert rung.keys == ["order", "order"]


def test_one_key_does_not_quiet_another() -> None:
    rung = Rung()
    bell = Bell(rung, quiet=60)
    bell.event("order")
    bell.event("shipment")
    assert rung.keys == ["order", "shipment"]


def test_no_event_is_without_a_ring_after_it() -> None:
    last = {"event": 0.0, "ring": 0.0}
    bell = Bell(lambda key: last.update(ring=time.monotonic()), quiet=0.001)
    for _ in range(300):
        last["event"] = time.monotonic()
        bell.event("order")
    ends = time.monotonic() + 10
    while last["ring"] < last["event"]:
        assert time.monotonic() < ends
        time.sleep(0.001)


def test_a_fork_waits_for_no_timer_of_its_parent() -> None:
    rung = Rung()
    bell = Bell(rung, quiet=0.5)
    bell.event("order")
    bell.event("order")
    child = os.fork()
    if child == 0:
        os._exit(0 if not bell._gathering else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_without_a_thread_to_be_had_it_rings_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    rung = Rung()
    bell = Bell(rung, quiet=60)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    for _ in range(3):
        bell.event("order")
    assert rung.keys == ["order"] * 3
