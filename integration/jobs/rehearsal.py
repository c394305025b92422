"""A try that only says what it would do: each write elsewhere is noted in place of being made."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integration.models import Connection

MOST = 20  # things that a write is told to move


class WouldWrite(Exception):
    """The try ends here: what comes after needs the answer to a write that nobody makes."""


class WriteInRehearsal(RuntimeError):
    """A writing call in a try that only says what it would do: a mistake of ours, never let through."""


class WriteInShadow(RuntimeError):
    """A writing call for a flow that is not live, or of which nobody has said so: a mistake of ours, never let
    through."""


@dataclass(slots=True)
class Rehearsal:
    """What the try came upon. ``writes``: verb, system, key, where and what; codes and numbers alone."""

    writes: list[dict[str, str]] = field(default_factory=list)

    def would(self, connection: Connection, key: str, verb: str, at: str, intent: Mapping[str, Any]) -> WouldWrite:
        """Notes a write; what it returns is to be raised."""
        told = {"verb": verb, "connection": connection.name, "key": key, "at": at, "what": told_of(intent)}
        self.writes.append(told)
        return WouldWrite(key)


def told_of(intent: Mapping[str, Any]) -> str:
    """What a write is about, from what its effect would remember."""
    parts = list(_parts(intent))
    more = f" and {len(parts) - MOST} more" if len(parts) > MOST else ""
    return ", ".join(parts[:MOST]) + more


def _parts(intent: Mapping[str, Any]) -> Iterator[str]:
    if "goods" in intent:
        for _product, sku, quantity, lot, *where in intent["goods"]:
            yield _said(quantity, sku, lot, *where)
    elif "difference" in intent:
        yield from (_said(quantity, f"product {product}", lot) for product, _, lot, quantity, _ in _movements(intent))
    elif "lines" in intent:
        yield from (_said(quantity, sku, lot) for sku, quantity, lot, *_ in intent["lines"])
    elif "quantities" in intent:
        yield from (_said(quantity, f"move {move}") for move, quantity in intent["quantities"].items())


def _movements(intent: Mapping[str, Any]) -> Iterable[Any]:
    return intent.get("movements", ())  # type: ignore[no-any-return]


def _said(quantity: str, sku: str, lot: str = "", *where: str) -> str:
    """ "5 x CRATE-S (lot L1, damaged)"."""
    more = ", ".join(filter(None, [f"lot {lot}" if lot else "", *where]))
    amount = format(Decimal(quantity).normalize(), "f")
    return f"{amount} x {sku} ({more})" if more else f"{amount} x {sku}"
