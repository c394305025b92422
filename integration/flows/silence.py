"""A warehouse that did not answer a document in time is asked for its answer, before a person is."""

from datetime import timedelta
from functools import partial

from django.db.models.functions import Now

from integration.adapters.base import Answer, Asked, Capability, Reply, WmsAdapter
from integration.flows import answers
from integration.flows.missing import take
from integration.jobs import configuration, rows, sweep
from integration.jobs.remote import open_wms
from integration.jobs.work import Outcome, Work
from integration.models import OutboundMessage

State = OutboundMessage.State
# Of these, what the warehouse holds says its answer; how far it grants a change, only a message can say.
HELD = ("order.release", "receipt.advice", "receipt.cancel")


def ask(work: Work) -> Outcome:
    """First for the message that may have got lost; then for what it holds."""
    [message] = rows.find(OutboundMessage, "id = %s", [work.job.payload["message"]], without="body")
    message.connection = configuration.connection(message.connection_id)
    if message.state != State.SENT:
        return Outcome("it was answered meanwhile")
    with open_wms(message.connection, work) as wms:
        if Capability.FETCH_EVENTS in wms.capabilities:
            came = take(message.connection, wms, Asked(about=message.reference))
            if came:
                return Outcome(f"{came} messages fetched", partial(_wait_on, message))
        reply = _held(message, wms)
    said = reply.answer if reply else "nothing"
    return Outcome(f"{message.reference}: {said}", partial(_hear, message, reply, work.job.payload["due"]))


def _held(message: OutboundMessage, wms: WmsAdapter) -> Reply | None:
    return wms.find(message.type, message.reference, message.version) if message.type in HELD else None


def _wait_on(message: OutboundMessage) -> None:
    """Its answer may be among them; if not, it is asked again."""
    due = Now() + timedelta(seconds=message.connection.acknowledge_seconds)
    OutboundMessage.objects.filter(pk=message.pk, state=State.SENT).update(acknowledge_by=due)


def _hear(message: OutboundMessage, reply: Reply | None, due: str) -> None:
    if not OutboundMessage.objects.filter(pk=message.pk, state=State.SENT).select_for_update().exists():
        return  # its answer has come meanwhile
    if reply is not None and reply.answer == Answer.ACCEPTED:
        answers.accepted(message, reply.reference)
    elif reply is not None and reply.answer == Answer.REJECTED:
        answers.rejected(message, reply.reason)
    else:
        sweep.unanswered(message, due)
