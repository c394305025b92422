"""Sending a release: once in effect, and sent is not accepted."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models.functions import Now

from integration.adapters.base import Answer, Capability, Reply, WmsAdapter
from integration.errors import Rejected
from integration.flows import answers
from integration.jobs import configuration, effects, rows
from integration.jobs.remote import open_wms
from integration.jobs.work import Outcome, Work
from integration.models import OutboundMessage

State = OutboundMessage.State


def handle(work: Work) -> Outcome:
    [message] = rows.find(OutboundMessage, "id = %s", [work.job.payload["message"]])
    message.connection = configuration.connection(message.connection_id)
    if message.state != State.QUEUED:
        return Outcome(f"it is {message.get_state_display()} already")
    try:
        with open_wms(message.connection, work) as wms:
            effect = effects.once(work, message.connection, _write(message, wms))
    except effects.NotWanted:
        return Outcome("it was superseded before it was sent")
    reply = Reply(Answer(effect.result["answer"]), effect.result["reference"], effect.result["reason"])
    return Outcome(f"{message.reference}: {reply.answer}", partial(_commit, message, reply))


def _write(message: OutboundMessage, wms: WmsAdapter) -> effects.Write:
    findable = Capability.FIND_RELEASE in wms.capabilities
    return effects.Write(
        key=message.key,
        verb="send_release",
        intent={"version": message.version},
        send=partial(_send, message, wms),
        probe=partial(_probe, message, wms) if findable else None,
        resend_safe=True,
        seconds=message.connection.read_timeout + message.connection.connect_timeout,
        message=message.pk,
    )


def _send(message: OutboundMessage, wms: WmsAdapter) -> Mapping[str, Any]:
    """A refusal is an answer as well: the warehouse said no."""
    try:
        return _as_result(wms.send_release(bytes(message.body), key=message.key))
    except Rejected as refused:
        return _as_result(Reply(Answer.REJECTED, reason=str(refused.context.get("detail", refused))))


def _probe(message: OutboundMessage, wms: WmsAdapter) -> Mapping[str, Any] | None:
    found = wms.find_release(message.reference, message.version)
    return _as_result(found) if found else None


def _as_result(reply: Reply) -> Mapping[str, Any]:
    return {"answer": reply.answer.value, "reference": reply.reference, "reason": reply.reason}


def _commit(message: OutboundMessage, reply: Reply) -> None:
    due = timedelta(seconds=message.connection.acknowledge_seconds)
    OutboundMessage.objects.filter(pk=message.pk, state=State.QUEUED).update(
        state=State.SENT, sent_at=Now(), acknowledge_by=Now() + due, partner_reference=reply.reference[:100]
    )
    if message.version > 1:
        replaced = OutboundMessage.objects.filter(document=message.document_id, version__lt=message.version)
        replaced.update(acknowledge_by=None)
    if reply.answer == Answer.ACCEPTED:
        answers.accepted(message)
    elif reply.answer == Answer.REJECTED:
        answers.rejected(message, reply.reason)
