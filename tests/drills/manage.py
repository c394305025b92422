"""Crossdock's own commands, as a person on its machine runs them."""

import os
import subprocess
import sys
from collections.abc import Mapping

from config.local.errors import LocalError
from config.local.place import CHECKOUT


def manage(env: Mapping[str, str], *arguments: str) -> str:
    """What the command said. Raises LocalError with that, if it failed."""
    return python(env, "manage.py", *arguments)


def python(env: Mapping[str, str], *arguments: str) -> str:
    """The same of any of our programs."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=CHECKOUT, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LocalError(f"{' '.join(arguments[:2])}: {done.stdout}{done.stderr}")
    return done.stdout.strip()
