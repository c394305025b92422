"""The warehouse's yes or no to a release or an advice, when it comes as a message."""

from collections.abc import Mapping, Sequence
from functools import partial

from integration.adapters.redaction import quote
from integration.canonical.events import Event
from integration.canonical.orders import OrderAccepted, OrderRejected
from integration.canonical.receipts import ReceiptAccepted, ReceiptRejected
from integration.errors import InvalidDocument
from integration.flows import answers
from integration.flows.events import event_of
from integration.jobs import configuration, rows
from integration.jobs.work import Outcome, Work
from integration.models import InboundMessage, OutboundMessage
from integration.observe import traces

Yes = OrderAccepted | ReceiptAccepted
No = OrderRejected | ReceiptRejected
UNSENT = (OutboundMessage.State.QUEUED, OutboundMessage.State.SUPERSEDED)
# What may be answered, by the kind of the answer; and the case of one that answers nothing.
ANSWERED: Mapping[str, tuple[str, ...]] = {
    "order": ("order.release",),
    "receipt": ("receipt.advice", "receipt.cancel"),
}
UNKNOWN: Mapping[str, str] = {"order": "CD-4009", "receipt": "CD-7019"}
# All that the warehouse was told about the document that it names, the latest first.
_TOLD = f"""
type = ANY(%s::text[]) AND document_id IN (
  SELECT document_id FROM {OutboundMessage._meta.db_table}
  WHERE connection_id = %s AND type = ANY(%s::text[]) AND reference = %s)
ORDER BY version DESC, id DESC"""  # noqa: S608  (a table name of our own)


def handle(work: Work) -> Outcome:
    [message] = rows.find(InboundMessage, "id = %s", [work.job.payload["message"]])
    message.connection = work.connection = configuration.connection(message.connection_id)
    event = event_of(message)
    assert isinstance(event.data, Yes | No)  # noqa: S101  (the inbox routes by type)
    kinds = list(ANSWERED[_about(event)])
    told = rows.find(OutboundMessage, _TOLD, [kinds, message.connection_id, kinds, _named(event.data)], without="body")
    answered = _answered(message, event, event.data, told)
    traces.refer(answered.trace_id)
    latest = max(each.version for each in told if each.document_id == answered.document_id)
    if latest > answered.version:
        return Outcome(f"version {answered.version} was replaced by version {latest} meanwhile")
    if isinstance(event.data, No):
        reason = _reason(event.data)
        return Outcome(f"refused: {reason}", partial(answers.rejected, answered, reason))
    return Outcome("accepted", partial(answers.accepted, answered, event.data.warehouse_order))


def _answered(
    message: InboundMessage, event: Event, answer: Yes | No, told: Sequence[OutboundMessage]
) -> OutboundMessage:
    """What is answered: the version named, or the latest that was sent. Raises InvalidDocument CD-4009, CD-7019."""
    here = (message.connection_id, _named(answer))
    known = [each for each in told if (each.connection_id, each.reference) == here]
    named = [each for each in known if answer.version in (None, each.version)]
    sent = [each for each in named if each.state not in UNSENT]
    if not named:
        raise _unknown(message, event, answer)
    found = (sent or named)[0]
    found.connection = message.connection
    return found


def _unknown(message: InboundMessage, event: Event, answer: Yes | No) -> InvalidDocument:
    name, number, version = message.connection.name, _named(answer), answer.version
    named = number if version is None else f"{number} version {version}"
    says = event.type.partition(".")[2]
    code = UNKNOWN[_about(event)]
    return InvalidDocument(code, connection=name, partner=name, release=number, named=named, answer=says)


def _about(event: Event) -> str:
    return event.type.partition(".")[0]


def _named(answer: Yes | No) -> str:
    return answer.release if isinstance(answer, OrderAccepted | OrderRejected) else answer.advice


def _reason(refusal: No) -> str:
    lines = [f"line {line.line}: {line.reason}" for line in getattr(refusal, "lines", ())]
    return quote("; ".join([refusal.reason, *lines]))
