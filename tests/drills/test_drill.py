"""A small drill: real processes are killed at every failpoint, and both sides agree afterwards."""

import os
import subprocess
import sys

import pytest

from config.local.place import CHECKOUT
from integration.sandbox.odoo.server import SandboxOdoo

SMALL = ("--only", "kills", "--orders", "12", "--hits", "1", "--each-flow", "0", "--kill-every", "6", "--quick")
AGREED = "Nothing lost, nothing twice, all in order, both sides agree line by line."


@pytest.mark.drill
@pytest.mark.e2e
def test_workers_killed_at_every_failpoint_lose_nothing_and_do_nothing_twice() -> None:
    status, said = drill()
    assert (status, AGREED in said) == (0, True), said


@pytest.mark.drill
@pytest.mark.e2e
@pytest.mark.parametrize(("version", "protocol"), [("16", "jsonrpc"), ("19", "json2")])
def test_the_same_in_an_odoo_where_others_have_orders_too(version: str, protocol: str) -> None:
    with SandboxOdoo(version=version) as server:
        about = {"ODOO_URL": server.url, "ODOO_DB": server.db, "ODOO_LOGIN": server.login, "ODOO_KEY": server.api_key}
        status, said = drill(**about, ODOO_PROTOCOL=protocol)
    assert (status, AGREED in said) == (0, True), said


def drill(**environment: str) -> tuple[int, str]:
    """Its exit status, and what it said."""
    command = [sys.executable, "-m", "tests.drills", *SMALL]
    env = {**os.environ, "ODOO_URL": "", **environment}
    done = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True, timeout=900)
    return done.returncode, done.stdout + done.stderr
