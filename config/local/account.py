"""The account that the servers run as: the caller's own, or `nobody` for root, whom PostgreSQL refuses."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int
    switch: bool

    def give(self, path: Path) -> None:
        """Make the account the owner of the path, where that is not the caller."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


def current() -> Account:
    switch = os.geteuid() == 0
    found = pwd.getpwnam(UNPRIVILEGED) if switch else None
    if found:
        return Account(found.pw_name, found.pw_uid, found.pw_gid, switch=True)
    return Account(f"user {os.geteuid()}", os.geteuid(), os.getegid(), switch=False)


def reachable(path: Path, account: Account) -> bool:
    """Whether the account may enter the path and every folder above it."""
    if not account.switch:
        return True
    return all(_may_enter(folder.stat(), account) for folder in (path, *path.parents))


def _may_enter(found: os.stat_result, account: Account) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)
