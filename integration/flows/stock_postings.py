"""Writes a difference of stock to Odoo, once in effect, and says what it did in the words of our books."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from integration.adapters.base import ErpGateway
from integration.canonical.stock import Adjustment, Landed, Relocation
from integration.flows import intents
from integration.flows.stock_site import Site
from integration.jobs import effects
from integration.jobs.work import Work
from integration.models import Effect, StockDifference, StockEvent
from integration.rules.netting import Movement
from integration.rules.places import Slot

Kind, State = StockDifference.Kind, StockDifference.State
ADJUST, RELOCATE = "adjust stock", "move stock"
EVENT_KINDS = {
    Kind.ADJUSTED: StockEvent.Kind.ADJUSTED,
    Kind.COUNTED: StockEvent.Kind.COUNTED,
    Kind.MOVED: StockEvent.Kind.MOVED,
}


@dataclass(frozen=True, slots=True)
class Posted:
    """One line as it is to be kept: ``row`` with its new fields, and what came of it in Odoo, if anything did."""

    row: StockDifference
    effect: Effect | None = None
    events: tuple[StockEvent, ...] = ()


def slot_of(row: StockDifference) -> Slot:
    return Slot(row.product_id, row.place, row.lot)


def movements_of(row: StockDifference, quantity: Decimal) -> tuple[Movement, ...]:
    moved = Movement(slot_of(row), quantity, row.happened_at)
    if row.to_place is None:
        return (moved,)
    there = Slot(row.product_id, row.to_place, row.lot)
    return (Movement(moved.slot, -quantity, row.happened_at), Movement(there, quantity, row.happened_at))


def key_of(row: StockDifference) -> str:
    """A count may be corrected: each of its writes has a number."""
    return f"{row.source}/{row.line}" + (f"/{row.revision}" if row.kind == Kind.COUNTED else "")


def begun(site: Site, row: StockDifference) -> Effect | None:
    """Its write, if it was sent before: it is finished whatever the rules say by now."""
    effect = effects.of(site.warehouse.erp, key_of(row))
    return effect if effect is not None and effect.state != Effect.State.REFUSED else None


def post(work: Work, erp: ErpGateway, site: Site, row: StockDifference, quantity: Decimal, partner: str) -> Effect:
    """Writes the difference to Odoo, once in effect. Raises what the gateway raises."""
    connection, movements = site.warehouse.erp, movements_of(row, quantity)
    change = _relocation(row, quantity, site, partner) if row.to_place else _adjustment(row, quantity, site, partner)
    write = effects.Write(
        key=key_of(row),
        verb=RELOCATE if row.to_place else ADJUST,
        intent={"difference": str(quantity), **intents.changing(site.warehouse, movements)},
        send=partial(_send, erp, change),
        probe=partial(_probe, erp, change),
    )
    return effects.once(work, connection, write)


def posted(row: StockDifference, effect: Effect) -> Posted:
    """What Odoo took: by its own books, whatever we meant to write."""
    quantity = Decimal(effect.result["quantity"])
    events = tuple(_event(row, movement, effect, number) for number, movement in enumerate(movements_of(row, quantity)))
    row.state, row.posted, row.revision = State.POSTED, row.posted + quantity, row.revision + 1
    row.approved = None
    return Posted(row, effect, events)


def _event(row: StockDifference, movement: Movement, effect: Effect, number: int) -> StockEvent:
    there = number == 1
    line = f"{row.line}/{row.revision}" if row.kind == Kind.COUNTED else row.line
    return StockEvent(
        warehouse=row.warehouse,
        kind=EVENT_KINDS[Kind(row.kind)],
        condition=row.to_condition if there else row.condition,
        location=row.to_location if there else row.location,
        product_id=row.product_id,
        sku=row.sku,
        lot=row.lot,
        quantity=movement.quantity,
        source=row.source,
        line=f"{line}/to" if there else line,
        happened_at=row.happened_at,
        effect=effect,
    )


def _adjustment(row: StockDifference, quantity: Decimal, site: Site, partner: str) -> Adjustment:
    place, *also = site.places.within(row.place)
    return Adjustment(
        mark=mark_of(row),
        text=_text(row, partner),
        company_id=site.warehouse.company_id,
        product_id=row.product_id,
        sku=row.sku,
        tracking=row.tracking,
        lot=row.lot,
        location_id=place,
        also=tuple(also),
        quantity=quantity,
    )


def _relocation(row: StockDifference, quantity: Decimal, site: Site, partner: str) -> Relocation:
    assert row.to_place is not None  # noqa: S101
    return Relocation(
        mark=mark_of(row),
        text=_text(row, partner),
        company_id=site.warehouse.company_id,
        warehouse_id=site.warehouse.erp_warehouse_id,
        product_id=row.product_id,
        sku=row.sku,
        lot=row.lot,
        from_id=row.place,
        to_id=row.to_place,
        quantity=quantity,
    )


def mark_of(row: StockDifference) -> str:
    """Nothing else in Odoo begins like this; no sign in it means anything to a search."""
    return f"Crossdock {hashlib.sha256(key_of(row).encode()).hexdigest()[:12]}"


def _text(row: StockDifference, partner: str) -> str:
    why = ", ".join(filter(None, [row.reason, row.note]))
    return f"{partner}/{row.number} line {int(row.line) + 1}{f': {why}' if why else ''}"[:200]


def _send(erp: ErpGateway, change: Adjustment | Relocation) -> dict[str, Any]:
    done = erp.stock.relocate(change) if isinstance(change, Relocation) else erp.stock.adjust(change)
    return _result(done)


def _probe(erp: ErpGateway, change: Adjustment | Relocation) -> dict[str, Any] | None:
    """A part of it is not it: the rest is written by another try."""
    found = erp.stock.relocated(change) if isinstance(change, Relocation) else erp.stock.adjusted(change)
    return _result(found) if found is not None and found.quantity == change.quantity else None


def _result(landed: Landed) -> dict[str, Any]:
    return {"moves": list(landed.moves), "quantity": format(landed.quantity, "f"), "picking": landed.picking}
