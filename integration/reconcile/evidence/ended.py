"""What the warehouse did, and a person said is not to be posted."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from integration.flows import pending, pending_incoming, stock_postings
from integration.flows.hand_keyed import ALREADY
from integration.flows.pending import READERS
from integration.models import Effect, StockDifference, StockEvent, SyncJob
from integration.reconcile.evidence.scope import Found, Scope
from integration.rules.claims import Claim, Sure, Why
from integration.rules.places import Slot

Kind, State = StockDifference.Kind, StockDifference.State
MOST = 500  # ended jobs, the latest first: their messages have to be opened
ALL = {**READERS, **pending_incoming.READERS}


def find(scope: Scope) -> Iterator[Found]:
    yield from _refused(scope)
    yield from _cancelled(scope)


def _refused(scope: Scope) -> Iterator[Found]:
    rows = StockDifference.objects.filter(
        warehouse=scope.look.warehouse, product_id__in=scope.products, state=State.REFUSED
    ).exclude(kind=Kind.IN_ODOO)
    for row in rows.filter(happened_at__gt=scope.horizon, happened_at__lte=scope.at).order_by("pk"):
        quantity = row.difference if row.kind == Kind.COUNTED else row.quantity
        moved = stock_postings.movements_of(row, quantity)
        moves = tuple((each.slot, each.quantity) for each in moved if each.quantity)
        if moves:
            claim = Claim(Why.REFUSED, Sure.DECIDED, moves, row.number, message=row.message)
            yield Found(claim, row.decided_at or row.received_at, row.happened_at)


def _cancelled(scope: Scope) -> Iterator[Found]:
    """Whoever ended a job may have booked it in Odoo by hand: it counts where its units fit, and nothing else does."""
    jobs = SyncJob.objects.filter(state=SyncJob.State.CANCELLED, flow__in=ALL, finished_at__gt=scope.horizon)
    jobs = jobs.filter(inbound__connection=scope.look.warehouse.wms).exclude(failure_code__in=ALREADY)
    ended = {job.pk: job for job in jobs.order_by("-pk")[:MOST]}
    found = pending.read(scope.look, list(ended.values()), ALL)
    done = _done([each.source for each in found], {ended[each.job].inbound_id for each in found})
    for each in found:
        job, units = ended[each.job], defaultdict[Slot, Decimal](Decimal)
        for movement in each.movements:
            units[movement.slot] += movement.quantity
        first = each.movements[0]
        if each.source in done or job.inbound_id in done or first.happened_at > scope.at or job.finished_at is None:
            continue
        about = (first.number, job.failure_code, job.pk, job.inbound_id)
        claim = Claim(Why.REFUSED, Sure.LIKELY, tuple(units.items()), *about)
        yield Found(claim, job.finished_at, first.happened_at)


def _done(sources: list[str], messages: set[int | None]) -> set[object]:
    """What was posted all the same, or is worked on by another job; by source or by message."""
    if not sources:
        return set()
    posted = Effect.objects.filter(key__in=sources, state=Effect.State.LANDED).values_list("key", flat=True)
    kept = StockEvent.objects.filter(source__in=sources).values_list("source", flat=True)
    others = SyncJob.objects.filter(inbound__in=messages).exclude(state=SyncJob.State.CANCELLED)
    return {*posted, *kept, *others.values_list("inbound", flat=True)}
