"""Where local servers keep their data, and that nobody else can plant it."""

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.local import account, place
from config.local.account import Account
from config.local.errors import LocalError
from config.local.place import Place

NOBODY = Account("nobody", 65534, 65534, switch=True)


def prepare(checkout: Path) -> Iterator[Place]:
    """The folders of a checkout, removed afterwards: root's data may lie outside the checkout."""
    checkout.mkdir(exist_ok=True)
    made = place.prepare(checkout, account.current())
    yield made
    shutil.rmtree(made.data)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Place]:
    yield from prepare(tmp_path / "one")


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Place]:
    yield from prepare(tmp_path / "two")


def test_an_account_reaches_a_folder_only_through_every_folder_above_it(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    inner = closed / "inner"
    inner.mkdir(parents=True)
    closed.chmod(0o700)

    assert not account.reachable(inner, NOBODY)
    assert account.reachable(Path("/usr"), NOBODY)


def test_the_data_folder_is_open_to_its_account_alone(made: Place) -> None:
    assert stat.S_IMODE(made.data.stat().st_mode) == 0o700
    assert made.data.stat().st_uid == account.current().uid
    assert stat.S_IMODE(made.state.stat().st_mode) == 0o700


def test_two_checkouts_never_share_a_data_folder(made: Place, other: Place) -> None:
    assert made.data != other.data


def test_a_data_folder_that_somebody_else_could_enter_is_refused(made: Place) -> None:
    made.data.chmod(0o755)

    with pytest.raises(LocalError, match="remove it and start again"):
        place.prepare(made.checkout, account.current())
