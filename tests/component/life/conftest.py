"""Beats and workers as processes of their own, on this test's database and broker; none outlives its test."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(autouse=True)
def _empty_broker() -> None:
    redis.Redis.from_url(settings.REDIS_URL).flushdb()


@pytest.fixture
def start(transactional_db: None, tmp_path: Path) -> Iterator[Start]:
    """Starts `python -m <module> <arguments>` with these settings; its log is in the test's folder."""
    running: list[subprocess.Popen[bytes]] = []

    def begin(module: str, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        with (tmp_path / f"{len(running)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments], cwd=settings.BASE_DIR, stdout=log, stderr=log,
                env={**os.environ, **_servers(), **environment}, start_new_session=True,
            )  # fmt: skip
        running.append(process)
        return process

    yield begin
    for process in running:
        for number in (signal.SIGCONT, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                break
        process.wait()


def _servers() -> dict[str, str]:
    place = connection.settings_dict
    user = f"{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}"
    return {"DATABASE_URL": f"postgres://{user}/{place['NAME']}", "REDIS_URL": settings.REDIS_URL}
