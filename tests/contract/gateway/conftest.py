"""Runs every behaviour against the sandbox of each version, or against the Odoo that ODOO_URL names.

`make contract` takes every protocol of every version.
"""

import os
import time
from collections.abc import Iterator

import pytest

from integration.adapters.base import ConnectionSettings
from integration.sandbox.odoo.server import SandboxOdoo
from tests.contract.gateway import uses
from tests.contract.gateway.guard import CountingGuard
from tests.contract.gateway.world import World

USUAL = ["16-xmlrpc", "17-jsonrpc", "18-jsonrpc", "19-json2"]  # every version and every protocol once
ALL = [
    *(f"{version}-{protocol}" for version in ("16", "17", "18", "19") for protocol in ("xmlrpc", "jsonrpc")),
    "19-json2",
]
REAL = os.environ.get("ODOO_URL", "")
STARTED = time.monotonic()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "contract/gateway" in str(item.path):
            item.add_marker(pytest.mark.contract)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "settings" in metafunc.fixturenames:
        sandboxes = ALL if metafunc.config.getoption("markexpr") == "contract" else USUAL
        cases = ["real"] if REAL else sandboxes
        metafunc.parametrize("settings", cases, indirect=True, scope="session")


def real_settings() -> ConnectionSettings:
    """Of the server that ODOO_URL names."""
    options = {"database": os.environ["ODOO_DB"], "login": os.environ["ODOO_LOGIN"]}
    options["transport"] = os.environ.get("ODOO_PROTOCOL", "")
    return ConnectionSettings("real", "odoo", REAL, {"key": os.environ["ODOO_KEY"]}, options)


@pytest.fixture(scope="session", autouse=True)
def _watched() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        uses.watch(patch)
        yield
    if uses.RECORD:
        uses.write()


@pytest.fixture(autouse=True)
def _nothing_else_is_used(_watched: None) -> Iterator[None]:
    """What the gateway uses of Odoo is in recorded/uses.json, which the daily look and the rehearsal go by.

    If not: RECORD_USES=1 make contract
    """
    uses.unknown.clear()
    yield
    assert uses.unknown == []


@pytest.fixture(scope="session")
def settings(request: pytest.FixtureRequest) -> Iterator[ConnectionSettings]:
    if REAL:
        yield real_settings()
        return
    version, protocol = request.param.split("-")
    server = SandboxOdoo(version=version, port=0)
    server.start()
    options = {"database": server.db, "login": server.login, "transport": protocol}
    yield ConnectionSettings(f"sandbox-{request.param}", "odoo", server.url, {"key": server.api_key}, options)
    server.stop()


@pytest.fixture(scope="session")
def shared_world(settings: ConnectionSettings) -> World:
    return World(settings)


@pytest.fixture
def world(shared_world: World) -> World:
    shared_world.guard.take()
    return shared_world


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    where, seconds = REAL or "the sandbox of each version and protocol", time.monotonic() - STARTED
    passed = sum("contract/gateway" in report.nodeid for report in terminalreporter.stats.get("passed", ()))
    figures = f"{passed} behaviours, {CountingGuard.total} calls with their set-up, {seconds:.1f} s"
    terminalreporter.write_line(f"Odoo gateway against {where}: {figures}")
