"""Gives every test session a database and a broker of its own, before Django reads its settings."""

import atexit
import os
import signal
from contextlib import ExitStack
from urllib.parse import urlsplit

import django
import pytest
from django.conf import settings

from config.local.stack import REDIS_URL, running
from tests.rig import flush

PARALLEL_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")  # gw0, gw1 ...; empty in the session that starts them


def start_servers() -> None:
    """Start PostgreSQL and Valkey, or join those that run; the environment's own come first."""
    held = ExitStack()
    atexit.register(held.close)
    local = held.enter_context(running("crossdock_{slot}"))
    os.environ.update(local.environment())


def use_valkey() -> None:
    """As everybody else does; a test of another broker names its own."""
    os.environ.pop("BROKER_URL", None)


def take_own_broker(worker: str) -> None:
    """Parallel workers share the servers of their session; pytest-django gives each its own database already."""
    url = urlsplit(os.environ[REDIS_URL])
    database = int(url.path.strip("/") or 0) + int(worker.removeprefix("gw")) + 1
    os.environ[REDIS_URL] = url._replace(path=f"/{database}").geturl()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Parallel workers choose their broker first: with this name there Django would read its settings before."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


if (
    signal.getsignal(signal.SIGINT) == signal.SIG_IGN
):  # started in the background: what tests start would not see Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)
use_valkey()
if PARALLEL_WORKER:
    take_own_broker(PARALLEL_WORKER)
else:
    start_servers()
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
flush.install()
pytest_plugins = ["tests.rig.wakeups"]  # read now, when there are models


def pytest_collection_finish() -> None:
    """Two workers on one broker would wake, count and clear for each other."""
    if os.environ[REDIS_URL] != settings.REDIS_URL:
        raise pytest.UsageError("The settings name another broker than this worker's.")
