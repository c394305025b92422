"""What people did to the stock in Odoo itself, and the warehouse does not know of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from integration.canonical.erp import Picking
from integration.flows import hand_keyed, stock_postings
from integration.jobs import rollout
from integration.jobs.looks import MODELS
from integration.models import (
    CapturedRecord,
    Document,
    ExternalReference,
    Mode,
    RolloutFlow,
    ShadowDocument,
    StockDifference,
    SyncJob,
)
from integration.reconcile.evidence.scope import Found, Scope
from integration.rules.claims import Claim, Sure, Why
from integration.rules.places import Slot

State, Kind = StockDifference.State, Document.Kind
# Told: the warehouse may have keyed it by now. Approved: it is being undone.
SURE = {State.WAITING: Sure.DECIDED, State.APPROVED: Sure.DECIDED, State.TOLD: Sure.LIKELY}
NOT_CONFIRMED = (
    *(Document.State.RELEASED, Document.State.ACCEPTED, Document.State.PART_SHIPPED),
    *(Document.State.ANNOUNCED, Document.State.PART_RECEIVED),
    Document.State.CANCELLED,  # the warehouse agreed to leave it, as Odoo has it already
)
MOVED = (Kind.DELIVERY, Kind.RECEIPT)
USUAL = {
    Kind.DELIVERY: RolloutFlow.SHIPMENT,
    Kind.RECEIPT: RolloutFlow.RECEIPT,
    Kind.RETURN: RolloutFlow.RETURN,
}
Moves = tuple[tuple[Slot, Decimal], ...]
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
    for each in scope.known.ahead:
        yield _in_shadow(scope, each.number, ((each.slot, -each.quantity),), each.happened_at)
    for each in scope.known.beyond:
        yield _found(each.number, ((each.slot, -each.quantity),), each.happened_at)


def _validated(scope: Scope, found: Sequence[_Open]) -> Iterator[Found]:
    ours = _ours(scope, {picking.id for each in found for picking in each.pickings})
    for each in found:
        for picking in hand_keyed.transfers(each.document, each.pickings):
            if picking.state != "done" or picking.mark is not None or picking.id in ours:
                continue
            done = hand_keyed.keyed_in(picking, each.document.kind, scope.look, each.read_at)
            moves = tuple((movement.slot, -movement.quantity) for movement in done)
            done_at = picking.done_at or each.read_at
            if moves and _is_in_shadow(scope, each.document):
                yield _in_shadow(scope, picking.name, moves, done_at)
            elif moves:
                yield _found(picking.name, moves, done_at)


def _found(number: str, moves: Moves, at: datetime) -> Found:
    return Found(Claim(Why.BY_HAND, Sure.DECIDED, moves, number), at, at)


def _in_shadow(scope: Scope, number: str, moves: Moves, at: datetime) -> Found:
    """People key it because the flow is in shadow: until the next snapshot nobody can say that the warehouse has not
    done it."""
    why = Why.NOT_YET if at > scope.at else Why.BY_HAND
    return Found(Claim(why, Sure.LIKELY, moves, number), at, at)


def _documents(scope: Scope) -> Sequence[Document]:
    """In shadow also those that are over by what people keyed since the snapshot."""
    not_confirmed = Q(state__in=NOT_CONFIRMED, updated_at__gt=scope.horizon)
    rows = Document.objects.filter(
        not_confirmed | Q(updated_at__gt=scope.at - hand_keyed.EARLY),
        warehouse=scope.look.warehouse,
        kind__in=USUAL,
        lines__product_id__in=scope.products,
    )
    rows = rows.filter(parent__isnull=False).exclude(pk__in=scope.known.by_hand).select_related("parent")
    found = list(rows.distinct().order_by("pk"))
    told = ShadowDocument.objects.filter(document__in=found).exclude(key__startswith=hand_keyed.RELEASE)
    kept = set(told.exclude(decision=ShadowDocument.Decision.TAKEN).values_list("document", flat=True))
    return [each for each in found if each.pk not in kept and (_is_open(each) or _is_in_shadow(scope, each))]


def _is_open(document: Document) -> bool:
    return document.kind in MOVED and document.state in NOT_CONFIRMED


def _is_in_shadow(scope: Scope, document: Document) -> bool:
    flow = rollout.flow_of(document, USUAL[Kind(document.kind)])
    return scope.look.warehouse.in_force(flow) == Mode.SHADOW


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


def _ours(scope: Scope, pickings: set[int]) -> set[int]:
    rows = ExternalReference.objects.filter(
        erp=scope.look.warehouse.erp,
        model="stock.picking",
        record_id__in=pickings,
        document_type__in=("shipment", "receipt"),
    )
    return set(rows.values_list("record_id", flat=True))
