"""The marks of wake-ups while Valkey is away."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from config.local.server import free_port
from integration.jobs import marks
from integration.models import Lane


@pytest.fixture
def away(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    marks.forget_connections()
    monkeypatch.setattr(marks, "_own", marks._Own())
    yield settings
    marks.forget_connections()


@pytest.mark.parametrize("ask", [marks.first, marks.clear, lambda lane: marks.any_of([lane])])
def test_where_another_broker_carries_them_valkey_is_asked_once(away: Any, ask: Any) -> None:
    away.BROKER_URL = "amqp://elsewhere//"
    ask(Lane.ORDER)
    away.REDIS_URL = "no address"  # nobody could ask it now
    marks.forget_connections()
    ask(Lane.ORDER)


@pytest.mark.parametrize("ask", [marks.first, marks.clear, lambda lane: marks.any_of([lane])])
def test_where_valkey_is_the_broker_the_caller_knows(away: Any, ask: Any) -> None:
    away.BROKER_URL = away.REDIS_URL
    with pytest.raises(redis.RedisError):
        ask(Lane.ORDER)
