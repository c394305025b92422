"""Reads settings from environment variables; a value that cannot be read is told by its name, in one line."""

import math
import os
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = ("true", "on", "yes", "1"), ("false", "off", "no", "0", "")
POSTGRESQL = ("postgres", "postgresql")


class Environment:
    """Every method raises ImproperlyConfigured, with the variable's name, for a value that is not of its kind."""

    def __init__(self, variables: Mapping[str, str] = os.environ) -> None:
        self._variables = variables

    def text(self, name: str, default: str) -> str:
        return self._variables.get(name, default)

    def texts(self, name: str, default: Sequence[str] = ()) -> list[str]:
        """Separated by commas."""
        if name not in self._variables:
            return [*default]
        return [part.strip() for part in self._variables[name].split(",") if part.strip()]

    def pairs(self, name: str) -> dict[str, str]:
        """``name=value``, separated by commas; a value may be percent-encoded. The error repeats none: it may be
        secret."""
        found = [part.partition("=") for part in self.texts(name)]
        if not all(key.strip() and equals for key, equals, _ in found):
            raise ImproperlyConfigured(f"{name} is not name=value, separated by commas.")
        return {key.strip(): unquote(value.strip()) for key, _, value in found}

    def whole(self, name: str, default: int) -> int:
        text = self._variables.get(name)
        try:
            return default if text is None else int(text)
        except ValueError:
            raise _not(name, text, "a whole number") from None

    def number(self, name: str, default: float) -> float:
        text = self._variables.get(name)
        try:
            number = default if text is None else float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise _not(name, text, "a number")
        return number

    def flag(self, name: str, default: bool) -> bool:
        """Nothing but the words above: a slip must not switch a protection off in silence."""
        text = self._variables.get(name)
        if text is None:
            return default
        if text.lower() not in (*TRUE, *FALSE):
            raise _not(name, text, "true or false")
        return text.lower() in TRUE

    def postgresql(self, name: str, default: str) -> dict[str, Any]:
        """Django's settings of a database. The address is not repeated in the error: it holds a password."""
        address = self._variables.get(name, default)
        try:
            parts = urlsplit(address)
            complete = parts.scheme in POSTGRESQL and bool(parts.path.strip("/")) and parts.port != 0
        except ValueError:
            complete = False
        if not complete:
            raise ImproperlyConfigured(f"{name} is not an address like postgresql://user:password@host:5432/database.")
        return dict(environ.Env.db_url_config(address))


def _not(name: str, text: object, kind: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} is {text!r}, which is not {kind}.")
