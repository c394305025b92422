"""The warehouse's answer to a change or a cancel: as asked, in part, or too late."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial

from integration.adapters.redaction import quote
from integration.canonical.events import (
    CancelAcceptedEvent,
    CancelRefusedEvent,
    ChangeAcceptedEvent,
    ChangePartlyAcceptedEvent,
    ChangeRefusedEvent,
)
from integration.canonical.orders import AnsweredLine
from integration.errors import InvalidDocument
from integration.flows import changes, releases
from integration.flows.changes import Verdict
from integration.flows.events import event_of
from integration.jobs import configuration, rows
from integration.jobs.work import Outcome, Work
from integration.models import ChangeRequest, Document, DocumentLine, InboundMessage
from integration.rules.units import Inexact, to_odoo

State = ChangeRequest.State
Answer = ChangeAcceptedEvent | ChangePartlyAcceptedEvent | ChangeRefusedEvent | CancelAcceptedEvent | CancelRefusedEvent
STATES = {
    "order.change.accepted": State.ACCEPTED,
    "order.change.partly_accepted": State.PART_ACCEPTED,
    "order.change.refused": State.REFUSED,
    "order.cancel.accepted": State.ACCEPTED,
    "order.cancel.refused": State.REFUSED,
}


def handle(work: Work) -> Outcome:
    [message] = rows.find(InboundMessage, "id = %s", [work.job.payload["message"]])
    message.connection = work.connection = configuration.connection(message.connection_id)
    event = event_of(message)
    assert isinstance(event, Answer)  # noqa: S101  (the inbox routes by type)
    delivery = releases.known_at(message.connection, event.data.release)
    request = _request(delivery, event) if delivery else None
    if delivery is None or request is None:
        raise _unknown(message, event)
    verdict = _verdict(message, event, delivery)
    return Outcome(f"{event.type} {event.data.change}", partial(changes.answer, request, verdict))


def _request(delivery: Document, event: Answer) -> ChangeRequest | None:
    found = rows.first(ChangeRequest, "document_id = %s AND number = %s", [delivery.pk, event.data.change])
    kind = ChangeRequest.Kind.CANCEL if event.type.startswith("order.cancel.") else ChangeRequest.Kind.CHANGE
    return found if found and found.kind == kind else None


def _verdict(message: InboundMessage, event: Answer, delivery: Document) -> Verdict:
    answered: Sequence[AnsweredLine] = getattr(event.data, "lines", ())
    known = {row.line: row for row in rows.find(DocumentLine, "document_id = %s", [delivery.pk])}
    stray = next((line.line for line in answered if line.line not in known), None)
    if stray is not None:
        raise _unknown(message, event, f", line {stray}")
    return Verdict(
        STATES[event.type],
        granted={line.line: _in_odoo_unit(line, known[line.line], delivery) for line in answered},
        stages={line.line: line.stage for line in answered if line.stage},
        reasons={line.line: quote(line.reason) for line in answered if line.reason},
        refused_fields=tuple(getattr(event.data, "refused", ())),
        reason=quote(getattr(event.data, "reason", "")),
    )


def _in_odoo_unit(answered: AnsweredLine, line: DocumentLine, delivery: Document) -> Decimal:
    try:
        return to_odoo(answered.quantity, Fraction(line.factor) / Fraction(line.per))
    except Inexact:
        raise InvalidDocument(
            "CD-4015",
            connection=message_name(delivery),
            partner=message_name(delivery),
            release=delivery.reference,
            quantity=answered.quantity,
            unit=line.partner_unit,
            sku=line.sku,
        ) from None


def message_name(delivery: Document) -> str:
    assert delivery.warehouse_id is not None  # noqa: S101
    return configuration.warehouse(delivery.warehouse_id).wms.name


def _unknown(message: InboundMessage, event: Answer, more: str = "") -> InvalidDocument:
    name, release = message.connection.name, event.data.release
    named = f"change {event.data.change} of {release}{more}"
    answer = event.type.removeprefix("order.")
    return InvalidDocument("CD-4009", connection=name, partner=name, release=release, named=named, answer=answer)
