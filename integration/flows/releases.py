"""What a look at a delivery changes in our tables. Call inside the transaction that settles the job."""

import uuid
from collections.abc import Callable, Collection, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import F, Sum

from integration.canonical.erp import Move, Order, Picking
from integration.errors import InvalidDocument
from integration.flows import sites
from integration.jobs import cases, looks, mappings, outbox, rollout, rows
from integration.jobs.queue import enqueue
from integration.models import (
    Connection,
    Document,
    DocumentLine,
    Effect,
    ExceptionCase,
    ExternalReference,
    InboundMessage,
    OutboundMessage,
    RolloutFlow,
    Warehouse,
)
from integration.rules import changes
from integration.rules import release as rules
from integration.rules.codes import CodeKind
from integration.rules.policy import ReleasePoint

State = Document.State
UNMARKED = (OutboundMessage.State.QUEUED, OutboundMessage.State.SUPERSEDED)
DOCUMENT_AS_RELEASED = (
    "reference", "parent_id", "warehouse_id", "state", "version", "content_hash", "told_header", "customer_reference",
    "erp_partner_id", "carrier", "value", "currency", "updated_at", "remainder", "substitutes",
)  # fmt: skip
LINE_AS_RELEASED = (
    "sale_line_id", "product_id", "sku", "unit", "tracking", "partner_sku", "partner_unit", "factor", "per", "ordered",
    "cancelled", "released",
)  # fmt: skip
_KNOWN = f"""
kind = 'delivery' AND reference = %s AND warehouse_id IN (SELECT id FROM {Warehouse._meta.db_table} WHERE wms_id = %s)
ORDER BY id DESC LIMIT 1"""  # noqa: S608  (a table name of our own)
_DELIVERY = "connection_id = %s AND kind = 'delivery' AND erp_id = %s FOR NO KEY UPDATE"
TOLD_AGAIN = ("CD-4004", "CD-4006", "CD-4007")  # what a new release, or the end of one, settles


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as Odoo's snapshot shows it; ``known`` is our document of it, as it was when it was looked at.

    ``parent`` is our document of the order; ``released_otherwise``: its other deliveries that the warehouse knows.
    ``shadow``: people tell the warehouse of it; what we would send is only kept.
    """

    order: Order
    picking: Picking
    parent: Document
    warehouse: Warehouse
    known: Document | None
    released_otherwise: Set[int] = frozenset()
    shadow: bool = False

    @property
    def point(self) -> ReleasePoint:
        return ReleasePoint(self.warehouse.release_point)

    def about(self, code: str, **more: object) -> InvalidDocument:
        name = self.warehouse.wms.name
        context: dict[str, Any] = {"connection": name, "partner": name, **more}
        return InvalidDocument(code, order=self.order.name, release=self.picking.name, **context)


@dataclass(frozen=True, slots=True)
class Change:
    """Made only if nobody, such as a shipment, changed the delivery since it was looked at."""

    delivery: Delivery
    make: Callable[[Delivery], None]

    def commit(self) -> None:
        named = [self.delivery.warehouse.erp.pk, self.delivery.picking.id]
        now, known = rows.first(Document, _DELIVERY, named), self.delivery.known
        if (now and (now.version, now.state)) == (known and (known.version, known.state)):
            self.make(self.delivery)
        else:
            enqueue(looks.release_job(self.delivery.parent))


def known_at(partner: Connection, number: str) -> Document | None:
    """The delivery that the warehouse knows by this number."""
    return rows.first(Document, _KNOWN, [number, partner.pk])


def known_or_stop(message: InboundMessage, number: str) -> Document:
    """For news about a delivery. Raises InvalidDocument CD-5022."""
    found = known_at(message.connection, number)
    if found is None:
        name = message.connection.name
        raise InvalidDocument("CD-5022", connection=name, partner=name, type=message.type, release=number)
    return found


def belongs_to(message: InboundMessage, delivery: Document) -> None:
    """It came before the delivery was known. Call inside a transaction."""
    if message.document_id != delivery.pk:
        InboundMessage.objects.filter(pk=message.pk).update(document=delivery)


def release(delivery: Delivery, decided: rules.Release, body: bytes, trace_id: uuid.UUID) -> None:
    """Keeps what the warehouse is asked to ship and queues the message; in shadow that is kept as well.

    ``body`` is the message as it will be sent.
    """
    warehouse, picking = delivery.warehouse, delivery.picking
    document = _document(delivery, decided)
    if delivery.known is not None:
        _drop_lines(document, decided)
    _keep(document, decided.lines)
    reference = ExternalReference(
        erp=warehouse.erp,
        model="stock.picking",
        record_id=picking.id,
        partner=warehouse.wms,
        document_type="release",
        reference=picking.name,
    )
    rows.add([reference], "DO NOTHING")
    new = outbox.NewMessage(warehouse.wms, "order.release", picking.name, document, document.version, body, trace_id)
    if delivery.shadow:
        outbox.keep_message(new)
        rollout.keep(_wanted(delivery, document, decided))
    else:
        outbox.enqueue_message(new)
    if delivery.known is not None:
        cases.clear("It was released again.", *(delivery.about(code).fingerprint for code in TOLD_AGAIN))


def _wanted(delivery: Delivery, document: Document, decided: rules.Release) -> rollout.Wanted:
    """In the warehouse's codes and units: it is compared with what the warehouse says."""
    order = delivery.parent.kind == Document.Kind.ORDER
    return rollout.Wanted(
        warehouse=delivery.warehouse,
        flow=RolloutFlow.RELEASE if order else RolloutFlow.TRANSFER,
        key=f"release/{document.pk}",
        reference=document.reference,
        source="release",
        lines=[[line.sku, "", format(line.quantity, "f")] for line in decided.document.lines],
        happened_at=rollout.moment(),
        document=document,
    )


