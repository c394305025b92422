"""What receipts and returns of an advice have in common: how far it is with us, and what the warehouse was told."""

from integration.flows import advices, answers
from integration.jobs import outbox, sql
from integration.models import Connection, Document, OutboundMessage

State, Told = Document.State, OutboundMessage.State

# And whether something that the warehouse was told is not answered. What is announced anew is counted afresh.
_COME = f"""
UPDATE {Document._meta.db_table} SET state = %(state)s::text,
  shipment_count = CASE WHEN %(state)s::text <> 'waiting' THEN COALESCE(shipment_count, %(count)s) END,
  content_hash = CASE WHEN %(state)s::text = 'waiting' THEN '' ELSE content_hash END,
  shipments_due_at = CASE WHEN %(state)s::text = 'part_received' AND COALESCE(shipment_count, %(count)s) IS NOT NULL
    THEN now() + %(patience)s::float8 * interval '1 second' END
WHERE id = %(document)s
RETURNING EXISTS (
  SELECT FROM {OutboundMessage._meta.db_table}
  WHERE document_id = %(document)s AND type = 'receipt.advice' AND state NOT IN ('accepted', 'superseded'))"""  # noqa: S608


def come(advised: Document, partner: Connection, state: Document.State, count: int | None) -> None:
    """``count``: how many messages there are of it, where that was said. Call inside a transaction."""
    end = {"document": advised.pk, "count": count, "patience": partner.acknowledge_seconds, "state": state.value}
    if sql.rows(_COME, end)[0][0]:
        _told(advised, partner, ends=state != State.PART_RECEIVED)


def _told(advised: Document, partner: Connection, *, ends: bool) -> None:
    """What the warehouse was told: it has accepted that, and is told nothing more after the end."""
    messages = list(OutboundMessage.objects.filter(document=advised, type=advices.ADVICE).order_by("-version"))
    if ends and any(message.state == Told.QUEUED for message in messages):
        outbox.supersede(partner, advised, advices.ADVICE)
    latest = next((message for message in messages if message.state not in (Told.QUEUED, Told.SUPERSEDED)), None)
    if latest is not None and latest.state != Told.ACCEPTED:
        latest.document = advised
        answers.accepted(latest)
