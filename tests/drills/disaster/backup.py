"""A backup by PostgreSQL's own programs, as the how-to says, and what becomes of the database that it is of."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from config.local.errors import LocalError
from config.local.postgres import ROLE, Postgres
from config.local.server import HOST


class Backup:
    """``file``: where it is kept. Other programs go on writing while it is taken."""

    def __init__(self, postgres: Postgres, database: str, file: Path) -> None:
        self._postgres, self._database, self._file = postgres, database, file
        self._taking: subprocess.Popen[bytes] | None = None

    @property
    def megabytes(self) -> float:
        return self._file.stat().st_size / 1e6

    def begin(self) -> None:
        argv = self._argv("pg_dump", "-Fc", "-f", str(self._file), self._database)
        self._taking = subprocess.Popen(argv, env=self._env())

    def is_done(self) -> bool:
        """Raises LocalError when it failed."""
        status = self._taking.poll() if self._taking else None
        if status:
            raise LocalError(f"pg_dump ended with {status}.")
        return status == 0

    def destroy(self) -> None:
        """The server with all its data is gone."""
        self._postgres.stop()
        shutil.rmtree(self._postgres.folder)

    def restore(self) -> None:
        """On a new server, into an empty database. Raises LocalError."""
        self._postgres.start()
        self._postgres.create_database(self._database)
        argv = self._argv("pg_restore", "--no-owner", "--exit-on-error", "-d", self._database, str(self._file))
        done = subprocess.run(argv, env=self._env(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise LocalError(f"pg_restore: {done.stderr}")

    def _argv(self, program: str, *arguments: str) -> list[str]:
        at = ("-h", HOST, "-p", str(self._postgres.port()), "-U", ROLE)
        return [self._postgres.programs.path(program), *at, *arguments]

    def _env(self) -> Mapping[str, str]:
        return {**os.environ, "PGPASSWORD": self._postgres.password()}
