"""Counts whose difference is not posted yet, most of them because a person has to approve it."""

from collections.abc import Iterator, Mapping

from integration.flows import stock_postings
from integration.models import StockDifference, SyncJob
from integration.reconcile.evidence.scope import Found, Scope
from integration.rules.claims import Claim, Sure, Why

Kind, State = StockDifference.Kind, StockDifference.State
OPEN = (State.NEW, State.WAITING, State.APPROVED)
WAITS = "CD-8002"


def find(scope: Scope) -> Iterator[Found]:
    rows = StockDifference.objects.filter(
        warehouse=scope.look.warehouse,
        product_id__in=scope.products,
        kind=Kind.COUNTED,
        state__in=OPEN,
        happened_at__gt=scope.horizon,
        happened_at__lte=scope.at,
    )
    counts = list(rows.order_by("pk"))
    jobs = _jobs(counts)
    for row in counts:
        moved = stock_postings.movements_of(row, row.difference)
        moves = tuple((each.slot, each.quantity) for each in moved if each.quantity)
        if moves:
            waits = row.state == State.WAITING
            why, code = (Why.FAILED, WAITS) if waits else (Why.NOT_YET, "")
            job = jobs.get(row.message or 0)
            claim = Claim(why, Sure.IN_HAND, moves, row.number, code, job, row.message, late=waits)
            yield Found(claim, row.received_at, row.happened_at)


def _jobs(counts: list[StockDifference]) -> Mapping[int | None, int]:
    """By message, what works on it."""
    messages = {row.message for row in counts if row.message is not None}
    jobs = SyncJob.objects.filter(inbound__in=messages, state__in=SyncJob.ACTIVE).order_by("pk")
    return dict(jobs.values_list("inbound", "pk"))
