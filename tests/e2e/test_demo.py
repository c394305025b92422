"""The demo as people start it: a process of its own, with servers and processes of its own."""

import os
import re
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from config.local.place import CHECKOUT
from config.local.process import until

pytestmark = pytest.mark.e2e
LONGEST = 600  # seconds
MARK = "CROSSDOCK_TEST_RUN"
OURS = ("DATABASE_URL", "REDIS_URL")  # this session's own servers are not the demo's
HOWTO = CHECKOUT / "docs" / "howto" / "run-the-demo.md"
MEDDLE = " && ".join(f"{sys.executable} -m tests.e2e.{name}" for name in ("lose_a_shipment", "spoil_the_books"))


class Demo:
    """`manage.py demo` with 40 orders; all its processes carry a mark in their environment."""

    def __init__(self, log: Path, *options: str, **environment: str) -> None:
        self.mark = uuid.uuid4().hex
        self._log = log
        kept = {name: value for name, value in os.environ.items() if name not in OURS}
        with log.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", "--orders", "40", *options],
                cwd=CHECKOUT,
                env={**kept, MARK: self.mark, **environment},
                stdout=output,
                stderr=output,
            )

    def end(self) -> int:
        return self._process.wait(LONGEST)

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def says(self, text: str) -> bool:
        return text in self._log.read_text()

    def comes_to(self, text: str) -> None:
        """Says it sooner or later, unless it ends before."""
        until(lambda: self.says(text) or self._process.poll() is not None, seconds=LONGEST)
        assert self.says(text), self._log.read_text()

    def names(self, pattern: str) -> str:
        found = re.search(pattern, self._log.read_text())
        assert found, self._log.read_text()
        return found.group(1)

    def left_behind(self) -> list[str]:
        """Command lines of processes that the demo started and that still run."""
        found = [folder for folder in Path("/proc").glob("[0-9]*") if self.mark in _read(folder / "environ")]
        return [_read(folder / "cmdline").replace("\0", " ") for folder in found]


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""


def test_a_day_ends_in_agreement_and_who_stays_finds_safe_pages_and_can_clear_a_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = Demo(tmp_path / "demo.log", DEBUG="true")
    try:
        demo.comes_to("Ctrl-C ends everything")
        assert demo.says("Both systems agree.")
        assert demo.says("came back, in three conditions")
        assert demo.says("4 deliveries compared, 1 slip of a person found")
        assert demo.says("2 known to it and not sent, 1 sent, 1 booked; 9 orders there, none of them twice")
        assert not demo.says("CD-9")
        with httpx.Client(base_url=demo.names(r"Console +(http://\S+)/console/")) as crossdock:
            shows_no_settings(crossdock)
            serves_its_files(crossdock)
        monkeypatch.setenv("ODOO", demo.names(r"ODOO=(\S+)"))
        monkeypatch.setenv("WMS", demo.names(r"WMS=(\S+)"))
        clears_the_address_as_the_howto_says()
    finally:
        demo.interrupt()
    assert demo.end() == 0, (tmp_path / "demo.log").read_text()
    assert demo.left_behind() == []


def shows_no_settings(crossdock: httpx.Client) -> None:
    page = crossdock.get("/nothing-here")
    assert page.status_code == 404
    assert not re.search("settings|traceback|urlconf", page.text, re.IGNORECASE)


def serves_its_files(crossdock: httpx.Client) -> None:
    pages = [crossdock.get("/console/login/").text, crossdock.get("/api/docs").text]
    named = {file for page in pages for file in re.findall(r'(?:href|src)="(/static/[^"?]+)', page)}
    assert "/static/console/console.css" in named
    assert {file: crossdock.get(file).status_code for file in named} == dict.fromkeys(named, 200)


def clears_the_address_as_the_howto_says() -> None:
    session: dict[str, Any] = {}
    exec(_in_howto(r"-i -c '\n(.*?)\n'\n"), session)
    deliveries = [("partner_id.name", "=", "Fir Trading"), ("state", "=", "done")]
    assert session["odoo"]("stock.picking").search_count(deliveries) == 0
    exec(_in_howto(r"\n(odoo\(.res\.partner.*?)\n"), session)
    assert until(lambda: session["odoo"]("stock.picking").search_count(deliveries) == 1, seconds=LONGEST)


def _in_howto(pattern: str) -> str:
    found = re.search(pattern, HOWTO.read_text(), re.DOTALL)
    assert found, pattern
    return found.group(1)


def test_the_proof_says_what_was_lost_doubled_misplaced_and_mispriced(tmp_path: Path) -> None:
    demo = Demo(tmp_path / "demo.log", "--exit", "--before-proof", MEDDLE)
    assert demo.end() == 1, (tmp_path / "demo.log").read_text()
    assert demo.says("The systems do not agree.")
    assert demo.says(": shipped: the warehouse says ")
    for wrong in (
        r"S\d{5} \S+: shipped: the warehouse says \d+, Odoo says \d+",
        r"P\d{5}: moved CHAIR-OAK at MAIN: the warehouse says 10, Odoo says 20",
        r"stock of STOOL-3 at MAIN damaged: the warehouse has 4, Odoo has 2",
        r"S\d{5}: invoiced: [\d,.]+, and it should be [\d,.]+",
    ):
        demo.names(f"({wrong})")


def test_ctrl_c_in_the_middle_of_the_day_leaves_no_process_behind(tmp_path: Path) -> None:
    demo = Demo(tmp_path / "demo.log")
    demo.comes_to("A shipment arrives for an order")
    assert demo.left_behind() != []
    demo.interrupt()
    assert demo.end() == 130, (tmp_path / "demo.log").read_text()
    assert demo.left_behind() == []
    assert not demo.says("Traceback")
