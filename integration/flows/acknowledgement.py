"""The warehouse's yes or no to a release, when it comes as a message."""

from functools import partial

from integration.adapters.redaction import quote
from integration.canonical.events import OrderAcceptedEvent, OrderRejectedEvent
from integration.canonical.orders import OrderRejected
from integration.errors import InvalidDocument
from integration.flows import answers
from integration.flows.events import event_of
from integration.jobs import configuration
from integration.jobs.work import Outcome, Work
from integration.models import InboundMessage, OutboundMessage


def handle(work: Work) -> Outcome:
    message = InboundMessage.objects.get(pk=work.job.payload["message"])
    message.connection = work.connection = configuration.connection(message.connection_id)
    event = event_of(message)
    assert isinstance(event, OrderAcceptedEvent | OrderRejectedEvent)  # noqa: S101  (the inbox routes by type)
    answered = _answered(message, event)
    versions = OutboundMessage.objects.filter(document=answered.document_id).order_by("-version")
    latest = versions.values_list("version", flat=True)[0]
    if latest > answered.version:
        return Outcome(f"version {answered.version} was replaced by version {latest} meanwhile")
    if isinstance(event.data, OrderRejected):
        reason = _reason(event.data)
        return Outcome(f"refused: {reason}", partial(answers.rejected, answered, reason))
    return Outcome("accepted", partial(answers.accepted, answered, event.data.warehouse_order))


def _answered(message: InboundMessage, event: OrderAcceptedEvent | OrderRejectedEvent) -> OutboundMessage:
    """The release that is answered: the version named, or the latest. Raises InvalidDocument CD-4009."""
    sent = OutboundMessage.objects.filter(
        connection=message.connection, type="order.release", reference=event.data.release
    ).select_related("document__parent")
    if event.data.version is not None:
        sent = sent.filter(version=event.data.version)
    unsent = [OutboundMessage.State.QUEUED, OutboundMessage.State.SUPERSEDED]
    found = sent.exclude(state__in=unsent).order_by("-version").first() or sent.order_by("-version").first()
    if found is None:
        name, release, version = message.connection.name, event.data.release, event.data.version
        named = release if version is None else f"{release} version {version}"
        answer = event.type.removeprefix("order.")
        raise InvalidDocument("CD-4009", connection=name, partner=name, release=release, named=named, answer=answer)
    found.connection = message.connection
    return found


def _reason(refusal: OrderRejected) -> str:
    lines = [f"line {line.line}: {line.reason}" for line in refusal.lines]
    return quote("; ".join([refusal.reason, *lines]))
