"""JSON as a partner may send it: UTF-8, no key twice, no NaN, no absurd number or depth, only text in texts."""

import json
from codecs import BOM_UTF8
from decimal import Decimal, InvalidOperation
from typing import Any

DEEPEST = 32
LONGEST_NUMBER = 40


class NotADocument(ValueError):
    """The text says why, for the sender."""


def loads(body: bytes) -> dict[str, Any]:
    """The object in ``body``, fractions as Decimal. Raises NotADocument."""
    if body.startswith(BOM_UTF8):
        raise NotADocument("it begins with a byte order mark")
    try:
        document = json.loads(
            body.decode(),
            object_pairs_hook=_once,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_decimal,
        )
    except UnicodeDecodeError as error:
        raise NotADocument(f"it is not UTF-8 (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise NotADocument(f"{error.msg}, line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise NotADocument(f"it is nested deeper than {DEEPEST} levels") from None
    if not isinstance(document, dict):
        raise NotADocument("it is not an object")
    _check(document)
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise NotADocument(f"the key {name[:60]!a} stands twice in one object")
        found[name] = value
    return found


def _refuse_constant(name: str) -> None:
    raise NotADocument(f"{name} is not a number")


def _integer(text: str) -> int:
    return int(_bounded(text))


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(_bounded(text))
    except InvalidOperation:
        number = Decimal("inf")
    if not number.is_finite() or abs(number.adjusted()) > LONGEST_NUMBER:  # 1e999999999 is short and takes forever
        raise NotADocument(f"a number has more than {LONGEST_NUMBER} digits")
    return number


def _bounded(text: str) -> str:
    if len(text) > LONGEST_NUMBER:
        raise NotADocument(f"a number has more than {LONGEST_NUMBER} digits")
    return text


def _check(document: object) -> None:
    """Walks without recursion: depth, and characters that are no text (NUL, half of a surrogate pair)."""
    level: list[object] = [document]
    for _ in range(DEEPEST):
        following: list[object] = []
        for value in level:
            if isinstance(value, dict):
                following.extend(value)
                following.extend(value.values())
            elif isinstance(value, list):
                following.extend(value)
            elif isinstance(value, str):
                _check_text(value)
        if not following:
            return
        level = following
    raise NotADocument(f"it is nested deeper than {DEEPEST} levels")


def _check_text(text: str) -> None:
    if "\x00" in text or (not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)):
        raise NotADocument("a text holds a NUL or half of a surrogate pair")
