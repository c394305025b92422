"""Goods between two warehouses: what is on its way, and what did not arrive."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from integration.canonical.erp import Agreed, Move, Picking, Transfer
from integration.errors import Rejected
from integration.jobs import cases, decisions, effects
from integration.jobs.decisions import source_of
from integration.models import CapturedRecord, Connection, Document, Effect, InTransit
from integration.rules.choices import SHORT

Kind = Document.Kind


class Item(NamedTuple):
    product_id: int
    lot: str


@dataclass(frozen=True)
class Between:
    """What the snapshot of a transfer says is on its way, to be kept. As a change of ``Findings``."""

    record: CapturedRecord
    transfer: Agreed

    def commit(self) -> None:
        document = Document.objects.get(
            connection=self.record.connection_id, kind=Kind.TRANSFER, erp_id=self.record.record_id
        )
        InTransit.objects.filter(transfer=document).delete()
        InTransit.objects.bulk_create(self._rows(document))

    def _rows(self, document: Document) -> Iterator[InTransit]:
        for item, quantity in self._between.items():
            if quantity:
                move, place = self._moves[item]
                yield InTransit(
                    transfer=document,
                    product_id=item.product_id,
                    sku=move.sku or move.product,
                    lot=item.lot,
                    unit=move.unit,
                    quantity=quantity,
                    location_id=place or 0,
                    left_at=self._left_at,
                )

    @cached_property
    def _between(self) -> dict[Item, Decimal]:
        total: defaultdict[Item, Decimal] = defaultdict(Decimal)
        for item, quantity, _ in _done(self.transfer.pickings, leaving=True):
            total[item] += quantity
        for item, quantity, _ in _done(self.transfer.pickings, leaving=False):
            total[item] -= quantity
        return dict(total)

    @cached_property
    def _moves(self) -> dict[Item, tuple[Move, int | None]]:
        """By which each came or left, and the place in between. What came in and never left is known by its arrival."""
        came = {item: (move, move.location_id) for item, _, move in _done(self.transfer.pickings, leaving=False)}
        left = {item: (move, move.destination_id) for item, _, move in _done(self.transfer.pickings, leaving=True)}
        return came | left

    @cached_property
    def _left_at(self) -> datetime | None:
        """When the first of it left."""
        left = (each.done_at for each in self.transfer.pickings if each.ships_to_warehouse and each.done_at)
        return min(left, default=None)


def is_one(seen: Agreed) -> bool:
    return isinstance(seen, Transfer) and any(each.ships_to_warehouse for each in seen.pickings)


def short_of(document: Document) -> dict[str, Decimal]:
    """By SKU, what was announced of a receipt and did not come."""
    missing: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in document.lines.all():
        if line.received < line.released:
            missing[line.sku] += line.released - line.received
    return dict(missing)


def tell_short(document: Document, partner: Connection) -> None:
    """Opens the case of a transfer that came in short, if it did. Call inside a transaction."""
    missing = short_of(document)
    if missing:
        cases.open_case(shortage(document, partner, missing), partner, document, flow="receipt_confirmation")


def shortage(document: Document, partner: Connection, missing: dict[str, Decimal]) -> Rejected:
    difference = ", ".join(f"{quantity.normalize():f} {sku}" for sku, quantity in missing.items())
    order = document.parent.reference if document.parent else document.reference
    about: dict[str, Any] = {
        "connection": partner.name,
        "partner": partner.name,
        "release": document.reference,
        "order": order,
    }
    return Rejected(SHORT, **about, difference=difference, source=source_of(document))


def waits_for_a_person(document: Document, picking: Picking) -> bool:
    """It came in short, and nobody has said what became of the rest; or what was lost is not written off yet."""
    if picking.source != "transit" or not short_of(document):
        return False
    choice = decisions.of(source_of(document)).get((SHORT, ""))
    if choice != "lost":
        return choice is None
    written_off = effects.of(document.connection, loss_key(document))
    return written_off is None or written_off.state != Effect.State.LANDED


def loss_key(document: Document) -> str:
    return f"loss/{source_of(document)}"


def _done(pickings: Iterable[Picking], *, leaving: bool) -> Iterator[tuple[Item, Decimal, Move]]:
    """What was done of the ship legs, or of the receive legs, by product and lot."""
    for picking in pickings:
        passes = picking.ships_to_warehouse if leaving else picking.source == "transit"
        for move in picking.moves if passes and picking.state == "done" else ():
            numbered = [line for line in move.lines if line.lot and line.done]
            for line in numbered:
                yield Item(move.product_id, line.lot or ""), line.done, move
            rest = move.done - sum((line.done for line in numbered), Decimal(0))
            if rest > 0:
                yield Item(move.product_id, ""), rest, move
