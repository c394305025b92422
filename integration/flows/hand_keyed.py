"""What the warehouse said that it moved, and people key into Odoo: in shadow, or as somebody ended the message.

Nothing of it is in our books. What is keyed moved when the warehouse says so, as what we post; what is not keyed yet is
under way; what was keyed and not told yet is known by its moment in Odoo alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db.models import Q

from integration.canonical.erp import Move, Picking
from integration.flows import pending, pending_incoming
from integration.flows.pending import InHand, Look
from integration.jobs.looks import MODELS
from integration.models import CapturedRecord, Document, ExternalReference, RolloutFlow, ShadowDocument, SyncJob
from integration.rules import keying
from integration.rules.netting import Movement
from integration.rules.places import GOOD, Slot

Kind = Document.Kind
READERS = {
    flow: reader
    for flow, reader in (*pending.READERS.items(), *pending_incoming.READERS.items())
    if flow != "inventory_adjustment"
}
ALREADY = ("CD-5007", "CD-7011")  # codes of what is in Odoo already: somebody booked it there by hand
SKEW = timedelta(hours=1)  # of clocks, and of messages
EARLY = timedelta(days=1)  # people may key a return a little before the warehouse says so
MOST = 500  # ended jobs, the latest first
RELEASE = "release/"  # how the key of a release begins: people key it at the warehouse
OURS = ("shipment", "receipt")  # what refers to a transfer that we posted


@dataclass(frozen=True, slots=True)
class HandKeyed:
    """``posted``: keyed, as of when the warehouse says that it moved. ``waits``: told in shadow, and not keyed.
    ``ahead``: keyed and not told, as of its moment in Odoo; ``beyond``: the same of what is not in shadow. ``sources``:
    what is keyed whole. ``documents``: all that this is about."""

    posted: tuple[Movement, ...] = ()
    waits: tuple[Movement, ...] = ()
    ahead: tuple[Movement, ...] = ()
    beyond: tuple[Movement, ...] = ()
    sources: frozenset[str] = frozenset()
    documents: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Told:
    """Of one document that people key, which may be in ``shadow``. ``waits``: they still have to."""

    document: Document | None
    shadow: bool = False
    waits: bool = False
    told: list[InHand] = field(default_factory=list)


def read(look: Look, since: datetime) -> HandKeyed:
    """Of what was told, keyed or ended since, and of all that waits to be keyed."""
    found = _in_shadow(look, since)
    _ended(look, since, found)
    documents = [each.document for each in found if each.document is not None]
    pickings = _pickings(look, documents)
    kept = [_of(each, look, pickings.get(each.document.pk if each.document else 0, ())) for each in found]
    return HandKeyed(
        posted=tuple(one for each in kept for one in each.posted),
        waits=tuple(one for each in kept for one in each.waits),
        ahead=tuple(one for each in kept for one in each.ahead),
        beyond=tuple(one for each in kept for one in each.beyond),
        sources=frozenset(source for each in kept for source in each.sources),
        documents=frozenset(document.pk for document in documents),
    )


def _in_shadow(look: Look, since: datetime) -> list[_Told]:
    recent = Q(told_at__gt=since - SKEW) | Q(keyed_at__gt=since - SKEW)
    rows = ShadowDocument.objects.filter(recent | ShadowDocument.LEFT, warehouse=look.warehouse)
    rows = rows.exclude(Q(flow=RolloutFlow.INVENTORY) | Q(key__startswith=RELEASE))
    rows = rows.exclude(decision=ShadowDocument.Decision.TAKEN).select_related("document__parent")
    found = [(row, _Told(row.document, True, row.outcome in ShadowDocument.PENDING)) for row in rows.order_by("pk")]
    by_source = {source: told for row, told in found for source in row.wanted}
    jobs = SyncJob.objects.filter(
        state=SyncJob.State.SUCCEEDED,
        flow__in=READERS,
        inbound__connection=look.warehouse.wms,
        inbound__reference__in={source.rpartition("/")[2] for source in by_source},
    )
    for each in _unbooked(look, list(jobs.order_by("pk")) if by_source else []):
        if each.source in by_source:
            by_source[each.source].told.append(each)
    return [told for _, told in found]


def _ended(look: Look, since: datetime, found: list[_Told]) -> None:
    """And messages that a person has ended, or has to: Odoo has their goods by hand, if it has them."""
    over = Q(state=SyncJob.State.CANCELLED, finished_at__gt=since - SKEW)
    found_there = Q(state__in=SyncJob.ACTIVE, failure_code__in=ALREADY)
    jobs = SyncJob.objects.filter(over | found_there, flow__in=READERS, document__isnull=False)
    jobs = jobs.filter(inbound__connection=look.warehouse.wms).select_related("document__parent").order_by("-pk")
    by_job = {job.pk: job for job in jobs[:MOST]}
    known = {each.document.pk: each for each in found if each.document is not None}
    for each in _unbooked(look, list(by_job.values())):
        document = by_job[each.job].document
        assert document is not None  # noqa: S101  (asked for above)
        if document.pk not in known:
            known[document.pk] = _Told(document)
            found.append(known[document.pk])
        known[document.pk].told.append(each)


def _unbooked(look: Look, jobs: Sequence[SyncJob]) -> list[InHand]:
    """As each was told last."""
    found = {each.source: each for each in pending.read(look, jobs, READERS)}
    return pending_incoming.unbooked(list(found.values()))


def _of(one: _Told, look: Look, pickings: Sequence[Picking]) -> HandKeyed:
    now = datetime.now(UTC)
    told = [movement for each in one.told for movement in each.movements if movement.slot.product_id in look.products]
    named = [replace(each, number=one.document.reference) for each in told] if one.document else told
    kind = one.document.kind if one.document else ""
    keyed = [movement for picking in pickings for movement in keyed_in(picking, kind, look, now)]
    if kind == Kind.ORDER:  # what came back of it before is of another return
        first = min((each.happened_at for each in named), default=now) - EARLY
        keyed = [each for each in keyed if each.happened_at >= first]
    came = keying.keying(named, keyed)
    left = {each.job for each in came.waits}
    sources = frozenset(each.source for each in one.told if each.movements and each.job not in left)
    posted, waits = (tuple(replace(each, job=None) for each in some) for some in (came.posted, came.waits))
    ahead, beyond = (came.ahead, ()) if one.shadow else ((), came.ahead)
    return HandKeyed(posted, waits if one.waits else (), ahead, beyond, sources)


def keyed_in(picking: Picking, kind: str, look: Look, read_at: datetime) -> Iterator[Movement]:
    """What a person has done in a transfer, as it changes the stock. Of a unit that is not the product's own nothing is
    said."""
    place = look.facts.places.of(GOOD)
    sign = -1 if kind == Kind.DELIVERY else 1
    units: defaultdict[Slot, Decimal] = defaultdict(Decimal)
    for move in picking.moves:
        product = look.products.get(move.product_id)
        if product is not None and place is not None and product.unit == move.unit:
            for lot, quantity in lots_of(move, tracked=product.tracking != "none").items():
                units[Slot(product.id, place, lot)] += sign * quantity
    for slot, quantity in units.items():
        if quantity:
            yield Movement(slot, quantity, picking.done_at or read_at, number=picking.name)


def lots_of(move: Move, *, tracked: bool) -> Mapping[str, Decimal]:
    if not tracked:
        return {"": move.done}
    lots: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in move.lines:
        lots[line.lot or ""] += line.done
    return lots


def _pickings(look: Look, documents: Iterable[Document]) -> Mapping[int, list[Picking]]:
    """By document, what people have done in its transfers."""
    by_pk = {document.pk: document for document in documents}
    roots = {pk: document.parent or document for pk, document in by_pk.items()}
    seen = _seen(look, roots.values())
    mine = {pk: list(transfers(by_pk[pk], seen.get(root.pk, ()))) for pk, root in roots.items()}
    numbers = {picking.id for pickings in mine.values() for picking in pickings}
    apart = _ours(look, numbers) | _announced(look, numbers)
    return {
        pk: [each for each in pickings if each.id not in apart - {by_pk[pk].erp_id} and _is_by_hand(each)]
        for pk, pickings in mine.items()
    }


def _is_by_hand(picking: Picking) -> bool:
    return picking.state == "done" and picking.mark is None


def transfers(document: Document, pickings: Iterable[Picking]) -> Iterator[Picking]:
    """The transfer and its backorders; of an order, what came back of it."""
    mine = {document.erp_id}
    for picking in sorted(pickings, key=attrgetter("id")):
        if document.kind == Kind.ORDER:
            if picking.return_of is not None:
                yield picking
        elif picking.id in mine or picking.backorder_of in mine:
            mine.add(picking.id)
            yield picking


def _seen(look: Look, roots: Iterable[Document]) -> Mapping[int, Sequence[Picking]]:
    """By what was agreed, its transfers as they were read last."""
    by_record = {(MODELS[root.kind], root.erp_id): root.pk for root in roots if root.kind in MODELS}
    rows = CapturedRecord.objects.filter(
        connection=look.warehouse.erp, record_id__in={record for _, record in by_record}
    ).exclude(content_hash="")
    return {
        by_record[row.model, row.record_id]: [_dated(each, row.read_at) for each in row.snapshot.get("pickings", ())]
        for row in rows
        if (row.model, row.record_id) in by_record and row.snapshot
    }


def _dated(told: Mapping[str, Any], read_at: datetime | None) -> Picking:
    """Of an order's deliveries Odoo is not asked when they were done: by the time that they were read they were."""
    picking = Picking.model_validate(told)
    return picking if picking.done_at else picking.model_copy(update={"done_at": read_at})


def _ours(look: Look, pickings: set[int]) -> set[int]:
    rows = ExternalReference.objects.filter(
        erp=look.warehouse.erp, model="stock.picking", record_id__in=pickings, document_type__in=OURS
    )
    return set(rows.values_list("record_id", flat=True))


def _announced(look: Look, pickings: set[int]) -> set[int]:
    """Documents of their own: none of another one's backorders."""
    rows = Document.objects.filter(connection=look.warehouse.erp, erp_id__in=pickings)
    return set(rows.exclude(kind__in=Document.AGREED).values_list("erp_id", flat=True))
