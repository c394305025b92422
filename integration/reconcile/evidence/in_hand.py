"""Movements in messages that a job has in hand: what the warehouse did, and Odoo has not heard of."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from integration.errors.catalogue import PROBLEMS
from integration.flows import pending, pending_incoming
from integration.flows.hand_keyed import ALREADY
from integration.jobs.mappings import MISSING
from integration.models import SyncJob
from integration.reconcile.evidence.scope import Found, Scope
from integration.rules.claims import Claim, Sure, Why
from integration.rules.flows import FLOWS
from integration.rules.netting import Movement
from integration.rules.places import Slot

STUCK = (SyncJob.State.BLOCKED, SyncJob.State.NEEDS_ATTENTION)
OUTAGE = "CD-1"  # how the codes begin of what goes away by itself
FIELDS = ("pk", "state", "failure_code", "flow", "created_at", "inbound_id")


def find(scope: Scope) -> Iterator[Found]:
    movements = [each for each in (*scope.known.ledger.pending, *_incoming(scope)) if each.happened_at <= scope.at]
    numbers = {each.job for each in movements if each.job is not None}
    jobs = {job.pk: job for job in SyncJob.objects.filter(pk__in=numbers).only(*FIELDS)}
    together: defaultdict[tuple[int, str], list[Movement]] = defaultdict(list)
    for each in movements:
        if each.job in jobs and each.slot.product_id in scope.look.products:
            together[each.job, each.number].append(each)
    for (job, number), mine in together.items():
        if jobs[job].failure_code not in ALREADY:
            yield _found(jobs[job], number, mine, scope.now)


def _incoming(scope: Scope) -> Iterator[Movement]:
    """Counts do not reckon with what came in and is not posted; here it counts."""
    wms = scope.look.warehouse.wms
    jobs = SyncJob.objects.filter(state__in=SyncJob.ACTIVE, flow__in=pending_incoming.READERS, inbound__connection=wms)
    found = pending.read(scope.look, list(jobs.order_by("pk")), pending_incoming.READERS)
    for each in pending_incoming.unbooked(found):
        yield from each.movements


def _found(job: SyncJob, number: str, movements: list[Movement], now: datetime) -> Found:
    units: defaultdict[Slot, Decimal] = defaultdict(Decimal)
    for each in movements:
        units[each.slot] += each.quantity
    why, late = why_of(job), now - job.created_at > FLOWS[job.flow].promise
    moves = tuple((slot, quantity) for slot, quantity in units.items() if quantity)
    code = job.failure_code if job.failure_code in PROBLEMS else ""
    claim = Claim(why, Sure.IN_HAND, moves, number, code, job.pk, job.inbound_id, late)
    return Found(claim, job.created_at, movements[0].happened_at)


def why_of(job: SyncJob) -> Why:
    if job.state not in STUCK or job.failure_code.startswith(OUTAGE):
        return Why.NOT_YET
    return Why.MAPPING if job.failure_code in MISSING else Why.FAILED