def given_up(delivery: Delivery) -> None:
    """Of one that was only kept: Odoo has cancelled it."""
    _end_kept(delivery, State.CANCELLED)


def left_by_hand(delivery: Delivery) -> None:
    """Of one that was only kept: people have shipped all of it in Odoo."""
    _end_kept(delivery, State.SHIPPED)


def _end_kept(delivery: Delivery, state: Document.State) -> None:
    assert delivery.known is not None  # noqa: S101  (only what is kept ends)
    Document.objects.filter(pk=delivery.known.pk).update(state=state)
    kept = delivery.known.outbound.filter(type="order.release", state=OutboundMessage.State.SHADOW)
    kept.update(state=OutboundMessage.State.SUPERSEDED)
    if state == State.CANCELLED:
        rollout.forget_wanted(delivery.known, f"release/{delivery.known.pk}")


def take_back(delivery: Delivery) -> None:
    """Of a release that had not been sent when it was looked at. If it has been since, it is looked at once more."""
    if not _taken_back(delivery):
        enqueue(looks.release_job(delivery.parent))


def cancelled(delivery: Delivery) -> None:
    """Where the warehouse takes no requests: taken back if it was not sent; else a person has to ask."""
    if not _taken_back(delivery):
        cases.open_case(delivery.about("CD-4005"), delivery.warehouse.wms, delivery.known, flow="order_release")


def may_be_there(known: Document) -> bool:
    """A release was sent whose answer is lost, or which nobody has marked as sent: its worker died, or a person ended
    its job."""
    sent = known.outbound.filter(type="order.release", state__in=UNMARKED)
    return sent.filter(job__effects__state__in=[Effect.State.INTENDED, Effect.State.LANDED]).exists()


