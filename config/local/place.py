"""Where the local servers of one checkout keep their data, state and logs."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from config.local.account import Account, reachable
from config.local.errors import LocalError

CHECKOUT = Path(__file__).resolve().parents[2]
OUTSIDE = Path("/var/tmp")  # noqa: S108 - survives a reboot; the folder below is checked for its owner


@dataclass(frozen=True)
class Place:
    """The folders of one checkout; `data` belongs to the account that the servers run as."""

    checkout: Path
    var: Path
    data: Path

    @property
    def state(self) -> Path:
        return self.var / "local"

    @property
    def log(self) -> Path:
        return self.var / "log"


def prepare(checkout: Path, account: Account) -> Place:
    """Make the folders of the checkout; data lie outside where the account cannot reach the checkout."""
    var = checkout / "var"
    data = var / "data" if reachable(checkout, account) else OUTSIDE / f"crossdock-{_digest(checkout, account)}"
    place = Place(checkout=checkout, var=var, data=data)
    try:
        var.mkdir(exist_ok=True)
        place.log.mkdir(exist_ok=True)
        place.state.mkdir(mode=0o700, exist_ok=True)
        _own(data, account)
        if not os.access(place.state, os.W_OK):
            raise PermissionError(f"cannot write to {place.state}")
    except OSError as error:
        raise LocalError(f"{error}. {var} was made by another account: run as that account, or remove it.") from error
    return place


def _digest(checkout: Path, account: Account) -> str:
    return hashlib.sha256(f"{account.uid}:{checkout}".encode()).hexdigest()[:12]


def _own(folder: Path, account: Account) -> None:
    """Make a folder that only the account can enter, and refuse one that somebody else put there."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        account.give(folder)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or stat.S_IMODE(found.st_mode) & 0o077:
        raise LocalError(f"{folder} is not a folder of {account.name} alone (0700): remove it and start again.")
