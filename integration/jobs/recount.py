"""Counts that have to be judged again: goods moved before their scan, and we hear of it only now.

A count is kept before it is judged, and a movement looks for counts when it is kept. So whichever comes second meets
the other one, and no lock is needed between the two.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from integration.jobs import routes, sql
from integration.jobs.queue import NewJob, enqueue_all
from integration.models import StockDifference, StockEvent, SyncJob

FLOW = "inventory_recount"
State = StockDifference.State
STUCK = (SyncJob.State.BLOCKED, SyncJob.State.NEEDS_ATTENTION)
DIFFERENCE = StockDifference._meta.db_table
STANDS = sql.listed(StockDifference.STANDS)

# Counts of a warehouse's product that were taken after a movement of it, and those that wait until somebody knows what
# came of one: Odoo's stock holds what came after a count, too. For statements of other modules, too.
CONCERNED = f"""
FROM {DIFFERENCE} AS count WHERE count.kind = 'counted' AND count.state IN ({STANDS})
  AND count.warehouse_id = %(warehouse)s AND count.product_id = ANY(%(products)s::int[])
  AND (count.happened_at >= %(happened_at)s OR count.state = 'new' AND EXISTS (
    SELECT FROM {SyncJob._meta.db_table} AS job
    WHERE job.inbound_id = count.message AND (job.state IN ('pending', 'running', 'retry')
      OR job.state = 'blocked' AND job.failure_code = 'CD-8011')))"""
_SOURCES = f"SELECT DISTINCT count.source {CONCERNED}"


def after(events: Sequence[StockEvent]) -> int:
    """Has the counts judged that were taken after these movements of one warehouse, or wait; returns how many.

    Call inside the transaction that keeps them.
    """
    if not events:
        return 0
    earliest = min(event.happened_at for event in events)
    return moved(events[0].warehouse_id, {event.product_id for event in events}, earliest)


def moved(warehouse_id: int, products: Iterable[int], happened_at: datetime) -> int:
    """As ``after``, of products that moved at that moment or later."""
    about = {"warehouse": warehouse_id, "products": sorted(set(products)), "happened_at": happened_at}
    sources = [row[0] for row in sql.rows(_SOURCES, about)]
    return judge(sources) if sources else 0


def gone(jobs: Sequence[int]) -> None:
    """These jobs ended without posting what counts had reckoned with. Call inside a transaction."""
    _again(StockDifference.objects.filter(awaits__overlap=list(jobs), state__in=StockDifference.STANDS))


def ended(job: SyncJob) -> None:
    """A person ended a job: what it held back is not posted by it any more. Call inside a transaction."""
    if not _others(job):
        mine = Q(message=job.inbound_id) if job.inbound_id else Q(source=job.payload.get("source", ""))
        open_ones = [State.NEW, State.WAITING, State.APPROVED]
        StockDifference.objects.filter(mine, state__in=open_ones).update(state=State.REFUSED, decided_at=Now())
    gone([job.pk])


def judge(sources: Iterable[str]) -> int:
    """Has these counts judged, each by its job; returns how many. Call inside the transaction that keeps them."""
    return _again(StockDifference.objects.filter(source__in=set(sources)))


def _others(job: SyncJob) -> bool:
    """Whether another job of its message stands, whose differences are not this one's to refuse."""
    if not job.inbound_id:
        return False
    others = SyncJob.objects.filter(inbound=job.inbound_id).exclude(pk=job.pk)
    return others.exclude(state=SyncJob.State.CANCELLED).exists()


def _again(counts: QuerySet[StockDifference]) -> int:
    shown = ("source", "number", "warehouse__wms", "warehouse__wms__slug")
    found = counts.order_by("source").values_list(*shown).distinct()
    jobs = [
        NewJob(
            flow=FLOW,
            stream=_stream(wms, slug, source),
            lane=routes.lane_of(FLOW),
            subject=f"count {number}"[:100],
            payload={"source": source},
            coalesce=True,
        )
        for source, number, wms, slug in found
    ]
    enqueue_all(jobs)
    _afresh([job.stream for job in jobs])
    return len(jobs)


def _afresh(named: Sequence[str]) -> None:
    """A count that waits for a person looks again, too: its difference may be explained by now. Its stream is held."""
    first = SyncJob.objects.filter(stream__key__in=named, flow="inventory_count", state__in=STUCK)
    first.update(state=SyncJob.State.PENDING, next_attempt_at=None, attempts=0)


def _stream(wms: int, slug: str, source: str) -> str:
    """Where all work on one count is done, one after the other: that of its message, see ``routes.address``."""
    return f"inventory_count:{wms}:{source.removeprefix(f'count/{slug}/')}"
