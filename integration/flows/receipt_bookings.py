"""What a receipt that Odoo has booked changes in our tables. Call inside the transaction that settles the job.

``booked`` is the one place that knows that a receipt is in the books: what follows from it hooks on there.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import F

from integration.canonical.receipts import ReceiptConfirmed
from integration.flows import arriving, books, transits
from integration.jobs import capture, recount, rows, shipments, sql
from integration.jobs.looks import MODELS
from integration.models import (
    Document,
    DocumentLine,
    Effect,
    ExternalReference,
    InboundMessage,
    StockEvent,
    Warehouse,
)
from integration.rules.posting import BookKind
from integration.rules.received import Facts, ReceivedQuantity

State = Document.State
GOOD = "good"

_COUNT = f"""
UPDATE {DocumentLine._meta.db_table} AS line SET received = line.received + share.quantity,
  damaged = line.damaged + share.damaged, over = GREATEST(0, line.received + share.quantity - line.ordered)
FROM (SELECT %s::bigint AS document) AS here,
  unnest(%s::text[], %s::numeric[], %s::numeric[]) AS share(line, quantity, damaged)
WHERE line.document_id = here.document AND line.line = share.line"""  # noqa: S608  (a table name of our own)


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about the receipt in hand. ``shares`` as they came; what a person refused is not in ``booked``."""

    message: InboundMessage
    receipt: ReceiptConfirmed
    document: Document
    warehouse: Warehouse
    facts: Facts
    shares: tuple[ReceivedQuantity, ...]

    @property
    def source(self) -> str:
        return self.facts.source

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.receipt.model_dump_json().encode()).hexdigest()


def announced(receipt: ReceiptConfirmed) -> int | None:
    """How many receipts its advice has, as a final one says."""
    return receipt.receipt_count if receipt.final else None


def commit(case: Case, effect: Effect) -> None:
    """What the receipt did, in our tables: once, however many messages and jobs brought it."""
    if case.message.document_id != case.document.pk:
        InboundMessage.objects.filter(pk=case.message.pk).update(document=case.document)
    [held] = rows.find(Document, "id = %s FOR NO KEY UPDATE", [case.document.pk])
    shares = booked_shares(case, effect)
    events = [_event(case, effect, share) for share in shares]
    added = len(rows.add(events, "DO NOTHING")) if events else 0
    if added not in (0, len(events)):
        raise RuntimeError(f"{added} of {len(events)} movements of {case.source} are new")
    if added:
        recount.after(events)
        _count(case, effect, shares)
        _refer(case, effect)
    elif (events or not _is_new(case)) and not _completes(case, held):
        return
    _close(case, effect.result, held)
    if added:
        booked(case, effect)


def nothing_yet(case: Case) -> None:
    """It brought nothing that is kept, and is not the last one. It counts as one of them; a final one that overtook
    others says how many to wait for."""
    [held] = rows.find(Document, "id = %s FOR NO KEY UPDATE", [case.document.pk])
    is_open = held.state not in (State.RECEIVED, State.CANCELLED)
    if _is_new(case) and is_open and announced(case.receipt) is not None:
        _close(case, {}, held)


def booked(case: Case, effect: Effect) -> None:
    """A receipt is in the books: once for each, in the transaction that keeps it."""
    order = case.document.parent
    if order is not None:  # the snapshot may still show as open what has come in
        capture.read_again(case.warehouse.erp, order.erp_id, MODELS[order.kind])
    if order is not None and order.kind == Document.Kind.PURCHASE:
        about = (case.source, case.receipt.receipt, effect.result["picking"], case.receipt.received_at)
        books.follow(books.Moved(BookKind.VENDOR_BILL, case.warehouse, order, *about))


def booked_shares(case: Case, effect: Effect) -> list[ReceivedQuantity]:
    """As they were posted: by place in the receipt, how much of each share."""
    kept: Mapping[str, str] = effect.result.get("kept", {})
    taken = [(share, Decimal(kept.get(str(share.number), 0))) for share in case.shares]
    return [replace(share, quantity=quantity) for share, quantity in taken if quantity]


