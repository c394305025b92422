"""Where local servers keep their data, and that nobody else can plant it."""

import stat
from pathlib import Path

import pytest

from config.local import account, place
from config.local.account import Account
from config.local.errors import LocalError

NOBODY = Account("nobody", 65534, 65534, switch=True)


def test_an_account_reaches_a_folder_only_through_every_folder_above_it(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    inner = closed / "inner"
    inner.mkdir(parents=True)
    closed.chmod(0o700)

    assert not account.reachable(inner, NOBODY)
    assert account.reachable(Path("/usr"), NOBODY)


def test_the_data_folder_is_open_to_its_account_alone(tmp_path: Path) -> None:
    user = account.current()
    made = place.prepare(tmp_path, user)

    assert stat.S_IMODE(made.data.stat().st_mode) == 0o700
    assert made.data.stat().st_uid == user.uid
    assert stat.S_IMODE(made.state.stat().st_mode) == 0o700


def test_two_checkouts_never_share_a_data_folder(tmp_path: Path) -> None:
    user = account.current()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()

    assert place.prepare(tmp_path / "one", user).data != place.prepare(tmp_path / "two", user).data


def test_a_data_folder_that_somebody_else_could_enter_is_refused(tmp_path: Path) -> None:
    user = account.current()
    made = place.prepare(tmp_path, user)
    made.data.chmod(0o755)

    with pytest.raises(LocalError, match="remove it and start again"):
        place.prepare(tmp_path, user)
