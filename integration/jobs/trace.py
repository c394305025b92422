"""Where have these units been: what each movement belongs to, by which numbers it is known, what was billed of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from integration.models import Effect, ExternalReference, StockEvent

BOOKS = ("invoice", "vendor_bill", "credit_note")


@dataclass(frozen=True, slots=True)
class Step:
    """One movement. ``numbers``: what the warehouse calls it; ``entries``: the documents that bill or credit it."""

    event: StockEvent
    numbers: tuple[dict[str, str], ...] = ()
    entries: tuple[dict[str, Any], ...] = field(default=())


def steps(events: Sequence[StockEvent]) -> list[Step]:
    """Two statements, however many movements there are."""
    entries, numbers = _entries(events), _numbers(events)
    return [
        Step(event, tuple(numbers[_transfer(event)]), tuple(entries[event.source.partition("/judged/")[0]]))
        for event in events
    ]


def _entries(events: Sequence[StockEvent]) -> dict[str, list[dict[str, Any]]]:
    """By the event's key: an inspection is of its return."""
    sources = {event.source.partition("/judged/")[0] for event in events}
    keys = {f"{verb}/{source}": source for verb in BOOKS for source in sources}
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for effect in Effect.objects.filter(key__in=keys, state=Effect.State.LANDED).order_by("pk"):
        shown = {name: effect.result.get(name) for name in ("entry", "kind", "net", "total", "currency")}
        found[keys[effect.key]].append(shown)
    return found


def _numbers(events: Sequence[StockEvent]) -> dict[tuple[int, int] | None, list[dict[str, str]]]:
    """By Odoo's transfer."""
    transfers = {transfer for event in events if (transfer := _transfer(event)) is not None}
    known = ExternalReference.objects.filter(
        model="stock.picking", erp__in={erp for erp, _ in transfers}, record_id__in={pk for _, pk in transfers}
    )
    found: defaultdict[tuple[int, int] | None, list[dict[str, str]]] = defaultdict(list)
    for row in known.order_by("pk"):
        found[row.erp_id, row.record_id].append({"type": row.document_type, "number": row.reference})
    return found


def _transfer(event: StockEvent) -> tuple[int, int] | None:
    """The picking that it was posted to: a backorder may have taken its delivery's place."""
    posted = event.effect.result.get("picking_id") if event.effect else None
    erp = event.effect.connection_id if event.effect else None
    if posted and erp:
        return (erp, int(posted))
    return (event.document.connection_id, event.document.erp_id) if event.document else None
