"""The page that tells an order's story: what it is, what it waits for, and everything that happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from integration.console import in_waves, story, waiting
from integration.console.guard import site_context
from integration.console.orders import books, chain, decided, instead, sides
from integration.console.reach import scoped
from integration.models import Document, DocumentLine

# Of a line, by side: shown when any line of the page has it.
HERE = {
    "released": _("Released"),
    "substituted": _("As another"),
    "over": _("Over"),
    "cancelled": _("Cancelled"),
}
THERE = {"picked": _("Picked"), "packed": _("Packed")}


@dataclass(frozen=True, slots=True)
class Row:
    """A line as the table shows it: ``here`` and ``there`` are the columns of ours and of the warehouse's; ``instead``:
    what left in its place, by SKU."""

    line: DocumentLine
    side: sides.Side
    here: Sequence[tuple[str, Decimal]]
    there: Sequence[tuple[str, Decimal]]
    left: Decimal
    instead: Mapping[str, Decimal]

    @property
    def asked(self) -> Decimal:
        """As Odoo was last read; as it was when it was last acted on, where that is not kept."""
        return self.line.ordered if self.side.asked is None else self.side.asked


def view(request: HttpRequest, document: int) -> HttpResponseBase:
    try:
        family = story.family(document, scoped(request, Document.objects.all()))
    except Document.DoesNotExist:
        raise Http404 from None
    lines = sides.lines_of(family.documents)
    said, entries = sides.of(family.documents, family.captured, lines), books.of(family)
    here, there, others = _columns(lines, HERE), _columns(lines, THERE), instead.of(lines)
    context = site_context(request, Document) | {
        "title": f"{capfirst(family.order.get_kind_display())} {family.order}",
        "order": family.order,
        "deliveries": family.documents[1:],
        "steps": chain.of(family, lines, said.lines, entries),
        "here": here,
        "there": there,
        "lines": [_row(line, said.lines[line.pk], here, there, others.get(line.pk, {})) for line in lines],
        "strays": said.strays,
        "read_at": max((record.read_at for record in family.captured if record.read_at), default=None),
        "parcels": family.parcels,
        "decided": decided.of(request, family.order),
        "books": entries,
        "waits": waiting.waits(family, lines, said.lines, in_waves.of_order(request, family.order)),
        "entries": story.tell(family),
    }
    return TemplateResponse(request, "console/timeline.html", context)


def _columns(lines: Sequence[DocumentLine], known: Mapping[str, object]) -> dict[str, object]:
    """Those that any line has something in; what was picked also where something was not found."""
    short = any(line.short for line in lines)
    return {
        name: label
        for name, label in known.items()
        if any(getattr(line, name) for line in lines) or (name == "picked" and short)
    }


def _row(
    line: DocumentLine,
    side: sides.Side,
    here: Mapping[str, object],
    there: Mapping[str, object],
    others: Mapping[str, Decimal],
) -> Row:
    def of(names: Mapping[str, object]) -> list[tuple[str, Decimal]]:
        return [(name, getattr(line, name)) for name in names]

    return Row(line, side, of(here), of(there), sides.left(line, side), others)
