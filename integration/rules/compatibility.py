"""Whether a change of a published schema breaks whoever relies on it: the differences that do, as sentences.

Of what we *take*, everything that was right must stay right. Of what we *send*, everything that we may say now must
have been allowed before, and what a reader may count on must still come. A decimal's pattern and the like are compared
as texts: another pattern breaks.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

Schema = Mapping[str, Any]
LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems")
MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
TEXTUAL = ("pattern", "format")


class Direction(StrEnum):
    RECEIVED = "received"
    SENT = "sent"


def breaks(old: Schema, new: Schema, direction: Direction) -> list[str]:
    """What breaks between two JSON Schemas of one message; none: whoever goes by the old one may go on."""
    return list(dict.fromkeys(_compared(_Look(old, direction), _Look(new, direction), old, new, "")))


class _Look:
    """A whole schema, to follow its references in."""

    def __init__(self, whole: Schema, direction: Direction) -> None:
        self.whole, self.direction = whole, direction

    def options(self, node: Schema) -> dict[str, Schema]:
        """What may stand there, by kind: an object, a string, null ..."""
        if "$ref" in node:
            found = self.whole["$defs"][node["$ref"].rpartition("/")[2]]
            return self.options({**found, **{name: value for name, value in node.items() if name != "$ref"}})
        alternatives = node.get("anyOf") or node.get("oneOf")
        if alternatives:
            return {kind: found for each in alternatives for kind, found in self.options(each).items()}
        return {_kind(node): node}


def _compared(old: _Look, new: _Look, before: Schema, after: Schema, path: str) -> Iterator[str]:
    were, are = old.options(before), new.options(after)
    gone, come = [kind for kind in were if kind not in are], [kind for kind in are if kind not in were]
    name = path or "the message"
    if gone and old.direction == Direction.RECEIVED:
        yield f"{name} may not be {_or(gone)} any more"
    if (come and old.direction == Direction.SENT) or (gone and come):
        yield f"{name} may be {_or(come)} now, and was always {_or(were)}"
    for kind in were:
        if kind in are:
            yield from _same_kind(old, new, were[kind], are[kind], path)


def _same_kind(old: _Look, new: _Look, before: Schema, after: Schema, path: str) -> Iterator[str]:
    yield from _values(before, after, path, old.direction)
    yield from _bounds(before, after, path, old.direction)
    if "items" in before and "items" in after:
        yield from _compared(old, new, before["items"], after["items"], f"{path}[]")
    if "properties" in before:
        yield from _fields(old, new, before, after, path)


def _fields(old: _Look, new: _Look, before: Schema, after: Schema, path: str) -> Iterator[str]:
    were, are = before["properties"], after.get("properties", {})
    yield from (f"{_join(path, name)} is gone" for name in were if name not in are)
    needed_before, needed_now = set(before.get("required", ())), set(after.get("required", ()))
    if old.direction == Direction.RECEIVED:
        yield from (f"{_join(path, name)} is needed now" for name in sorted(needed_now - needed_before))
    else:
        yield from (f"{_join(path, name)} may be left out now" for name in sorted(needed_before - needed_now))
    for name in were:
        if name in are:
            yield from _compared(old, new, were[name], are[name], _join(path, name))


def _values(before: Schema, after: Schema, path: str, direction: Direction) -> Iterator[str]:
    were, are = _listed(before), _listed(after)
    if were is None and are is None:
        return
    if were is None or are is None:
        narrower = were is None
        if narrower == (direction == Direction.RECEIVED):
            yield f"{path} is one of a few values now" if narrower else f"{path} may be any value now"
        return
    yield from (f"{path} has no value {value} any more" for value in were if value not in are)
    if direction == Direction.SENT:
        yield from (f"{path} has the new value {value}" for value in are if value not in were)


def _bounds(before: Schema, after: Schema, path: str, direction: Direction) -> Iterator[str]:
    """Of what we take no bound may get narrower, of what we send none wider."""
    for names, sign in ((LEAST, 1), (MOST, -1)):
        for name in names:
            were, are = _bound(before, name, sign), _bound(after, name, sign)
            narrower = are > were
            if were != are and narrower == (direction == Direction.RECEIVED):
                yield f"{path}: {name} is {_said(after, name)}, and was {_said(before, name)}"
    for name in TEXTUAL:
        if before.get(name) != after.get(name) and (name in after or direction == Direction.SENT):
            yield f"{path}: {name} is {_said(after, name)}, and was {_said(before, name)}"


def _bound(node: Schema, name: str, sign: int) -> float:
    """The higher, the narrower."""
    return sign * node[name] if name in node else float("-inf")


def _listed(node: Schema) -> list[Any] | None:
    return [node["const"]] if "const" in node else node.get("enum")


def _kind(node: Schema) -> str:
    if "type" in node:
        return str(node["type"])
    return "a fixed value" if "const" in node or "enum" in node else "anything"


def _said(node: Schema, name: str) -> str:
    return str(node.get(name, "not there"))


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _or(kinds: Any) -> str:
    return " or ".join(kinds)
