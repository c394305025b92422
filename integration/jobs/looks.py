"""Jobs that look at the latest snapshot of what was agreed, and decide what to tell the warehouse."""

from collections.abc import Mapping

from integration.canonical.erp import Agreed, Order, Purchase, Transfer
from integration.jobs import routes
from integration.jobs.queue import NewJob, enqueue
from integration.models import Document

ORDER, PURCHASE, TRANSFER = "sale.order", "purchase.order", "transfer"
Kind = Document.Kind
SNAPSHOTS: Mapping[str, type[Agreed]] = {ORDER: Order, PURCHASE: Purchase, TRANSFER: Transfer}
KINDS: Mapping[str, Document.Kind] = {ORDER: Kind.ORDER, PURCHASE: Kind.PURCHASE, TRANSFER: Kind.TRANSFER}
MODELS: Mapping[str, str] = {kind: model for model, kind in KINDS.items()}


def release_job(document: Document) -> NewJob:
    """Looks at what leaves, and releases what is to be released."""
    transfer = document.kind == Kind.TRANSFER
    return NewJob(
        flow="order_release",
        stream=f"{'transfer' if transfer else 'order'}:{document.connection_id}:{document.erp_id}",
        lane=routes.lane_of("order_release"),
        subject=document.reference,
        payload={"connection": document.connection_id, **_named(document)},
        document_id=document.pk,
        coalesce=True,
    )


def advice_job(document: Document) -> NewJob:
    """Looks at what comes in, and announces it."""
    return NewJob(
        flow="receipt_advice",
        stream=f"coming:{document.connection_id}:{document.kind}:{document.erp_id}",
        lane=routes.lane_of("receipt_advice"),
        subject=document.reference,
        payload={"connection": document.connection_id, "model": MODELS[document.kind], "record": document.erp_id},
        document_id=document.pk,
        coalesce=True,
    )


def loss_job(receipt: Document) -> NewJob:
    """Writes off what did not come in of a transfer."""
    return NewJob(
        flow="transit_loss",
        stream=f"loss:{receipt.pk}",
        lane=routes.lane_of("transit_loss"),
        subject=f"loss on {receipt.reference}",
        payload={"receipt": receipt.pk},
        document_id=receipt.pk,
        coalesce=True,
    )


def surplus_job(delivery: Document) -> NewJob:
    """Does what a person has chosen about goods that left too much, and ends what was begun before."""
    return NewJob(
        flow="surplus",
        stream=f"surplus:{delivery.pk}",
        lane=routes.lane_of("surplus"),
        subject=f"surplus of {delivery.reference}",
        payload={"delivery": delivery.pk},
        document_id=delivery.pk,
        coalesce=True,
    )


def look_again(document: Document) -> None:
    """Has the snapshot looked at afresh for what hangs on this delivery or receipt. Call inside a transaction."""
    if document.parent is None:
        return
    leaves = document.kind == Kind.DELIVERY
    enqueue(release_job(document.parent) if leaves else advice_job(document.parent))


def of(document: Document, seen: Agreed) -> tuple[bool, bool]:
    """Whether something leaves by it, and whether something comes in, or is on its way to."""
    if document.kind == Kind.ORDER:
        return True, any(each.code == "incoming" and each.return_of is not None for each in seen.pickings)
    if document.kind == Kind.PURCHASE:
        return False, True
    leaves = any(each.ships_to_warehouse for each in seen.pickings)
    return leaves, leaves or any(each.comes_in for each in seen.pickings)


def _named(document: Document) -> dict[str, object]:
    if document.kind == Kind.TRANSFER:
        return {"order": document.erp_id, "model": TRANSFER}
    return {"order": document.erp_id}
