"""A document in JSON as its single values: listed by their paths, compared, changed one by one, written again.

Numbers stay exact: what has a point is a Decimal.
"""

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

Path = tuple[str | int, ...]
Scalar = str | int | Decimal | bool | None
LONGEST_NUMBER = 40
_NOTHING = object()


class BadValue(ValueError):
    """A text that is no value of its kind; the words are for a person."""


def read(body: bytes) -> dict[str, Any] | None:
    """None: it is no object in JSON."""
    try:
        found = json.loads(body, parse_float=_exact, parse_constant=_refuse)
    except (ValueError, ArithmeticError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def of(node: Any, path: Path = ()) -> Iterator[tuple[Path, Scalar]]:
    """Every single value with its path, in the document's order."""
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else None
    if steps is None:
        yield path, node
        return
    for step, inner in steps:
        yield from of(inner, (*path, step))


def named(path: Path) -> str:
    """As errors name fields, such as ``data.lines.0.quantity``."""
    return ".".join(map(str, path))


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[Path]:
    """The paths of the values that differ, are new or are gone."""
    was, now = dict(of(before)), dict(of(after))
    return [path for path in {**was, **now} if not _same(was.get(path, _NOTHING), now.get(path, _NOTHING))]


def text(value: Scalar) -> str:
    """As a person reads and types it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else str(value)


def typed(before: Scalar, said: str) -> Scalar:
    """What a person typed in the place of a value: a number stays a number, a text a text. Raises BadValue."""
    if said == text(before):
        return before
    if isinstance(before, bool):
        return _truth(said)
    if isinstance(before, int | Decimal):
        return _number(said)
    return None if before is None and not said else said


def put(document: dict[str, Any], path: Path, value: Scalar) -> None:
    """Sets a value in place, with the lists and objects on the way to it that are not there."""
    node: Any = document
    for step, following in pairwise(path):
        node = _inside(node, step, [] if isinstance(following, int) else {})
    if isinstance(node, list) and path[-1] == len(node):
        node.append(value)
    else:
        node[path[-1]] = value


def written(node: Any) -> str:
    """JSON again, without blanks."""
    if isinstance(node, dict):
        return "{" + ",".join(f"{_plain(name)}:{written(value)}" for name, value in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ",".join(map(written, node)) + "]"
    return text(node) if isinstance(node, Decimal) else _plain(node)


def indented(node: Any, depth: int = 0) -> str:
    """The same for people, line by line."""
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(node, dict) and node:
        parts = [f"{inner}{_plain(name)}: {indented(value, depth + 1)}" for name, value in node.items()]
        return "{\n" + ",\n".join(parts) + f"\n{outer}}}"
    if isinstance(node, list) and node:
        return "[\n" + ",\n".join(inner + indented(value, depth + 1) for value in node) + f"\n{outer}]"
    return written(node)


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def _truth(said: str) -> bool:
    if said not in ("true", "false"):
        raise BadValue("must be true or false")
    return said == "true"


def _number(said: str) -> int | Decimal:
    try:
        number = _exact(said.strip())
    except (ValueError, InvalidOperation):
        raise BadValue("must be a number") from None
    return int(number) if number.as_tuple().exponent == 0 else number


def _exact(said: str) -> Decimal:
    """Raises ValueError, InvalidOperation."""
    number = Decimal(said) if len(said) <= LONGEST_NUMBER else Decimal("nan")
    if not number.is_finite() or abs(number.adjusted()) > LONGEST_NUMBER:  # 1e999999999 is short and takes forever
        raise ValueError(said[:LONGEST_NUMBER])
    return number


def _inside(node: Any, step: str | int, empty: Any) -> Any:
    if isinstance(node, list):
        if step == len(node):
            node.append(empty)
    elif node.get(step) is None:
        node[step] = empty
    return node[step]


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _refuse(name: str) -> None:
    raise ValueError(name)
