"""Processes that outlive the one that starts them: start, look at, stop."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from config.local.account import Account

POLL = 0.02
DEFERRED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

PROC = Path("/proc")
ZOMBIE = "Z"

_HAS_PROC = (PROC / "self" / "stat").exists()
_children: dict[int, subprocess.Popen[bytes]] = {}


def spawn(
    argv: Sequence[str],
    *,
    log: Path,
    folder: Path,
    env: Mapping[str, str],
    account: Account | None = None,
) -> int:
    """Start a process in a session of its own, out of reach of Ctrl-C, and return its id."""
    switch = account if account and account.switch else None
    with log.open("ab") as output:
        child = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            env=dict(env),
            start_new_session=True,
            user=switch.uid if switch else None,
            group=switch.gid if switch else None,
            extra_groups=[] if switch else None,
        )
    _children[child.pid] = child
    return child.pid


def alive(pid: int) -> bool:
    """Whether the process runs; a dead child of ours is reaped."""
    if child := _children.get(pid):
        return child.poll() is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def group_alive(group: int) -> bool:
    """Whether any process of the group runs; dead ones that their parent has not reaped do not count."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group of zombies
        return False
    if not _HAS_PROC:
        return True
    found = (_status(folder) for folder in PROC.glob("[0-9]*"))
    return any(state != ZOMBIE and of == str(group) for state, of in found)


def signal_group(group: int, number: int) -> None:
    """Send the signal to every process of the group, if there is one."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def command_line(pid: int) -> str:
    """What the process was started with; empty where there is none."""
    if _HAS_PROC:
        with suppress(OSError):
            return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    shown = subprocess.run(
        ["/bin/ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout


def stop(pid: int, signals: Sequence[signal.Signals], *, grace: float) -> None:
    """Send one signal after the other, each with its grace in seconds, until the process is gone."""
    for number in signals:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        if until(lambda: not alive(pid), seconds=grace):
            _children.pop(pid, None)
            return


def wait(pid: int) -> int:
    """Wait for a child of ours to end, and return its status."""
    return _children.pop(pid).wait()


def until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Poll until the condition holds; False when the time is over first."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL)
    return True


@contextmanager
def deferred_signals() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM back until the block has ended, so that nothing is left half started.

    Handlers, not a mask: a mask would be inherited by the servers, and make them deaf to SIGTERM.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []

    def remember(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    before = {number: signal.signal(number, remember) for number in DEFERRED}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        for late in dict.fromkeys(received):
            signal.raise_signal(late)


def _is_zombie(pid: int) -> bool:
    return _HAS_PROC and _status(PROC / str(pid))[0] == ZOMBIE


def _status(folder: Path) -> tuple[str, str]:
    """State and process group as Linux tells them; the name before them may hold spaces and parentheses."""
    try:
        state, _parent, group, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return ZOMBIE, ""
    return state, group
