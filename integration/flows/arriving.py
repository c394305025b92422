"""What receipts and returns of an advice have in common: its own transfers in Odoo, and how far it is with us."""

from collections.abc import Sequence

from integration.canonical.erp import Picking
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


def own(advised: Document, pickings: Sequence[Picking]) -> list[Picking]:
    """Of these backorders of it. One that was announced anew is another advice, with its own backorders."""
    others = [picking.id for picking in pickings if picking.id != advised.erp_id]
    if not others:
        return list(pickings)
    known = Document.objects.filter(connection=advised.connection_id, kind=advised.kind, erp_id__in=others)
    foreign = set(known.values_list("erp_id", flat=True))
    mine: list[Picking] = []
    for picking in pickings:
        if picking.id in foreign or picking.backorder_of in foreign:
            foreign.add(picking.id)
        else:
            mine.append(picking)
    return mine


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