def _is_new(case: Case) -> bool:
    """A receipt that brought nothing, or nothing that was kept, leaves no movement to tell it by."""
    return bool(rows.add([_reference(case, case.document.erp_id, "receipt", case.receipt.receipt)], "DO NOTHING"))


def _completes(case: Case, held: Document) -> bool:
    """It comes again, and all of the advice is here by now."""
    return case.facts.is_last and held.shipment_count is not None and held.state == State.PART_RECEIVED


def _event(case: Case, effect: Effect, share: ReceivedQuantity) -> StockEvent:
    extra: Mapping[str, Any] = effect.result.get("extras", {}).get(share.sku, {})
    return StockEvent(
        warehouse=case.warehouse,
        document=case.document,
        kind=StockEvent.Kind.RECEIVED,
        condition=share.condition,
        location=share.location,
        product_id=share.line.product_id if share.line else extra["product"],
        sku=share.sku,
        lot=share.lot or "",
        quantity=share.quantity,
        source=case.source,
        line=str(share.number),
        happened_at=case.receipt.received_at,
        effect=effect,
    )


def _count(case: Case, effect: Effect, shares: list[ReceivedQuantity]) -> None:
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    damaged: defaultdict[str, Decimal] = defaultdict(Decimal)
    extras = effect.result.get("extras", {})
    for share in shares:
        name = share.line.line if share.line else str(extras[share.sku]["move"])
        total[name] += share.quantity
        damaged[name] += share.quantity if share.condition != GOOD else Decimal(0)
    _keep_extras(case, [share for share in shares if share.line is None], extras)
    sql.run(_COUNT, [case.document.pk, list(total), list(total.values()), [damaged[name] for name in total]])


def _keep_extras(case: Case, strays: list[ReceivedQuantity], extras: Mapping[str, Any]) -> None:
    lines = {
        share.sku: DocumentLine(
            document=case.document,
            line=str(extras[share.sku]["move"]),
            product_id=extras[share.sku]["product"],
            sku=share.sku,
            unit=share.unit,
            partner_sku=share.sku,
            partner_unit=share.unit,
        )
        for share in strays
    }
    if lines:
        rows.add(list(lines.values()), "DO NOTHING")


def _refer(case: Case, effect: Effect) -> None:
    """The picking and its backorders belong to the advice; the receipt's number leads to the picking."""
    picking_id = effect.result["picking_id"]
    known = [
        *((each, "advice", case.document.reference) for each in [picking_id, *effect.result["backorders"]]),
        (picking_id, "receipt", case.receipt.receipt),
    ]
    rows.add([_reference(case, *one) for one in known], "DO NOTHING")


def _reference(case: Case, picking_id: int, kind: str, number: str) -> ExternalReference:
    return ExternalReference(
        erp=case.warehouse.erp,
        model="stock.picking",
        record_id=picking_id,
        partner=case.message.connection,
        document_type=kind,
        reference=number,
    )


def _close(case: Case, done: Mapping[str, Any], held: Document) -> None:
    """The last receipt ends the advice, and so does one after which nothing is expected; what is left was cancelled
    with it, or is announced anew. An advice that nothing ever came of is announced once more itself."""
    ends = case.facts.is_last or held.state == State.RECEIVED or not transits.short_of(case.document)
    none_came = ends and not case.document.lines.filter(received__gt=0).exists()
    gone = bool(done.get("cancelled"))
    state = State.CANCELLED if none_came and gone else State.WAITING if none_came else State.RECEIVED
    partner = case.message.connection
    arriving.come(case.document, partner, state if ends else State.PART_RECEIVED, announced(case.receipt))
    if not ends:
        return
    if gone or done.get("rest_cancelled"):
        short = case.document.lines.filter(received__lt=F("ordered"))
        short.update(cancelled=F("ordered") - F("received"))
    elif done.get("transit"):
        transits.tell_short(case.document, partner)
    shipments.arrived(case.document, partner)
    if case.document.parent is not None:
        parent = case.document.parent
        capture.read_again(case.warehouse.erp, parent.erp_id, MODELS[parent.kind])
