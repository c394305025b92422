"""The local Valkey: password only, on loopback, nothing on disk, because the broker may forget everything."""

import signal
import socket
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from config.local import programs
from config.local.server import HOST, Server

DATABASES = 4096
CONFIG = """\
bind {host}
port {port}
requirepass {password}
databases {databases}
dir {folder}
pidfile {folder}/valkey.pid
save ""
appendonly no
daemonize no
set-proc-title no
"""


class Valkey(Server):
    name: ClassVar[str] = "valkey"
    stop_signals: ClassVar[Sequence[signal.Signals]] = (signal.SIGTERM, signal.SIGKILL)

    @cached_property
    def program(self) -> Path:
        return programs.valkey(self.account, self.place.data)

    @property
    def folder(self) -> Path:
        return self.place.data / "valkey"

    @property
    def config(self) -> Path:
        return self.folder / "valkey.conf"

    def prepare(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.account.give(self.folder)

    def argv(self, port: int) -> list[str]:
        """Write the configuration, so that the password is in no command line."""
        self.config.touch(mode=0o600)
        self.account.give(self.config)
        self.config.write_text(
            CONFIG.format(host=HOST, port=port, password=self.password(), databases=DATABASES, folder=self.folder)
        )
        return [str(self.program), str(self.config)]

    def mark(self) -> str:
        return str(self.config)

    def pid_file(self) -> Path:
        return self.folder / "valkey.pid"

    def ready(self) -> bool:
        if self.pid() is None:
            return False
        try:
            with socket.create_connection((HOST, self.port()), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password()}\r\nPING\r\n".encode())
                answer = connection.makefile("rb")
                return answer.readline() == b"+OK\r\n" and answer.readline() == b"+PONG\r\n"
        except OSError:
            return False

    def url(self, database: int = 0) -> str:
        return f"redis://:{quote(self.password())}@{HOST}:{self.port()}/{database}"
