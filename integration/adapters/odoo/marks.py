"""The mark: one line in a picking's note that says which shipment or receipt we posted to it.

Odoo copies the note to a backorder, a return or a duplicate, so the line also holds the picking's own id: a copied
mark is nobody's. Its seal holds the quantities that we wrote: a picking that somebody else validated with other
quantities does not count as ours either. The rest of the note is people's, and is kept.

A shipment is sealed by its moves; a receipt by its products: goods that no move asked for make moves of their own.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from html import escape, unescape
from typing import Literal, NamedTuple, cast

Word = Literal["shipment", "receipt"]
_LINE = re.compile(r"<p>Crossdock (shipment|receipt): ([^<>\n]+?) on transfer (\d+), seal ([0-9a-f]{8})</p>")

_ROUTED = re.compile(r"<p>Crossdock route: for transfer (\d+), [^<>\n]*?</p>")
_GONE = re.compile(r"<p>Crossdock route: gone to [^<>\n]*?</p>")
_MADE = re.compile(r"<p>Crossdock delivery: ([^<>\n]+?) for transfer (\d+)</p>")


class Mark(NamedTuple):
    name: str
    seal: str
    word: Word = "shipment"


def read_mark(note: str | None, picking_id: int) -> Mark | None:
    """The mark that was written to this very picking."""
    lines = [line for line in _LINE.findall(note or "") if int(line[2]) == picking_id]
    found = [Mark(unescape(name), seal, cast("Word", word)) for word, name, _, seal in lines]
    return found[-1] if found else None


def with_mark(note: str | None, picking_id: int, mark: Mark) -> str:
    """The note with exactly this mark, at its end."""
    line = f"Crossdock {mark.word}: {escape(mark.name)} on transfer {picking_id}, seal {mark.seal}"
    return f"{without_mark(note)}<p>{line}</p>"


def without_mark(note: str | None) -> str:
    return _LINE.sub("", note or "").strip()


def made_line(name: str, picking_id: int) -> str:
    """What the note of a delivery says that was made for a shipment, in the place of a cancelled one."""
    return f"Crossdock delivery: {escape(name)} for transfer {picking_id}"


def made_for(note: str | None) -> str | None:
    """The shipment that the delivery was made for."""
    found = _MADE.findall(note or "")
    return unescape(found[-1][0]) if found else None


def routed_line(picking_id: int, name: str = "") -> str:
    """What the note of a delivery says that took goods from another one, of another warehouse; its beginning."""
    return f"Crossdock route: for transfer {picking_id}, {escape(name)}"


def routed_from(note: str | None) -> int | None:
    """The delivery that it took its goods from."""
    found = _ROUTED.findall(note or "")
    return int(found[-1]) if found else None


def gone_to(note: str | None, names: Sequence[str]) -> str:
    """The note of a delivery whose goods leave by these."""
    return f"{_GONE.sub('', note or '').strip()}<p>Crossdock route: gone to {escape(', '.join(names))}</p>"


def without_routes(note: str | None) -> str:
    return _GONE.sub("", _ROUTED.sub("", note or "")).strip()


def seal(quantities: Mapping[int, Decimal]) -> str:
    """Equal for equal quantities by move, or by product; what moves nothing does not count."""
    shipped = ";".join(f"{move}:{quantity:f}" for move, quantity in sorted(quantities.items()) if quantity)
    return hashlib.sha256(shipped.encode()).hexdigest()[:8]
