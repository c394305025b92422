"""What the warehouse has done, and nobody has keyed when its flow goes live: who books it."""

from integration.adapters.base import ErpGateway
from integration.errors import InvalidDocument
from integration.flows import backorders
from integration.jobs import inbox
from integration.jobs.queue import enqueue
from integration.models import Document, InboundMessage, RolloutFlow, ShadowDocument, SyncJob

CLOSED = ("done", "cancel")
Decision = ShadowDocument.Decision
TYPES = {"delivery": ("shipment.confirmed",), "receipt": ("receipt.confirmed",)}


def decide(row: ShadowDocument, erp: ErpGateway) -> str:
    """Only what people have not begun to key is ours: nobody can say which part of the rest they meant."""
    document, kind = row.document, row.key.partition("/")[0]
    if document is None or kind not in TYPES or row.flow == RolloutFlow.INVENTORY:
        return Decision.PERSON
    delivery = document.kind == Document.Kind.DELIVERY
    pickings = erp.delivery(document.erp_id) if delivery else erp.incoming(document.erp_id)
    mine = backorders.own(document, pickings)
    if not mine or any(picking.state == "done" for picking in mine):
        return Decision.OVER if mine and all(picking.state in CLOSED for picking in mine) else Decision.PERSON
    return Decision.SEND if any(picking.state not in CLOSED for picking in mine) else Decision.OVER


def work_again(row: ShadowDocument, decision: str) -> None:
    """Has its messages worked on, now that the flow is live: each once. Call inside a transaction."""
    held = ShadowDocument.objects.select_for_update().get(pk=row.pk)
    if held.decision == Decision.TAKEN:
        return
    if decision == Decision.SEND:
        types = TYPES[row.key.partition("/")[0]]
        for message in InboundMessage.objects.filter(document=row.document, type__in=types).order_by("pk"):
            _again(message)
    held.decision = Decision.TAKEN if decision == Decision.SEND else decision
    held.save(update_fields=["decision"])


def _again(message: InboundMessage) -> None:
    """Not while it waits for somebody, or has been ended. Who is at work on it may have begun in shadow: once more."""
    latest = message.jobs.order_by("-pk").first()
    if latest is not None and latest.state not in (SyncJob.State.SUCCEEDED, SyncJob.State.RUNNING):
        return
    try:
        enqueue(inbox.job_again(message))
    except InvalidDocument:  # the contract has changed since: it stays with people
        return