def _taken_back(delivery: Delivery) -> bool:
    assert delivery.known is not None  # noqa: S101  (only what was released can be cancelled)
    refused = delivery.known.state == State.REJECTED
    unsent = outbox.supersede(delivery.warehouse.wms, delivery.known, "order.release")
    if not refused and (not unsent or may_be_there(delivery.known)):
        return False
    Document.objects.filter(pk=delivery.known.pk).update(state=State.CANCELLED)
    fingerprints = (delivery.about(code).fingerprint for code in TOLD_AGAIN)
    cases.clear("The delivery was cancelled in Odoo.", *fingerprints)
    return True


def agrees(delivery: Delivery) -> None:
    keep_asked(delivery)
    _close_changes(delivery)


def differs(delivery: Delivery) -> None:
    """The warehouse does not know yet; should it ship what was added all the same, there is a line to post it to."""
    assert delivery.known is not None  # noqa: S101  (only what was released can differ)
    kept, wish = keep_asked(delivery), _wish(delivery, delivery.point)
    quantities, fields = _quantities(delivery, wish), _fields(delivery, wish)
    lines_only = _nothing_else_differs(delivery)
    if lines_only and not quantities:  # a line was added and taken back: Odoo still shows its move
        _close_changes(delivery)
        return
    told = "; ".join([*quantities, *fields]) or "address, date or carrier"
    error = delivery.about("CD-4004", difference=told, closes_when_shipped=kept and lines_only)
    cases.open_case(error, delivery.warehouse.wms, delivery.known, flow="order_release")


def tolerance(document: Document, line: DocumentLine) -> Decimal:
    """How much of the line may leave beyond what is ordered."""
    assert document.warehouse is not None  # noqa: S101
    return sites.rules_of(document.warehouse).tolerance(line.sku, line.ordered)


def shipped(document: Document) -> None:
    """The goods may have left as they were changed, though nobody told the warehouse: then nobody needs to any more.

    Where the address changed as well, a person looks.
    """
    told = ExceptionCase.objects.filter(document=document, code="CD-4004", state__in=ExceptionCase.UNRESOLVED)
    case = next((case for case in told if case.context.get("closes_when_shipped")), None)
    if case is not None and _left_as_asked(document):
        cases.clear("The goods left as Odoo asks for them now.", case.fingerprint)


def _close_changes(delivery: Delivery) -> None:
    cases.clear("Both sides agree again.", *(delivery.about(code).fingerprint for code in ("CD-4004", "CD-4005")))


def _left_as_asked(document: Document) -> bool:
    """By line of the order: Odoo may keep one in several moves."""
    lines = document.lines.order_by().values("sale_line_id", "product_id")
    sums = lines.annotate(asked=Sum(F("ordered") - F("cancelled")), left=Sum(F("shipped") + F("substituted")))
    return not sums.exclude(asked=F("left")).exists()


def _document(delivery: Delivery, decided: rules.Release) -> Document:
    parent = delivery.parent
    document = Document(
        connection=delivery.warehouse.erp,
        kind=Document.Kind.DELIVERY,
        erp_id=delivery.picking.id,
        reference=delivery.picking.name,
        parent=parent,
        warehouse=delivery.warehouse,
        state=State.WAITING if delivery.shadow else State.RELEASED,
        version=decided.document.version,
        content_hash=decided.digest,
        told_header=changes.header(delivery.order, delivery.picking),
        remainder=decided.rest.backorder,
        substitutes=decided.rest.substitutes,
        customer_reference=parent.customer_reference,
        erp_partner_id=parent.erp_partner_id,
        carrier=delivery.picking.carrier.name[:100] if delivery.picking.carrier else "",
        value=parent.value,
        currency=parent.currency,
    )
    [document.pk] = rows.add([document], rows.taking_over(DOCUMENT_AS_RELEASED, "connection_id, kind, erp_id"))
    return document


def _drop_lines(document: Document, decided: rules.Release) -> None:
    """Lines of an earlier version that are gone were never shipped, so they may go."""
    document.lines.exclude(line__in=[str(line.move.id) for line in decided.lines]).filter(
        shipped=0, substituted=0
    ).delete()


