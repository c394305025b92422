"""A worker whose clock is off: the time of the day is, the monotonic clock is not, and its children have it too."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.drills.crew import SKEWING

CLOCKS = """
import os, sys, time
if not os.fork():
    print(time.time() - float(sys.argv[1]), time.monotonic() - float(sys.argv[2]))
    sys.exit()
os.wait()
"""


@pytest.mark.parametrize("off", [120, -120])
def test_the_time_of_the_day_is_off_and_the_monotonic_clock_is_not(off: int, tmp_path: Path) -> None:
    (tmp_path / "clocks.py").write_text(CLOCKS)
    command = [sys.executable, str(SKEWING), str(off), "clocks", str(time.time()), str(time.monotonic())]
    said = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    day, monotonic = map(float, said.split())
    assert (0 <= day - off < 60, 0 <= monotonic < 60) == (True, True)
