"""Generated secrets are made once, readable by their owner only, and give way to the environment."""

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from config.local.keys import local_env


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "FIELD_KEYS"):
        monkeypatch.delenv(name, raising=False)


def test_the_keys_are_made_once_and_serve_as_fernet_keys(tmp_path: Path) -> None:
    first = local_env(tmp_path / "local.env")

    assert local_env(tmp_path / "local.env") == first
    assert Fernet(first["FIELD_KEYS"]).decrypt(Fernet(first["FIELD_KEYS"]).encrypt(b"x")) == b"x"
    assert len(first["SECRET_KEY"]) >= 50


def test_only_the_owner_reads_them(tmp_path: Path) -> None:
    local_env(tmp_path / "local.env")

    assert [file.name for file in tmp_path.iterdir()] == ["local.env"]
    assert stat.S_IMODE((tmp_path / "local.env").stat().st_mode) == 0o600


def test_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "from the site")

    assert local_env(tmp_path / "local.env")["SECRET_KEY"] == "from the site"