def _keep(document: Document, lines: Sequence[rules.Line]) -> None:
    kept = [
        DocumentLine(
            document=document,
            line=str(line.move.id),
            sale_line_id=line.move.sale_line_id,
            product_id=line.move.product_id,
            sku=line.code.odoo,
            unit=line.move.unit,
            tracking=line.move.tracking,
            partner_sku=line.code.partner,
            partner_unit=line.unit.partner,
            factor=Decimal(Fraction(line.unit.factor).numerator),
            per=Decimal(Fraction(line.unit.factor).denominator),
            ordered=line.move.demand,
            released=line.quantity,
        )
        for line in lines
    ]
    if kept:
        rows.add(kept, rows.taking_over(LINE_AS_RELEASED, "document_id, line"))


def keep_asked(delivery: Delivery) -> bool:
    """What Odoo asks for now, what has left included. False: of some line it cannot be kept."""
    known, wish = delivery.known, _wish(delivery, ReleasePoint.CONFIRMED)
    assert known is not None  # noqa: S101
    for row in _lines(known):
        total = wish.totals[row.line]
        asked = (total, Decimal(0)) if total else (row.ordered, row.ordered)
        if row.line not in wish.wanting and total > row.ordered - row.cancelled:
            continue  # it left; nobody asks for it
        if (row.ordered, row.cancelled) != asked:
            DocumentLine.objects.filter(pk=row.pk, shipped=row.shipped, substituted=row.substituted).update(
                ordered=asked[0], cancelled=asked[1]
            )
    return not wish.added or _keep_added(delivery, known, wish.added.values())


def _keep_added(delivery: Delivery, known: Document, added: Collection[Move]) -> bool:
    book = mappings.load(delivery.warehouse.wms, {code for move in added for code in (move.sku, move.unit) if code})
    lines = []
    for move in added:
        sku = move.sku or ""
        product, unit = book.to_partner(CodeKind.PRODUCT, sku), book.to_partner(CodeKind.UNIT, move.unit, sku)
        if product is not None and unit is not None:
            lines.append(rules.Line(move, Decimal(0), product, unit))
    _keep(known, lines)
    return len(lines) == len(added)


def _nothing_else_differs(delivery: Delivery) -> bool:
    assert delivery.known is not None  # noqa: S101
    released = {int(row.line): row.released for row in delivery.known.lines.all() if row.released}
    return rules.digest_as_released(delivery.order, delivery.picking, released) == delivery.known.content_hash


def _wish(delivery: Delivery, point: ReleasePoint) -> changes.Wish:
    known = delivery.known
    assert known is not None  # noqa: S101
    pickings = changes.chain(delivery.order, delivery.picking.id, delivery.released_otherwise)
    return changes.wish(delivery.order, pickings, sites.as_released(_lines(known)), known.told_header, point)


def _lines(known: Document) -> list[DocumentLine]:
    return rows.find(DocumentLine, "document_id = %s ORDER BY id", [known.pk])


def _quantities(delivery: Delivery, wish: changes.Wish) -> list[str]:
    """By line, in all: what has left is part of both."""
    assert delivery.known is not None  # noqa: S101
    told = {row.line: (row.sku, row.released) for row in _lines(delivery.known)}
    told |= {name: (move.sku or move.product, Decimal(0)) for name, move in wish.added.items()}
    wanted = {name: (*told[name], total) for name, total in sorted(wish.totals.items())}
    return [f"{sku}: {was.normalize():f} -> {now.normalize():f}" for sku, was, now in wanted.values() if was != now]


def _fields(delivery: Delivery, wish: changes.Wish) -> list[str]:
    assert delivery.known is not None  # noqa: S101
    told = delivery.known.told_header
    return [changes.HEADER[name] for name, mark in wish.header.items() if told.get(name) != mark]
