"""Two stand-ins and a database, used again for every example; no broker, no clock and no chance."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from integration.jobs import dispatch, engine, locks
from integration.sandbox.odoo import SandboxOdoo
from integration.sandbox.wms import SandboxWms
from integration.sandbox.wms.world import Behaviour
from tests.component.engine import death as deaths
from tests.component.flows.conftest import SECRET, TOKEN
from tests.component.property.depot import Depot, build
from tests.component.property.late import LateCalls
from tests.component.property.post import Post

Builder = Callable[..., Depot]


class Odoos:
    """One stand-in of each version that is asked for, and its calls that land late."""

    def __init__(self, running: ExitStack) -> None:
        self._running = running
        self._made: dict[str, tuple[SandboxOdoo, LateCalls]] = {}

    def of(self, version: str) -> tuple[SandboxOdoo, LateCalls]:
        if version not in self._made:
            server, late = self._running.enter_context(SandboxOdoo(version=version)), LateCalls()
            late.install(server)
            self._made[version] = server, late
        return self._made[version]


@pytest.fixture(scope="session")
def odoos() -> Iterator[Odoos]:
    with ExitStack() as running:
        yield Odoos(running)


@pytest.fixture
def death(monkeypatch: pytest.MonkeyPatch) -> deaths.Death:
    counter = deaths.Death()
    deaths.install(counter, monkeypatch)
    return counter


@pytest.fixture(autouse=True)
def _steady(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """What runs, and in which portions, depends on what was done before alone: not on how fast this machine is."""
    monkeypatch.setattr(random, "random", lambda: 0.99)
    monkeypatch.setattr(random, "uniform", lambda low, high: high)
    monkeypatch.setattr(dispatch, "wake", lambda lane: None)
    monkeypatch.setattr(dispatch, "arrived", lambda lane: None)
    monkeypatch.setattr(engine, "BATCH_SECONDS", 1e6)
    monkeypatch.setattr(engine, "LATE_SECONDS", 1e6)
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0.0)
    settings.ENGINE = {**settings.ENGINE, "retry_base_seconds": 20.0, "breaker_failures": 3}


@pytest.fixture
def new_depot(transactional_db: None, odoos: Odoos, death: deaths.Death) -> Iterator[Builder]:
    """``new_depot(version, **policy)``: everything as at first."""
    post = Post()
    with SandboxWms(SECRET, TOKEN, behaviour=Behaviour(acknowledge_after=None)) as server:
        server.world.outbox.stop()
        server.world.outbox = post  # type: ignore[assignment]
        yield lambda version="18", **policy: build(odoos.of(version), server, post, death, **policy)
