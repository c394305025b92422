"""`python -m integration.sandbox`: what starts, and what is refused with a plain word."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from integration.sandbox.odoo import SandboxOdoo
from tests.unit.sandbox.conftest import send

ROOT = Path(__file__).parents[3]


def command(*arguments: str) -> subprocess.Popen[str]:
    whole = [sys.executable, "-m", "integration.sandbox", *arguments]
    return subprocess.Popen(
        whole, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ)
    )


def test_it_serves_until_it_is_told_to_stop() -> None:
    process = command("odoo", "--version", "17", "--port", "0", "--seed", "empty")
    assert process.stdout is not None
    url = process.stdout.readline().partition(" on ")[2].partition(",")[0]
    assert send("POST", f"{url}/web/webclient/version_info", {})[0] == 200
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 0


def test_an_app_beyond_the_usual_ones_is_there_when_asked_for() -> None:
    process = command("odoo", "--port", "0", "--seed", "empty", "--app", "mrp")
    assert process.stdout is not None
    url = process.stdout.readline().partition(" on ")[2].partition(",")[0]
    asked = ["demo", 2, "admin", "mrp.bom", "search_count", [[]], {}]
    call = {"jsonrpc": "2.0", "id": 1, "params": {"service": "object", "method": "execute_kw", "args": asked}}
    assert b'"result": 0' in send("POST", f"{url}/jsonrpc", call)[1]
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)


def test_a_taken_port_is_said_in_one_line() -> None:
    with SandboxOdoo(version="18", seed="empty") as odoo:
        process = command("odoo", "--port", str(odoo.port), "--seed", "empty")
        _out, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert err == f"cannot listen on 127.0.0.1:{odoo.port}: Address already in use\n"


def test_an_unknown_sandbox_is_refused() -> None:
    process = command("sap")
    _out, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert err == "usage: python -m integration.sandbox {odoo|wms} [options]\n"
