"""The code that a process runs: this checkout's, or that of the release before it, which a deploy meets."""

import filecmp
import io
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from config.local.errors import LocalError
from config.local.place import CHECKOUT

NAMED = CHECKOUT / "tests" / "drills" / "previous_release"  # a commit's hash: set it to what was released last
LOCK = "requirements.txt"


class NotThere(LocalError):
    """The text says why the previous release cannot be run, for people."""


@dataclass(frozen=True)
class Release:
    name: str
    folder: Path
    python: Path


OURS = Release("this one", CHECKOUT, Path(sys.executable))


def previous() -> Release:
    """Unpacked under var/, with a virtual environment of its own if it needs other packages. Raises NotThere."""
    commit = NAMED.read_text().strip()
    folder = CHECKOUT / "var" / "previous" / commit[:12]
    if not (folder / LOCK).exists():
        _unpack(commit, folder)
    if filecmp.cmp(folder / LOCK, CHECKOUT / LOCK, shallow=False):
        return Release(commit[:8], folder, OURS.python)
    return Release(commit[:8], folder, _python_of(folder))


def _unpack(commit: str, folder: Path) -> None:
    packed = _run("git", "archive", commit, of=f"commit {commit[:8]} is not in this clone")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")


def _python_of(folder: Path) -> Path:
    python = folder / ".venv" / "bin" / "python"
    if not python.exists():
        _run(sys.executable, "-m", "venv", str(folder / ".venv"), of="no virtual environment for it")
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
    _run(str(python), "-m", "pip", "install", *options, "-r", str(folder / LOCK), of="its packages cannot be had")
    return python


def _run(*command: str, of: str) -> bytes:
    """Raises NotThere, in the words of ``of``."""
    try:
        return subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError) as wrong:
        raise NotThere(of) from wrong
