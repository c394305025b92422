"""What was booked here of transfers between warehouses: their legs, and what is on its way; the side that is compared
with Odoo."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from integration.canonical.erp import Transfer
from integration.jobs import sql
from integration.jobs.looks import TRANSFER
from integration.models import (
    CapturedRecord,
    Connection,
    Document,
    ExternalReference,
    InTransit,
    StockEvent,
    SyncJob,
    Variance,
    Warehouse,
)
from integration.reconcile import booked
from integration.reconcile.booked import DOCUMENT, LINE, TABLES
from integration.reconcile.comparing import Booked
from integration.reconcile.noting import Key
from integration.reconcile.passing import Item, Leg, Passing, Spot, Way

Kind, Moved = Document.Kind, StockEvent.Kind
SUBJECTS = (Variance.Subject.SENT, Variance.Subject.ARRIVED, Variance.Subject.TRANSIT)
MOVES = {Kind.DELIVERY: (Moved.SHIPPED,), Kind.RECEIPT: (Moved.RECEIVED,), Kind.RETURN: (Moved.RETURNED,)}
OURS = ("release", "advice")  # how a leg is told to its warehouse
LOOKS = ("order_release", "receipt_advice")

_MINE = f"""
FROM {DOCUMENT} AS transfer WHERE transfer.kind = 'transfer' AND EXISTS (
  SELECT FROM {DOCUMENT} AS leg WHERE leg.parent_id = transfer.id AND leg.warehouse_id = %(warehouse)s)"""
_NEXT = f"SELECT transfer.id {_MINE} AND transfer.id > %(after)s ORDER BY 1 LIMIT %(most)s"
_COUNT = f"SELECT count(*) {_MINE}"
_TOUCHED = f"""{booked.TOUCHED.format(**TABLES)}
SELECT transfer.id {_MINE} AND EXISTS (
  SELECT FROM touched LEFT JOIN {DOCUMENT} AS part ON part.id = touched.id
  WHERE transfer.id IN (touched.id, part.parent_id))
ORDER BY 1 LIMIT %(most)s"""  # noqa: S608  (our own names)
_BOOKED = f"""
SELECT document_id, product_id, max(sku), max(unit), sum(shipped), sum(received), max(id) FROM {LINE}
WHERE document_id = ANY(%s::bigint[]) GROUP BY 1, 2 ORDER BY 1, 2"""  # noqa: S608


class _Leg(NamedTuple):
    """A leg's row."""

    pk: int
    parent: int
    kind: str
    erp_id: int
    reference: str
    warehouse: int | None
    partner: int | None


def following(warehouse: Warehouse, after: int, most: int) -> list[int]:
    """The next transfers that the warehouse has something to do with."""
    return [row[0] for row in sql.rows(_NEXT, {"warehouse": warehouse.pk, "after": after, "most": most})]


def count(warehouse: Warehouse) -> int:
    return int(sql.rows(_COUNT, {"warehouse": warehouse.pk})[0][0])


def touched(warehouse: Warehouse, since: datetime, most: int) -> list[int]:
    """Those of which something has moved here or changed in Odoo since then, and now and then those that differ."""
    told = {**booked.news(since, SUBJECTS), "warehouse": warehouse.pk, "most": most}
    return [row[0] for row in sql.rows(_TOUCHED, told)]


def beside(erp: Connection, spots: Iterable[Spot]) -> set[int]:
    """The transfers that have something on its way of these products in these places."""
    wanted = {(spot.place, spot.product_id) for spot in spots}
    rows = InTransit.objects.filter(
        transfer__connection=erp,
        location_id__in={place for place, _ in wanted},
        product_id__in={product for _, product in wanted},
    )
    found = rows.values_list("transfer", "location_id", "product_id")
    return {transfer for transfer, place, product in found if (place, product) in wanted}


def open_of(transfers: Collection[int]) -> list[tuple[int | None, Key]]:
    """What differs of them so far, each with its transfer."""
    rows = Variance.objects.filter(subject__in=SUBJECTS, gone_at=None)
    rows = rows.filter(document__in=transfers) | rows.filter(document__parent__in=transfers)
    keys = rows.values_list("document__kind", "document", "document__parent", "subject", "line", "lot")
    return [
        (document if kind == Kind.TRANSFER else parent, (document or 0, subject, line, lot))
        for kind, document, parent, subject, line, lot in keys
    ]


def of(erp: Connection, transfers: Collection[int]) -> dict[int, Passing]:
    """By transfer."""
    documents = Document.objects.filter(pk__in=transfers, connection=erp, kind=Kind.TRANSFER).order_by("pk")
    known = dict(documents.values_list("pk", "erp_id"))
    legs = _legs(erp, known)
    ways, seen, busy = _ways(known), _seen(erp, known.values()), _being_looked_at(known)
    return {
        pk: _passing(pk, erp_id, legs.get(pk, ()), ways.get(pk, {}), seen.get(erp_id), busy=pk in busy)
        for pk, erp_id in known.items()
    }


