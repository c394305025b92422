"""What the doctor finds, as (word, name, detail)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.conf import settings as environment

from integration.adapters.base import Finding
from integration.jobs.workers import queues_by_worker
from integration.models import Connection
from integration.observe.report import word
from integration.sandbox.odoo.server import SandboxOdoo

Told = list[tuple[str, str, str]]


@pytest.fixture
def told() -> Callable[[Callable[[], Iterable[Finding]]], Told]:
    return lambda look: [(word(each), each.name, each.detail) for each in look()]


@pytest.fixture
def odoo() -> Iterator[SandboxOdoo]:
    with SandboxOdoo(seed="empty") as server:
        yield server


@pytest.fixture
def connect(transactional_db: None, odoo: SandboxOdoo) -> Callable[..., Connection]:
    def make(slug: str = "odoo", **changed: Any) -> Connection:
        usual: dict[str, Any] = {
            "name": slug,
            "kind": "odoo",
            "base_url": odoo.url,
            "secrets": {"key": odoo.api_key},
            "options": {"database": odoo.db, "login": odoo.login},
        }
        return Connection.objects.create(slug=slug, **{**usual, **changed})

    return make


@pytest.fixture
def worker() -> Iterator[str]:
    """A worker that serves two of the queues, and answers; its name."""
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-Q", "lane.shipment,maintenance"]
    options = ["--pool", "solo", "--hostname", "doctored@here", "--without-gossip", "--without-mingle"]
    started = subprocess.Popen(
        [*command, *options], env={**os.environ, "REDIS_URL": environment.REDIS_URL}, stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        ends = time.monotonic() + 60
        while "doctored@here" not in queues_by_worker(seconds=0.5):
            assert time.monotonic() < ends, "the worker did not start"
        yield "doctored@here"
    finally:
        started.send_signal(signal.SIGKILL)
        started.wait()
