"""What the warehouse's yes or no does to a release. Call inside the transaction that settles the job."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now

from integration.errors import IntegrationError, Rejected
from integration.jobs import cases, sql
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
UPDATE {Document._meta.db_table} SET state = 'accepted' WHERE id = %s AND state IN ('released', 'rejected')"""  # noqa: S608


def accepted(message: OutboundMessage, partner_reference: str = "") -> None:
    """A shipment says it too: what is shipped was accepted."""
    sql.run(_ACCEPT, [partner_reference[:100], message.pk])
    sql.run(_ACCEPT_DELIVERY, [message.document_id])
    cases.clear("The warehouse accepted it.", _case("CD-4006", message), _case("CD-4007", message))


def rejected(message: OutboundMessage, reason: str) -> None:
    """Nothing waits in the stream for it: a person mends the cause and releases again.

    Nothing can be mended or released again once everything has left.
    """
    if _delivery(message).filter(state=Document.State.SHIPPED).exists():
        return
    rows = OutboundMessage.objects.filter(pk=message.pk, state__in=[State.QUEUED, State.SENT, State.ACCEPTED])
    rows.update(state=State.REJECTED, answered_at=Now(), reason=reason[:500])
    released = [Document.State.RELEASED, Document.State.ACCEPTED]
    _delivery(message).filter(state__in=released).update(state=Document.State.REJECTED)
    cases.clear("The warehouse answered.", _case("CD-4007", message))
    cases.open_case(about("CD-4006", message, reason=reason), message.connection, message.document)


def about(code: str, message: OutboundMessage, **more: str) -> IntegrationError:
    order = message.document.parent if message.document else None
    context: dict[str, Any] = {"connection": message.connection.name, "partner": message.connection.name, **more}
    return Rejected(code, release=message.reference, order=order.reference if order else message.reference, **context)


def _case(code: str, message: OutboundMessage) -> str:
    """Its fingerprint."""
    return Rejected(code, connection=message.connection.name, release=message.reference).fingerprint


def _delivery(message: OutboundMessage) -> QuerySet[Document]:
    return Document.objects.filter(pk=message.document_id or 0)