def _passing(
    pk: int,
    erp_id: int,
    legs: Sequence[tuple[_Leg, Leg]],
    way: Mapping[Item, Way],
    record: CapturedRecord | None,
    *,
    busy: bool,
) -> Passing:
    snapshot = Transfer.model_validate(record.snapshot) if record and record.snapshot else None
    pickings = {each.id: each for each in snapshot.pickings} if snapshot else {}
    settled = record is not None and record.dirty_at is None and record.content_hash != "" and not busy
    comes_in = sorted(legs, key=lambda each: (each[0].kind == Kind.DELIVERY, each[0].pk))
    return Passing(
        transfer=pk,
        erp_id=erp_id,
        warehouse=next((row.warehouse for row, _ in comes_in), None),
        legs=[leg for _, leg in legs],
        way=way,
        pickings=frozenset(pickings).union(*(leg.pickings for _, leg in legs)),
        between=any(each.ships_to_warehouse for each in pickings.values()),
        read_at=record.read_at if settled and record else None,
    )


def _legs(erp: Connection, transfers: Collection[int]) -> Mapping[int, Sequence[tuple[_Leg, Leg]]]:
    fields = ("pk", "parent", "kind", "erp_id", "reference", "warehouse", "warehouse__wms")
    rows = Document.objects.filter(parent__in=transfers, kind__in=MOVES).order_by("pk").values_list(*fields)
    legs = [_Leg(*row) for row in rows]
    lines, lots, pickings = _booked(legs), _lots(legs), _pickings(erp, legs)
    found = defaultdict[int, list[tuple[_Leg, Leg]]](list)
    for row in legs:
        leg = Leg(row.pk, row.kind == Kind.DELIVERY, lines[row.pk], lots[row.pk], frozenset(pickings[row.pk]))
        found[row.parent].append((row, leg))
    return found


def _booked(legs: Iterable[_Leg]) -> Mapping[int, list[Booked]]:
    kinds = {leg.pk: leg.kind for leg in legs}
    found = defaultdict[int, list[Booked]](list)
    for document, product, sku, unit, shipped, received, row in sql.rows(_BOOKED, [list(kinds)]):
        moved = shipped if kinds[document] == Kind.DELIVERY else received
        found[document].append(Booked(document, product, sku, unit, moved, row))
    return found


def _lots(legs: Iterable[_Leg]) -> Mapping[int, dict[Item, Decimal]]:
    kinds = {leg.pk: leg.kind for leg in legs}
    found = defaultdict[int, dict[Item, Decimal]](dict)
    rows = StockEvent.objects.filter(document__in=kinds).exclude(lot="").order_by("pk")
    for document, kind, product, lot, quantity in rows.values_list("document", "kind", "product_id", "lot", "quantity"):
        if kind in MOVES[Kind(kinds[document])]:
            item = Item(product, lot)
            found[document][item] = found[document].get(item, Decimal(0)) + abs(quantity)
    return found


def _pickings(erp: Connection, legs: Sequence[_Leg]) -> Mapping[int, set[int]]:
    """A backorder belongs to the leg that it was made of, unless it was told anew."""
    own = {leg.erp_id for leg in legs}
    of = {(leg.partner, leg.reference): leg.pk for leg in legs}
    found = defaultdict[int, set[int]](set, {leg.pk: {leg.erp_id} for leg in legs})
    known = ExternalReference.objects.filter(
        erp=erp,
        model="stock.picking",
        document_type__in=OURS,
        partner__in={leg.partner for leg in legs if leg.partner},
        reference__in={leg.reference for leg in legs},
    )
    for number, partner, reference in known.values_list("record_id", "partner", "reference"):
        if number not in own and (partner, reference) in of:
            found[of[partner, reference]].add(number)
    return found


def _ways(transfers: Collection[int]) -> Mapping[int, Mapping[Item, Way]]:
    found = defaultdict[int, dict[Item, Way]](dict)
    for row in InTransit.objects.filter(transfer__in=transfers).order_by("pk"):
        item = Item(row.product_id, row.lot)
        found[row.transfer_id][item] = Way(row.sku, row.unit, row.quantity, row.location_id)
    return found


def _seen(erp: Connection, erp_ids: Iterable[int]) -> Mapping[int, CapturedRecord]:
    rows = CapturedRecord.objects.filter(connection=erp, model=TRANSFER, record_id__in=list(erp_ids))
    return {row.record_id: row for row in rows}


def _being_looked_at(transfers: Collection[int]) -> set[int]:
    """Those whose latest snapshot was not worked on yet."""
    jobs = SyncJob.objects.filter(document__in=transfers, flow__in=LOOKS, state__in=SyncJob.ACTIVE)
    return {pk for pk in jobs.values_list("document", flat=True) if pk is not None}
