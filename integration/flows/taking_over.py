"""What is open when a flow goes live: looked for on both sides, then taken over, each document once.

What the warehouse knows already was keyed by people: it is kept as told, and never sent. What nobody can tell stays
with people. Operational impact: a document that is sent twice ships twice.
"""

import time
from collections import Counter
from collections.abc import Iterator
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from integration.adapters.base import Capability, WmsAdapter
from integration.errors import Rejected
from integration.flows import advices
from integration.flows.taking_shipments import decide as decide_booked
from integration.flows.taking_shipments import work_again
from integration.jobs import configuration, drain, effects, going_live, looks, outbox, warehouses
from integration.jobs.queue import enqueue
from integration.jobs.remote import open_erp, open_wms
from integration.jobs.work import Outcome, Work
from integration.models import Document, Mode, OutboundMessage, Rollout, RolloutFlow, ShadowDocument, Warehouse

SLICE_SECONDS = 5.0
Decision, Taking = ShadowDocument.Decision, Rollout.Taking
Told, State = OutboundMessage.State, Document.State
KINDS = {
    RolloutFlow.RELEASE: ("order.release",),
    RolloutFlow.RECEIPT: (advices.ADVICE,),
    RolloutFlow.RETURN: (advices.ADVICE,),
    RolloutFlow.TRANSFER: ("order.release", advices.ADVICE),
}
COMES_IN = {RolloutFlow.RECEIPT: Document.Kind.RECEIPT, RolloutFlow.RETURN: Document.Kind.RETURN}
SENT = {"order.release": State.RELEASED, advices.ADVICE: State.ANNOUNCED}


def begins(work: Work) -> Outcome:
    """A flow's start date has come: what was read before is looked at anew."""
    warehouse = Warehouse.objects.select_related("erp", "wms").get(pk=work.job.payload["warehouse"])
    return Outcome("it begins", partial(warehouses.changed, warehouse))


def look(work: Work) -> Outcome:
    """Counts what a taking over would do. Nothing is written anywhere else."""
    of = _of(work)
    counts = Counter(decision for _, decision in _decided_messages(work, of))
    rows = list(_booked(of))
    if rows:
        work.connection = of.warehouse.erp
        with open_erp(of.warehouse.erp, work) as erp:
            found = [(row, decide_booked(row, erp)) for row in rows]
        for row, decision in found:
            ShadowDocument.objects.filter(pk=row.pk).exclude(decision=Decision.TAKEN).update(decision=decision)
        counts.update(decision for _, decision in found)
    return Outcome(f"{counts.total()} looked at", partial(_looked, of, dict(counts)))


def take(work: Work) -> Outcome:
    """Each document in a transaction of its own, from what both sides say now: after a crash it goes on."""
    of, ends = _of(work), time.monotonic() + SLICE_SECONDS
    if of.warehouse.in_force(of.flow) != Mode.LIVE:
        return Outcome("it is not live any more", partial(_ended, of))
    after = int(str(work.job.payload.get("after", 0)))
    for message, decision in _decided_messages(work, of, after):
        if decision in (Decision.KNOWN, Decision.SEND):
            _take(work, message, decision)
        after = message.pk
        if time.monotonic() > ends or drain.begun():
            return Outcome("it goes on", partial(_goes_on, of, after))
    for row in _booked(of).filter(decision=Decision.SEND):
        work.connection = of.warehouse.erp
        with open_erp(of.warehouse.erp, work) as erp:
            decision = decide_booked(row, erp)
        with transaction.atomic():
            work_again(row, decision)
        if time.monotonic() > ends or drain.begun():
            return Outcome("it goes on", partial(_goes_on, of, after))
    return Outcome("taken over", partial(_ended, of))


def _goes_on(of: Rollout, after: int) -> None:
    """What stays with people is not looked at again: however much that is, the rest has its turn."""
    enqueue(going_live.job("rollout_take", of, after))


