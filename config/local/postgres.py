"""The local PostgreSQL: made once, password only, on loopback."""

import locale
import shutil
import signal
import subprocess
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from config.local import process, programs
from config.local.errors import LocalError
from config.local.server import ENVIRONMENT, HOST, Server, last_line

ROLE = "crossdock"
LOCALES = ("C.UTF-8", "en_US.UTF-8")  # the first that the machine has; `C` would not fold letters such as é
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Postgres(Server):
    name: ClassVar[str] = "postgres"
    stop_signals: ClassVar[Sequence[signal.Signals]] = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)

    @cached_property
    def programs(self) -> programs.PostgresPrograms:
        return programs.postgres(self.account, self.place.data)

    @property
    def folder(self) -> Path:
        return self.place.data / f"postgres-{self.programs.major}"

    def prepare(self) -> None:
        """Make the cluster. A first start that was cut short left a folder without its last file: begin again."""
        if self.folder.exists():
            return
        unfinished = self.folder.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        self._initdb(unfinished)
        unfinished.rename(self.folder)

    def argv(self, port: int) -> list[str]:
        settings = SETTINGS | {"port": str(port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self.programs.path("postgres"), "-D", str(self.folder), *options]

    def mark(self) -> str:
        return f"-D {self.folder} "

    def pid_file(self) -> Path:
        return self.folder / "postmaster.pid"

    def ready(self) -> bool:
        """The status line counts only beside the id of a process that is this server."""
        if self.pid() is None:
            return False
        lines = self.pid_file().read_text().splitlines()
        return len(lines) > 7 and lines[7].strip() == "ready"

    def url(self, database: str = ROLE) -> str:
        return f"postgresql://{ROLE}:{quote(self.password())}@{HOST}:{self.port()}/{database}"

    def create_database(self, name: str) -> None:
        """Create the database unless it is there."""
        argv = [self.programs.path("createdb"), "-h", HOST, "-p", str(self.port()), "-U", ROLE, name]
        env = ENVIRONMENT | {"PGPASSWORD": self.password()}
        done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
        if done.returncode and "already exists" not in done.stderr:
            raise LocalError(f"PostgreSQL did not make the database {name}: {done.stderr.strip()}")

    def _initdb(self, folder: Path) -> None:
        password = self.place.data / "initial-password"
        password.touch(mode=0o600)
        self.account.give(password)
        password.write_text(self.password())
        try:
            pid = process.spawn(
                [
                    self.programs.path("initdb"), "-D", str(folder), "-U", ROLE, "-E", "UTF8", "-A", "scram-sha-256",
                    f"--locale={_locale()}", f"--pwfile={password}", "--no-instructions",
                ],
                log=self.log(), folder=self.place.data, env=ENVIRONMENT, account=self.account,
            )  # fmt: skip
            status = process.wait(pid)
        finally:
            password.unlink()
        if status:
            raise LocalError(f"PostgreSQL's initdb failed. {self.log()} ends with: {last_line(self.log())}")


def _locale() -> str:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in LOCALES:
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
