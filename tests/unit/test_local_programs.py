"""Which PostgreSQL is taken where the wheel has none for the machine."""

from pathlib import Path

from config.local.programs import newest


def install(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        program.chmod(0o755)
    return folder


def test_the_newest_postgresql_of_the_machine_is_taken(tmp_path: Path) -> None:
    folders = [install(tmp_path / version / "bin", version) for version in ("15.4", "17.2", "16.9")]

    found = newest(folders)

    assert found is not None
    assert (found.major, found.path("initdb")) == (17, str(tmp_path / "17.2/bin/initdb"))


def test_a_postgresql_older_than_django_supports_is_not_taken(tmp_path: Path) -> None:
    assert newest([install(tmp_path / "bin", "13.20"), tmp_path / "missing"]) is None