def _of(work: Work) -> Rollout:
    of = Rollout.objects.get(pk=work.job.payload["rollout"])
    of.warehouse = configuration.warehouse(of.warehouse_id)
    return of


def kept(of: Rollout, after: int = 0) -> list[OutboundMessage]:
    """What was only kept of the flow, the oldest first; what it says is left out."""
    flow = RolloutFlow(of.flow)
    rows = OutboundMessage.objects.filter(state=Told.SHADOW, type__in=KINDS.get(flow, ()), pk__gt=after).defer("body")
    rows = rows.filter(document__warehouse=of.warehouse_id).select_related("document__parent")
    if flow in COMES_IN:
        rows = rows.filter(document__kind=COMES_IN[flow])
    transfer = Document.Kind.TRANSFER
    others = flow in (RolloutFlow.RELEASE, RolloutFlow.RECEIPT)
    rows = rows.filter(document__parent__kind=transfer) if flow == RolloutFlow.TRANSFER else rows
    return list(rows.exclude(document__parent__kind=transfer).order_by("pk") if others else rows.order_by("pk"))


def _decided_messages(work: Work, of: Rollout, after: int = 0) -> Iterator[tuple[OutboundMessage, str]]:
    messages = kept(of, after)
    if not messages:
        return
    work.connection = partner = of.warehouse.wms
    with open_wms(partner, work) as wms:
        for message in messages:
            message.connection = partner
            yield message, _decide(message, wms)


def _decide(message: OutboundMessage, wms: WmsAdapter) -> str:
    """What has moved is known there, whatever it answers; what it cannot be asked about is a person's."""
    document = message.document
    if document is None or document.state in (State.SHIPPED, State.RECEIVED, State.CANCELLED):
        return Decision.OVER
    if document.inbound.exists():
        return Decision.KNOWN
    if Capability.FINDS not in wms.capabilities:
        return Decision.PERSON
    try:
        return Decision.KNOWN if wms.find(message.type, message.reference, 1) else Decision.SEND
    except Rejected:
        return Decision.PERSON


def _take(work: Work, message: OutboundMessage, decision: str) -> None:
    if decision == Decision.KNOWN:
        result = {"answer": "accepted", "reference": "", "reason": "keyed by people"}
        verb, intent = f"send {message.type}", {"version": message.version}
        effects.found(work, message.connection, message.key, verb, intent, result)
    with transaction.atomic():
        if decision == Decision.SEND:
            moved = outbox.send_kept(message)
        else:
            own = OutboundMessage.objects.filter(pk=message.pk, state=Told.SHADOW)
            moved = bool(own.update(state=Told.ACCEPTED, answered_at=Now(), reason="keyed by people"))
        if moved:
            state = SENT[message.type] if decision == Decision.SEND else State.ACCEPTED
            Document.objects.filter(outbound=message, state=State.WAITING).update(state=state)
            mine = ShadowDocument.objects.filter(document=message.document_id, key__startswith="release/")
            mine.update(decision=Decision.TAKEN)
            if decision == Decision.SEND and message.document is not None:
                looks.look_again(message.document)  # what could not be kept anew, such as what is not ready any more


def _booked(of: Rollout) -> QuerySet[ShadowDocument]:
    """What the warehouse has done, and nobody has keyed yet."""
    rows = ShadowDocument.objects.filter(warehouse=of.warehouse_id, flow=of.flow, outcome__in=ShadowDocument.PENDING)
    return rows.exclude(key__startswith="release/").exclude(decision=Decision.TAKEN).select_related("document__parent")


def _looked(of: Rollout, counts: dict[str, int]) -> None:
    Rollout.objects.filter(pk=of.pk).update(taking=Taking.LOOKED, open_ones=counts, looked_at=Now())


def _ended(of: Rollout) -> None:
    Rollout.objects.filter(pk=of.pk).update(taking=Taking.DONE)
