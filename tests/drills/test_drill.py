"""A small drill: real processes are killed at every failpoint, and both sides agree afterwards."""

import subprocess
import sys

import pytest

from config.local.place import CHECKOUT

SMALL = ("--orders", "8", "--seconds", "15", "--hits", "1", "--kill-every", "6")
AGREED = "Nothing lost, nothing twice, both sides agree line by line."


@pytest.mark.drill
@pytest.mark.e2e
def test_workers_killed_at_every_failpoint_lose_nothing_and_do_nothing_twice() -> None:
    command = [sys.executable, "-m", "tests.drills", *SMALL]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=300)
    said = done.stdout + done.stderr
    assert (done.returncode, AGREED in said) == (0, True), said
