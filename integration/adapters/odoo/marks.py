"""The mark: one line in a picking's note that says which shipment we posted to it.

Odoo copies the note to a backorder, a return or a duplicate, so the line also holds the picking's own id: a copied
mark is nobody's. The rest of the note is people's, and is kept.
"""

import re
from html import escape, unescape

_LINE = re.compile(r"<p>Crossdock shipment: ([^<>\n]+?) on transfer (\d+)</p>")


def read_mark(note: str | None, picking_id: int) -> str | None:
    """The mark of the shipment that was written to this very picking."""
    found = [unescape(mark) for mark, owner in _LINE.findall(note or "") if int(owner) == picking_id]
    return found[-1] if found else None


def with_mark(note: str | None, picking_id: int, mark: str) -> str:
    """The note with exactly this mark, at its end."""
    return f"{without_mark(note)}<p>Crossdock shipment: {escape(mark)} on transfer {picking_id}</p>"


def without_mark(note: str | None) -> str:
    return _LINE.sub("", note or "").strip()
