"""No wake-up of another test is on its way, and no memory of a broker that was down."""

import random
import socket
from typing import Any

import pytest
import redis
from django.conf import settings as environment

from integration.jobs import dispatch, engine, marks
from integration.jobs.bell import Bell


@pytest.fixture(autouse=True)
def _steady_delays(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """A retry comes after eight seconds at first: not within the run that failed, but when ten have passed."""
    monkeypatch.setattr(random, "random", lambda: 0.99)
    settings.ENGINE = {**settings.ENGINE, "retry_base_seconds": 8.0}


@pytest.fixture(autouse=True)
def _fresh_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wake-up stays on its way for as long as a test takes, on however slow a machine."""
    monkeypatch.setattr(marks, "ON_ITS_WAY_SECONDS", 600)
    monkeypatch.setattr(dispatch, "_bell", Bell(dispatch._ring, dispatch.GATHER_SECONDS))
    monkeypatch.setattr(engine, "_sizes", {})
    dispatch._paused["until"] = 0.0
    redis.Redis.from_url(environment.REDIS_URL).flushdb()


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
