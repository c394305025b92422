"""What carries the wake-ups of a test: Valkey, or a RabbitMQ of its own with Valkey for the marks."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from tests.rig.rabbit import Rabbit, programs, running

MISSING = "RabbitMQ is not installed: apt-get install --no-install-recommends rabbitmq-server"


@dataclass(frozen=True)
class Carrier:
    url: str
    setting: str

    def by(self, url: str) -> dict[str, str]:
        """The environment of a process that reaches it by another address."""
        return {self.setting: url}


@pytest.fixture(scope="module")
def rabbit_server() -> Iterator[Rabbit]:
    """A build server has it; elsewhere its tests are left out, and say so."""
    found = programs()
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    with tempfile.TemporaryDirectory(prefix="crossdock-") as folder, running(found, Path(folder)) as server:
        yield server


@pytest.fixture
def rabbit(rabbit_server: Rabbit) -> Rabbit:
    """With nothing in it."""
    rabbit_server.renew()
    return rabbit_server


@pytest.fixture(params=["valkey", "rabbitmq"])
def carrier(request: pytest.FixtureRequest) -> Carrier:
    if request.param == "valkey":
        return Carrier(settings.REDIS_URL, "REDIS_URL")
    return Carrier(request.getfixturevalue("rabbit").url, "BROKER_URL")
