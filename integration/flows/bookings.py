"""What a shipment that Odoo has booked changes in our tables. Call inside the transaction that settles the job."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F

from integration.canonical.shipments import ShipmentConfirmed
from integration.flows import answers, beside, books, changes, order_progress, parcels, releases
from integration.jobs import capture, outbox, recount, rows, shipments, sources, sql
from integration.jobs.looks import MODELS
from integration.models import (
    Document,
    DocumentLine,
    Effect,
    ExceptionCase,
    ExternalReference,
    InboundMessage,
    OutboundMessage,
    Parcel,
    ParcelEvent,
    StockEvent,
    Warehouse,
)
from integration.rules import shipping as rules
from integration.rules.posting import BookKind

Told = OutboundMessage.State

_COUNT = f"""
UPDATE {DocumentLine._meta.db_table} AS line SET ordered = COALESCE(asked, line.ordered),
  cancelled = CASE WHEN asked IS NULL THEN line.cancelled ELSE 0 END, shipped = line.shipped + share.quantity,
  substituted = line.substituted + share.instead,
  over = GREATEST(0, line.shipped + share.quantity + line.substituted + share.instead
    - COALESCE(asked, line.ordered - line.cancelled))
FROM (SELECT %s::bigint AS document) AS here,
  unnest(%s::text[], %s::numeric[], %s::numeric[], %s::numeric[]) AS share(line, quantity, instead, asked)
WHERE line.document_id = here.document AND line.line = share.line"""  # noqa: S608  (a table name of our own)


UNRESOLVED = sql.listed(ExceptionCase.UNRESOLVED)
# And whether something that the warehouse was told is not answered, whether somebody was told that Odoo asks for
# something else, whether more left than that or the warehouse was asked for a change, whether goods were said to be
# missing, whether news of a parcel overtook its shipment, and whether a count was taken after the goods had left.
_END = f"""
UPDATE {Document._meta.db_table} SET shipment_count = COALESCE(shipment_count, %(count)s),
  state = CASE WHEN %(ends)s THEN 'shipped' ELSE 'part_shipped' END,
  shipments_due_at = CASE WHEN NOT %(ends)s AND COALESCE(shipment_count, %(count)s) IS NOT NULL
    THEN now() + %(patience)s::float8 * interval '1 second' END
WHERE id = %(document)s
RETURNING
  EXISTS (
    SELECT FROM {OutboundMessage._meta.db_table}
    WHERE document_id = %(document)s AND type = 'order.release' AND state NOT IN ('accepted', 'superseded')),
  EXISTS (
    SELECT FROM {ExceptionCase._meta.db_table}
    WHERE document_id = %(document)s AND code = 'CD-4004' AND state IN ({UNRESOLVED})),
  change_count > 0 OR EXISTS (
    SELECT FROM {DocumentLine._meta.db_table} AS line WHERE line.document_id = %(document)s AND line.over > 0),
  EXISTS (SELECT FROM {DocumentLine._meta.db_table} WHERE document_id = %(document)s AND short > 0),
  EXISTS (
    SELECT FROM {Parcel._meta.db_table} AS parcel JOIN {ParcelEvent._meta.db_table} AS event
      ON event.parcel_id = parcel.id
    WHERE parcel.document_id = %(document)s AND parcel.shipment = %(shipment)s),
  EXISTS (SELECT {recount.CONCERNED})"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about the shipment in hand."""

    message: InboundMessage
    shipment: ShipmentConfirmed
    delivery: Document
    warehouse: Warehouse
    facts: rules.Facts
    shares: tuple[rules.ShippedQuantity, ...]

    @property
    def source(self) -> str:
        return sources.of(self.message.connection, self.shipment)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.shipment.model_dump_json().encode()).hexdigest()


def announced(shipment: ShipmentConfirmed) -> int | None:
    """How many shipments its release has, as a final one says."""
    return shipment.shipment_count if shipment.final else None


