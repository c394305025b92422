"""What the warehouse's yes or no does to what it was told. Call inside the transaction that settles the job."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now

from integration.errors import IntegrationError, Rejected
from integration.jobs import cases, sql
from integration.jobs.sweep import UNANSWERED
from integration.models import Document, OutboundMessage

State = OutboundMessage.State

# What was answered or replaced stays what it is; the warehouse's own number may come later than its yes.
_ACCEPT = f"""
UPDATE {OutboundMessage._meta.db_table} SET
  state = CASE WHEN state IN ('queued', 'sent', 'rejected') THEN 'accepted' ELSE state END,
  answered_at = CASE WHEN state IN ('queued', 'sent', 'rejected') THEN now() ELSE answered_at END,
  partner_reference = COALESCE(NULLIF(%s, ''), partner_reference)
WHERE id = %s"""  # noqa: S608  (table names of our own)
_ACCEPT_DELIVERY = f"""
UPDATE {Document._meta.db_table} SET state = 'accepted'
WHERE id = %s AND state IN ('released', 'announced', 'rejected')"""  # noqa: S608
ENDED = (Document.State.SHIPPED, Document.State.RECEIVED)
TAKES_BACK = "receipt.cancel"
REFUSED = {"order.release": "CD-4006", "receipt.advice": "CD-7001", TAKES_BACK: "CD-7003"}


def accepted(message: OutboundMessage, partner_reference: str = "") -> None:
    """A shipment says it too: what is shipped was accepted."""
    sql.run(_ACCEPT, [partner_reference[:100], message.pk])
    sql.run(_ACCEPT_DELIVERY, [message.document_id])
    settled = (_case(REFUSED[message.type], message), _case(UNANSWERED[message.type], message))
    cases.clear("The warehouse accepted it.", *settled)


def rejected(message: OutboundMessage, reason: str) -> None:
    """Nothing waits in the stream for it: a person mends the cause and releases again.

    Nothing can be mended or released again once everything has left.
    """
    if _delivery(message).filter(state__in=ENDED).exists():
        return
    rows = OutboundMessage.objects.filter(pk=message.pk, state__in=[State.QUEUED, State.SENT, State.ACCEPTED])
    rows.update(state=State.REJECTED, answered_at=Now(), reason=reason[:500])
    told = [Document.State.RELEASED, Document.State.ANNOUNCED, Document.State.ACCEPTED]
    if message.type != TAKES_BACK:
        _delivery(message).filter(state__in=told).update(state=Document.State.REJECTED)
    cases.clear("The warehouse answered.", _case(UNANSWERED[message.type], message))
    cases.open_case(
        about(REFUSED[message.type], message, reason=reason),
        message.connection,
        message.document,
        flow="acknowledgement",
    )


def about(code: str, message: OutboundMessage, **more: str) -> IntegrationError:
    order = message.document.parent if message.document else None
    context: dict[str, Any] = {"connection": message.connection.name, "partner": message.connection.name, **more}
    return Rejected(code, release=message.reference, order=order.reference if order else message.reference, **context)


def _case(code: str, message: OutboundMessage) -> str:
    """Its fingerprint."""
    return Rejected(code, connection=message.connection.name, release=message.reference).fingerprint


def _delivery(message: OutboundMessage) -> QuerySet[Document]:
    return Document.objects.filter(pk=message.document_id or 0)
