"""Sending a document to a warehouse: once in effect, and sent is not accepted."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models.functions import Now

from integration.adapters.base import Answer, Capability, Reply, WmsAdapter
from integration.errors import Rejected, Throttled
from integration.flows import answers, changes
from integration.jobs import configuration, effects, rows, sql, telling
from integration.jobs.remote import open_wms
from integration.jobs.work import Outcome, Work
from integration.models import Effect, OutboundMessage, SyncJob

State = OutboundMessage.State

YES = {"order.change": changes.accepted, "order.cancel": changes.accepted}  # all others: answers.accepted
NO = {"order.change": changes.refused, "order.cancel": changes.refused}  # all others: answers.rejected
PATIENCE = 5.0  # seconds
UNASKED = ("master.batch",)  # a repeat says more than a look: which records are refused
_SENT = f"""
UPDATE {OutboundMessage._meta.db_table} SET state = 'sent', sent_at = now(),
  acknowledge_by = now() + %s::float8 * interval '1 second', partner_reference = %s
WHERE id = %s AND state = 'queued'"""  # noqa: S608  (a table name of our own)


def handle(work: Work) -> Outcome:
    [message] = rows.find(OutboundMessage, "id = %s", [work.job.payload["message"]])
    message.connection = configuration.connection(message.connection_id)
    if message.state != State.QUEUED:
        _has_landed(work, message)
        return Outcome(f"it is {message.get_state_display()} already")
    if message.withdrawn:
        return _take_back(work, message)
    if message.type in changes.REQUESTS:
        _after_its_release(message)
    try:
        with open_wms(message.connection, work) as wms:
            write = _write(message, wms)
            there = _is_there(work, message, write) if work.job.payload.get("looks") else None
            effect = there or effects.once(work, message.connection, write)
    except effects.NotWanted:
        return Outcome("it was superseded before it was sent", partial(_superseded, message))
    reply = _as_reply(effect.result)
    return Outcome(f"{message.reference}: {reply.answer}", partial(_commit, message, reply))


def _is_there(work: Work, message: OutboundMessage, write: effects.Write) -> Effect | None:
    """Somebody may have keyed it since it was looked for. What we sent ourselves is no news."""
    if write.probe is None or effects.of(message.connection, write.key) is not None:
        return None
    result = write.probe()
    return effects.found(work, message.connection, write.key, write.verb, write.intent, result) if result else None


def _take_back(work: Work, message: OutboundMessage) -> Outcome:
    """Nobody wants it any more. Raises OutcomeUnknown while an earlier try may still land."""
    known = effects.of(message.connection, message.key)
    if known is not None and known.state == Effect.State.INTENDED:
        known.connection = message.connection
        with open_wms(message.connection, work) as wms:
            effects.end(known, partial(_probe, message, wms))
    if known is not None and known.result:
        reply = _as_reply(known.result)
        return Outcome(f"{message.reference}: {reply.answer}", partial(_commit, message, reply))
    return Outcome("it was superseded before it was sent", partial(_superseded, message))


def _superseded(message: OutboundMessage) -> None:
    OutboundMessage.objects.filter(pk=message.pk, state=State.QUEUED, withdrawn=True).update(state=State.SUPERSEDED)


def _has_landed(work: Work, message: OutboundMessage) -> None:
    """The warehouse has answered: it has what was sent, though the answer to the call was lost."""
    answer = {State.ACCEPTED: Answer.ACCEPTED, State.REJECTED: Answer.REJECTED}.get(State(message.state))
    known = effects.of(message.connection, message.key)
    if answer is not None and known is not None and known.state == Effect.State.INTENDED:
        result = _as_result(Reply(answer, reason=message.reason))
        effects.found(work, message.connection, known.key, known.verb, known.intent, result)


def _after_its_release(message: OutboundMessage) -> None:
    """They have streams of their own, and the warehouse can change only what it knows. Raises Throttled CD-1008."""
    release = SyncJob.objects.filter(
        document=message.document_id, outbound__type="order.release", state__in=SyncJob.ACTIVE
    )
    if release.exists():
        raise Throttled("CD-1008", retry_after=PATIENCE, connection=message.connection.name, release=message.reference)


def _write(message: OutboundMessage, wms: WmsAdapter) -> effects.Write:
    findable = Capability.FINDS in wms.capabilities and message.type not in UNASKED
    return effects.Write(
        key=message.key,
        verb=f"send {message.type}",
        intent={"version": message.version},
        send=partial(_send, message, wms),
        probe=partial(_probe, message, wms) if findable else None,
        resend_safe=True,
        calls=1,
        message=message.pk,
    )


def _send(message: OutboundMessage, wms: WmsAdapter) -> Mapping[str, Any]:
    """A refusal is an answer as well: the warehouse said no."""
    try:
        return _as_result(wms.send(message.type, bytes(message.body), key=message.key))
    except Rejected as refused:
        return _as_result(Reply(Answer.REJECTED, reason=str(refused.context.get("detail", refused))))


def _probe(message: OutboundMessage, wms: WmsAdapter) -> Mapping[str, Any] | None:
    found = wms.find(message.type, message.reference, message.version)
    return _as_result(found) if found else None


def _as_result(reply: Reply) -> Mapping[str, Any]:
    said = {"answer": reply.answer.value, "reference": reply.reference, "reason": reply.reason}
    return {**said, "refused": {str(record): why for record, why in reply.refused.items()}} if reply.refused else said


def _as_reply(result: Mapping[str, Any]) -> Reply:
    refused = {int(record): why for record, why in result.get("refused", {}).items()}
    return Reply(Answer(result["answer"]), result["reference"], result["reason"], refused)


def _commit(message: OutboundMessage, reply: Reply) -> None:
    due = message.connection.acknowledge_seconds
    sql.run(_SENT, [due, reply.reference[:100], message.pk])
    if message.type == "master.batch":
        _heard(message, reply)
        return
    if message.version > 1:
        replaced = OutboundMessage.objects.filter(
            document=message.document_id, type=message.type, version__lt=message.version
        )
        replaced.update(acknowledge_by=None)
    if reply.answer == Answer.ACCEPTED:
        YES.get(message.type, answers.accepted)(message)
    elif reply.answer == Answer.REJECTED:
        NO.get(message.type, answers.rejected)(message, reply.reason)


def _heard(message: OutboundMessage, reply: Reply) -> None:
    """A batch that is received is taken: whatever the warehouse has against it, it says at once."""
    no = reply.answer == Answer.REJECTED
    state = State.REJECTED if no else State.ACCEPTED
    sent = OutboundMessage.objects.filter(pk=message.pk)
    sent.update(state=state, reason=reply.reason[:500], answered_at=Now(), acknowledge_by=None)
    telling.heard(message, reply.refused, (reply.reason or "no reason given") if no else None)
