"""What PostgreSQL and Valkey have in common: a remembered port and password, a start that is sure, a stop."""

import os
import secrets
import signal
import socket
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from config.local import process
from config.local.account import Account
from config.local.errors import LocalError
from config.local.keys import remembered
from config.local.place import Place

HOST = "127.0.0.1"
ATTEMPTS = 10
READY_SECONDS = 60.0
STOP_SECONDS = 20.0
ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"}  # none of the caller's secrets


class Server(ABC):
    """One server of one checkout. Calls that change something are made under the checkout's door lock."""

    name: ClassVar[str]
    stop_signals: ClassVar[Sequence[signal.Signals]]

    def __init__(self, place: Place, account: Account) -> None:
        self.place = place
        self.account = account

    @abstractmethod
    def prepare(self) -> None:
        """Make what a start needs; called before every start."""

    @abstractmethod
    def argv(self, port: int) -> list[str]: ...

    @abstractmethod
    def mark(self) -> str:
        """The part of the command line that tells this server from any other."""

    @abstractmethod
    def pid_file(self) -> Path: ...

    @abstractmethod
    def ready(self) -> bool: ...

    def log(self) -> Path:
        return self.place.log / f"{self.name}.log"

    def pid(self) -> int | None:
        """The id of the running server; a stale file, or a reused id, counts as none."""
        try:
            pid = int(self.pid_file().read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if process.alive(pid) and self.mark() in process.command_line(pid) else None

    def start(self) -> None:
        """Start the server unless it runs, and return when it answers.

        Tried several times: the port may be taken meanwhile, and after a kill PostgreSQL waits for its last children.
        """
        if self.pid() is not None and process.until(self.ready, seconds=READY_SECONDS):
            return
        self.prepare()
        for _ in range(ATTEMPTS):
            if self._attempt():
                return
            process.until(lambda: False, seconds=0.3)
        raise LocalError(f"{self.name} did not start. {self.log()} ends with: {last_line(self.log())}")

    def stop(self) -> None:
        pid = self.pid()
        if pid is not None:
            process.stop(pid, self.stop_signals, grace=STOP_SECONDS)

    def port(self) -> int:
        """The remembered port."""
        return int(self._port_file().read_text())

    def password(self) -> str:
        """The password, made once; only the caller's account can read it."""
        return remembered(self.place.state / f"{self.name}.password", lambda: secrets.token_urlsafe(24))

    def _attempt(self) -> bool:
        pid = process.spawn(
            self.argv(self._free_port()),
            log=self.log(),
            folder=self.place.data,
            env=ENVIRONMENT,
            account=self.account,
        )
        process.until(lambda: self.ready() or not process.alive(pid), seconds=READY_SECONDS)
        if self.pid() == pid and self.ready():
            return True
        process.stop(pid, (signal.SIGTERM, signal.SIGKILL), grace=STOP_SECONDS)
        return False

    def _port_file(self) -> Path:
        return self.place.state / f"{self.name}.port"

    def _free_port(self) -> int:
        """The port used last if it is still free, else a new one."""
        if self._port_file().exists() and is_free(self.port()):
            return self.port()
        port = free_port()
        self._port_file().write_text(str(port))
        return port


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return next((line for line in reversed(lines) if line.strip()), "(nothing)")
