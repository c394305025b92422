"""What people did to the stock in Odoo itself, and the warehouse does not know of."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from integration.canonical.erp import Move, Picking
from integration.flows import stock_postings
from integration.jobs.looks import MODELS
from integration.models import CapturedRecord, Document, ExternalReference, StockDifference, SyncJob
from integration.reconcile.evidence.scope import Found, Scope
from integration.rules.claims import Claim, Sure, Why
from integration.rules.places import GOOD, Slot

State = StockDifference.State
# Told: the warehouse may have keyed it by now. Approved: it is being undone.
SURE = {State.WAITING: Sure.DECIDED, State.APPROVED: Sure.DECIDED, State.TOLD: Sure.LIKELY}
NOT_CONFIRMED = (
    *(Document.State.RELEASED, Document.State.ACCEPTED, Document.State.PART_SHIPPED),
    *(Document.State.ANNOUNCED, Document.State.PART_RECEIVED),
    Document.State.CANCELLED,  # the warehouse agreed to leave it, as Odoo has it already
)
MOVED = (Document.Kind.DELIVERY, Document.Kind.RECEIPT)
CONFIRMED = ("shipment.confirmed", "receipt.confirmed")
AT_ONCE = 100  # documents whose orders are read together: each has all that Odoo says of it


def find(scope: Scope) -> Iterator[Found]:
    yield from _changes(scope)
    yield from _transfers(scope)


def _changes(scope: Scope) -> Iterator[Found]:
    rows = StockDifference.objects.filter(
        warehouse=scope.look.warehouse, product_id__in=scope.products, kind=StockDifference.Kind.IN_ODOO, state__in=SURE
    )
    for row in rows.filter(happened_at__gt=scope.horizon).order_by("pk"):
        moves = tuple((each.slot, -each.quantity) for each in stock_postings.movements_of(row, row.quantity))
        claim = Claim(Why.BY_HAND, SURE[State(row.state)], moves, row.number)
        yield Found(claim, row.happened_at, row.happened_at)


@dataclass(frozen=True, slots=True)
class _Open:
    """A delivery or receipt that the warehouse has not confirmed, and all that the order has, as it was last read."""

    document: Document
    pickings: tuple[Picking, ...]
    read_at: datetime


def _transfers(scope: Scope) -> Iterator[Found]:
    """Deliveries and receipts that somebody validated in Odoo, and the warehouse has said nothing of."""
    documents = _documents(scope)
    for start in range(0, len(documents), AT_ONCE):
        yield from _validated(scope, list(_open(scope, documents[start : start + AT_ONCE])))


def _validated(scope: Scope, found: Sequence[_Open]) -> Iterator[Found]:
    ours = _ours(scope, {picking.id for each in found for picking in each.pickings})
    for each in found:
        for picking in _chain(each):
            if picking.state != "done" or picking.mark is not None or picking.id in ours:
                continue
            moves = tuple(_moves(scope, picking, each.document.kind == Document.Kind.DELIVERY))
            if moves:
                claim = Claim(Why.BY_HAND, Sure.DECIDED, moves, picking.name)
                done_at = picking.done_at or each.read_at
                yield Found(claim, done_at, done_at)


def _documents(scope: Scope) -> Sequence[Document]:
    rows = Document.objects.filter(
        warehouse=scope.look.warehouse,
        kind__in=MOVED,
        state__in=NOT_CONFIRMED,
        updated_at__gt=scope.horizon,
        lines__product_id__in=scope.products,
    )
    return list(rows.filter(parent__isnull=False).select_related("parent").distinct().order_by("pk"))


def _open(scope: Scope, documents: Sequence[Document]) -> Iterator[_Open]:
    at_work = SyncJob.objects.filter(document__in=documents, state__in=SyncJob.ACTIVE, inbound__type__in=CONFIRMED)
    busy = set(at_work.values_list("document", flat=True))
    records = CapturedRecord.objects.filter(
        connection=scope.look.warehouse.erp, record_id__in={each.parent.erp_id for each in documents if each.parent}
    )
    by_record = {(row.model, row.record_id): row for row in records}
    for document in documents:
        parent = document.parent
        record = by_record.get((MODELS[parent.kind], parent.erp_id)) if parent else None
        if record is not None and record.snapshot and document.pk not in busy:
            pickings = tuple(Picking.model_validate(each) for each in record.snapshot.get("pickings", ()))
            yield _Open(document, pickings, record.read_at or scope.now)


def _chain(each: _Open) -> Iterator[Picking]:
    """The transfer and its backorders."""
    mine = {each.document.erp_id}
    for picking in sorted(each.pickings, key=lambda one: one.id):
        if picking.id in mine or picking.backorder_of in mine:
            mine.add(picking.id)
            yield picking


def _ours(scope: Scope, pickings: set[int]) -> set[int]:
    rows = ExternalReference.objects.filter(
        erp=scope.look.warehouse.erp,
        model="stock.picking",
        record_id__in=pickings,
        document_type__in=("shipment", "receipt"),
    )
    return set(rows.values_list("record_id", flat=True))


def _moves(scope: Scope, picking: Picking, leaves: bool) -> Iterator[tuple[Slot, Decimal]]:
    place = scope.look.facts.places.of(GOOD)
    units: defaultdict[Slot, Decimal] = defaultdict(Decimal)
    for move in picking.moves:
        product = scope.look.products.get(move.product_id)
        if product is not None and place is not None and product.unit == move.unit:
            for lot, quantity in _lots(move, tracked=product.tracking != "none").items():
                units[Slot(product.id, place, lot)] += quantity if leaves else -quantity
    yield from ((slot, quantity) for slot, quantity in units.items() if quantity)


def _lots(move: Move, *, tracked: bool) -> Mapping[str, Decimal]:
    if not tracked:
        return {"": move.done}
    lots: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in move.lines:
        lots[line.lot or ""] += line.done
    return lots
