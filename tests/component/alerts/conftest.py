"""Receivers for the tests of alerts, and no wake-up of another test."""

import socket
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings

from tests.component.alerts import receiver
from tests.component.alerts.receiver import Mailbox, Received


@pytest.fixture(autouse=True)
def _empty_broker() -> None:
    redis.Redis.from_url(settings.REDIS_URL).flushdb()


@pytest.fixture
def web() -> Iterator[Received]:
    with receiver.web() as kept:
        yield kept


@pytest.fixture
def mailbox(closed_port: int) -> Iterator[Mailbox]:
    with receiver.mail(closed_port) as box:
        yield box


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
