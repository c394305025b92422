"""A permit to die is used once, by whoever comes by first, or by the one flow that it is for."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.local.place import CHECKOUT
from integration.jobs import failpoints

DIES, LIVES = -signal.SIGKILL, 0


def comes_by(folder: Path, point: str, flow: str) -> int:
    """How a process ends that is at work on the flow."""
    does = f"from integration.jobs import failpoints as f; f.at_work_on({flow!r}); f.hit({point!r})"
    env = {**os.environ, "CROSSDOCK_FAILPOINTS": str(folder)}
    return subprocess.run([sys.executable, "-c", does], cwd=CHECKOUT, env=env, check=False).returncode


def test_a_permit_of_one_flow_kills_no_other_one(tmp_path: Path) -> None:
    (tmp_path / "after_send@posting").touch()
    assert comes_by(tmp_path, "after_send", "put_away") == LIVES
    assert comes_by(tmp_path, "after_result", "posting") == LIVES
    assert comes_by(tmp_path, "after_send", "posting") == DIES
    assert comes_by(tmp_path, "after_send", "posting") == LIVES
    assert list(failpoints.used(tmp_path)) == [("after_send", "posting")]
    assert list(failpoints.used(tmp_path)) == []


@pytest.mark.parametrize("flow", ["posting", ""])
def test_a_permit_without_a_flow_is_for_whoever_comes_by(tmp_path: Path, flow: str) -> None:
    point = "before_stock.picking.button_validate"
    (tmp_path / point).touch()
    assert (comes_by(tmp_path, point, flow), comes_by(tmp_path, point, flow)) == (DIES, LIVES)
    assert list(failpoints.used(tmp_path)) == [(point, flow)]
