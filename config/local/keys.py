"""Secrets of a local run, made once and readable only by their owner."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

GENERATED: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "FIELD_KEYS": lambda: base64.urlsafe_b64encode(os.urandom(32)).decode(),  # one Fernet key
}


def remembered(file: Path, make: Callable[[], str]) -> str:
    """What the file holds, made and written on the first call. The file is whole or not there."""
    if file.exists():
        return file.read_text()
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    unfinished.touch(mode=0o600)
    unfinished.write_text(make())
    unfinished.rename(file)
    return file.read_text()


def local_env(file: Path) -> dict[str, str]:
    """The generated settings of this checkout; the environment's own come first."""
    text = remembered(file, lambda: "".join(f"{name}={make()}\n" for name, make in GENERATED.items()))
    kept = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {name: os.environ.get(name, value) for name, value in kept.items()}
