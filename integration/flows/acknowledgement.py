"""The warehouse's yes or no to a release, when it comes as a message."""

from collections.abc import Sequence
from functools import partial

from integration.adapters.redaction import quote
from integration.canonical.events import OrderAcceptedEvent, OrderRejectedEvent
from integration.canonical.orders import OrderRejected
from integration.errors import InvalidDocument
from integration.flows import answers
from integration.flows.events import event_of
from integration.jobs import configuration, rows
from integration.jobs.work import Outcome, Work
from integration.models import InboundMessage, OutboundMessage

UNSENT = (OutboundMessage.State.QUEUED, OutboundMessage.State.SUPERSEDED)
# All that the warehouse was told about the delivery that it names.
_TOLD = f"""
document_id IN (
  SELECT document_id FROM {OutboundMessage._meta.db_table}
  WHERE connection_id = %s AND type = 'order.release' AND reference = %s)
ORDER BY version DESC"""  # noqa: S608  (a table name of our own)


def handle(work: Work) -> Outcome:
    [message] = rows.find(InboundMessage, "id = %s", [work.job.payload["message"]])
    message.connection = work.connection = configuration.connection(message.connection_id)
    event = event_of(message)
    assert isinstance(event, OrderAcceptedEvent | OrderRejectedEvent)  # noqa: S101  (the inbox routes by type)
    told = rows.find(OutboundMessage, _TOLD, [message.connection_id, event.data.release], without="body")
    answered = _answered(message, event, told)
    latest = max(each.version for each in told if each.document_id == answered.document_id)
    if latest > answered.version:
        return Outcome(f"version {answered.version} was replaced by version {latest} meanwhile")
    if isinstance(event.data, OrderRejected):
        reason = _reason(event.data)
        return Outcome(f"refused: {reason}", partial(answers.rejected, answered, reason))
    return Outcome("accepted", partial(answers.accepted, answered, event.data.warehouse_order))


def _answered(
    message: InboundMessage, event: OrderAcceptedEvent | OrderRejectedEvent, told: Sequence[OutboundMessage]
) -> OutboundMessage:
    """The release that is answered: the version named, or the latest that was sent. Raises InvalidDocument CD-4009."""
    here = (message.connection_id, "order.release", event.data.release)
    known = [each for each in told if (each.connection_id, each.type, each.reference) == here]
    named = [each for each in known if event.data.version in (None, each.version)]
    sent = [each for each in named if each.state not in UNSENT]
    if not named:
        raise _unknown(message, event)
    found = (sent or named)[0]
    found.connection = message.connection
    return found


def _unknown(message: InboundMessage, event: OrderAcceptedEvent | OrderRejectedEvent) -> InvalidDocument:
    name, release, version = message.connection.name, event.data.release, event.data.version
    named = release if version is None else f"{release} version {version}"
    answer = event.type.removeprefix("order.")
    return InvalidDocument("CD-4009", connection=name, partner=name, release=release, named=named, answer=answer)


def _reason(refusal: OrderRejected) -> str:
    lines = [f"line {line.line}: {line.reason}" for line in refusal.lines]
    return quote("; ".join([refusal.reason, *lines]))