def commit(case: Case, effect: Effect) -> None:
    """What the shipment did, in our tables: once, however many messages and jobs brought it.

    One that comes again ends its release, should all of it be here by now.
    """
    if case.message.document_id != case.delivery.pk:
        InboundMessage.objects.filter(pk=case.message.pk).update(document=case.delivery)
    [held] = rows.find(Document, "id = %s FOR NO KEY UPDATE", [case.delivery.pk])
    products = _substitutes(effect)
    events = [_event(case, effect, number, products) for number in range(len(case.shares))]
    moved = {event.product_id for event in events}
    added = len(rows.add(events, "DO NOTHING"))
    if added not in (0, len(events)):
        raise RuntimeError(f"{added} of {len(events)} movements of {case.source} are new")
    if added:
        _count(case, {line: Decimal(demand) for line, demand in effect.result.get("asked", {}).items()})
        _refer(case, effect)
        _books(case)
        _parcels(case, effect)
    elif not (case.facts.is_last and held.shipment_count and held.state == Document.State.PART_SHIPPED):
        return
    over = held.state in (Document.State.SHIPPED, Document.State.CANCELLED)
    ends = case.facts.is_last or over or _all_left(case.delivery)
    cancelled = case.facts.cancel_rest and not effect.result["backorders"]
    _close(case, ends=ends, cancelled=cancelled, anew=bool(effect.result.get("anew")), moved=moved)


def recognised(case: Case, effect: Effect, *, typed: bool) -> None:
    """The goods are booked under another number: its own numbers lead there, and the last one ends the release.

    ``typed``: a person says so of goods that the warehouse had told of, whose tracking numbers are its own to say.
    """
    if case.message.document_id != case.delivery.pk:
        InboundMessage.objects.filter(pk=case.message.pk).update(document=case.delivery)
    [held] = rows.find(Document, "id = %s FOR NO KEY UPDATE", [case.delivery.pk])
    _refer(case, effect, tracked=not typed)
    if not typed:
        _parcels(case, effect)
    if case.shipment.final and held.state == Document.State.PART_SHIPPED:
        count = held.shipment_count or announced(case.shipment)
        _close(case, ends=count is None or shipments.booked(held) >= count, cancelled=False, anew=False, moved=())


def _all_left(delivery: Document) -> bool:
    """Of what the warehouse was asked for nothing is open: whatever Odoo still asks for was never told to it."""
    return not delivery.lines.filter(released__gt=F("shipped") + F("substituted")).exists()


def _substitutes(effect: Effect) -> dict[str, int]:
    """Odoo's ids of the products that went in a line's place, by their code."""
    return {line["substitute"]: line["product_id"] for line in effect.result.get("substitutes", ())}


def _event(case: Case, effect: Effect, number: int, products: Mapping[str, int]) -> StockEvent:
    """Of what really left."""
    share = case.shares[number]
    return StockEvent(
        warehouse=case.warehouse,
        document=case.delivery,
        product_id=products.get(share.substitute, share.line.product_id),
        sku=share.sku,
        lot=share.lot or "",
        package=share.package or "",
        quantity=-share.quantity,
        source=case.source,
        line=str(number),
        happened_at=case.shipment.shipped_at,
        effect=effect,
    )


def _count(case: Case, asked: Mapping[str, Decimal]) -> None:
    """``asked``: by line, what Odoo asked for when it was posted."""
    shipped: defaultdict[str, Decimal] = defaultdict(Decimal, dict.fromkeys(asked, Decimal(0)))
    instead: defaultdict[str, Decimal] = defaultdict(Decimal)
    for share in case.shares:
        shipped[share.line.line] += 0 if share.substitute else share.quantity
        instead[share.line.line] += share.quantity if share.substitute else 0
    columns = [list(shipped.values()), [instead[line] for line in shipped], list(map(asked.get, shipped))]
    sql.run(_COUNT, [case.delivery.pk, list(shipped), *columns])


