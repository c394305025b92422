"""What commands have in common: who acts, secrets that never stand on a command line, tables, plain endings."""

import getpass
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError

from integration.errors import IntegrationError
from integration.jobs.acts import Actor, NotAllowed
from integration.observe.report import Section, lines


class PlainCommand(BaseCommand):
    """Ends with one line for what a person can mend, where Django would show a traceback."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except (NotAllowed, IntegrationError) as wrong:
            raise CommandError(plain(wrong)) from wrong
        except (DatabaseError, InterfaceError) as wrong:
            said = str(wrong).strip().splitlines() or [type(wrong).__name__]
            raise CommandError(f"The database cannot be used: {said[0]}. See: manage.py doctor") from wrong

    def show(self, sections: Iterable[Section]) -> None:
        styles = {"ok": self.style.SUCCESS, "warning": self.style.WARNING, "problem": self.style.ERROR}
        for section in sections:
            for word, line in lines(section):
                style = self.style.MIGRATE_HEADING if not word else styles.get(word, str)
                self.stdout.write(style(line))


def plain(wrong: Exception) -> str:
    if isinstance(wrong, IntegrationError):
        return f"{wrong.cause} {wrong.fix} ({wrong.code})"
    return str(wrong)


def operator() -> Actor:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        name = f"user {os.getuid()}"
    return Actor(name=f"command line ({name})")


def secret(what: str, *, variable: str, file: str = "", prompt: bool = True) -> str:
    """From the file, the environment variable or a prompt, in this order; empty where none of them has it."""
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as wrong:
            raise CommandError(f"The {what} cannot be read from {file}: {wrong}") from wrong
    if value := os.environ.get(variable, "").strip():
        return value
    if prompt and sys.stdin.isatty():
        return getpass.getpass(f"{what.capitalize()}: ").strip()
    return ""