def _refer(case: Case, effect: Effect, *, tracked: bool = True) -> None:
    """The picking and its backorders belong to the release; every number of the shipment leads to the picking."""
    picking_id, shipment = effect.result["picking_id"], case.shipment
    numbers = [*shipment.tracking_numbers, *(package.tracking_number for package in shipment.packages)]
    known = [
        *((each, "release", case.delivery.reference) for each in [picking_id, *effect.result["backorders"]]),
        (picking_id, "shipment", shipment.shipment),
        *((picking_id, "tracking", number[:64]) for number in dict.fromkeys(numbers) if number and tracked),
    ]
    erp, partner = case.warehouse.erp, case.message.connection
    references = [
        ExternalReference(
            erp=erp, model="stock.picking", record_id=pk, partner=partner, document_type=kind, reference=reference
        )
        for pk, kind, reference in known
    ]
    rows.add(references, "DO NOTHING")


def _books(case: Case) -> None:
    order, shipment = case.delivery.parent, case.shipment
    if order is not None and order.kind == Document.Kind.ORDER:
        about = (case.source, shipment.shipment, case.delivery.reference, shipment.shipped_at)
        books.follow(books.Moved(BookKind.INVOICE, case.warehouse, order, *about))


def _parcels(case: Case, effect: Effect) -> None:
    """One statement for a shipment that names parcels, none for one that does not."""
    parcels.dispatched(case.delivery, case.shipment)
    if case.shipment.proof is not None or effect.result.get("freight", {}).get("foreign"):
        beside.job("parcel_posting", case.delivery, case.message.connection)


def _close(case: Case, *, ends: bool, cancelled: bool, anew: bool, moved: Collection[int]) -> None:
    """The last shipment ends the release, also for a part that it overtook unseen, and so does one after which
    nothing is open at the warehouse; what is left was ``cancelled`` with it, or is released anew.

    The snapshot was taken before the shipment: it still shows goods as open that have left.
    """
    partner = case.message.connection
    end = {"document": case.delivery.pk, "ends": ends, "count": announced(case.shipment)}
    left: dict[str, Any] = {
        "warehouse": case.warehouse.pk,
        "products": sorted(moved),
        "happened_at": case.shipment.shipped_at,
    }
    about = {"patience": partner.acknowledge_seconds, "shipment": case.shipment.shipment}
    untold, differs, otherwise, was_short, overtaken, counted = sql.rows(_END, {**end, **left, **about})[0]
    if counted:
        recount.moved(left["warehouse"], left["products"], left["happened_at"])
    if ends and cancelled:
        short = case.delivery.lines.filter(ordered__gt=F("shipped") + F("substituted"))
        short.update(cancelled=F("ordered") - F("shipped") - F("substituted"))
    if overtaken:
        beside.job("parcel_posting", case.delivery, partner)
    if ends and was_short:
        order_progress.shipped(case.delivery, case.warehouse)
    if untold:
        _told(case, ends=ends)
    if differs:
        releases.shipped(case.delivery)
    if not ends:
        return
    if otherwise:
        changes.shipped(case.delivery, anew=anew)
    shipments.arrived(case.delivery, partner)
    if case.delivery.parent is not None:
        parent = case.delivery.parent
        capture.read_again(case.warehouse.erp, parent.erp_id, MODELS[parent.kind])


def _told(case: Case, *, ends: bool) -> None:
    """What the warehouse was told about the delivery: it has accepted that, and is told nothing more after the end."""
    messages = list(OutboundMessage.objects.filter(document=case.delivery, type="order.release").order_by("-version"))
    if ends and any(message.state == Told.QUEUED for message in messages):
        outbox.supersede(case.message.connection, case.delivery, "order.release")
    latest = next((message for message in messages if message.state not in (Told.QUEUED, Told.SUPERSEDED)), None)
    if latest is not None and latest.state != Told.ACCEPTED:
        latest.document = case.delivery
        answers.accepted(latest)
