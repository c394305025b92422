"""Writing in a remote system once in effect: intent before, result after, a look before any second try."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.db.models.functions import Least, Now

from integration.errors import IntegrationError, OutcomeUnknown, Rejected, Throttled
from integration.jobs import failpoints, generation, rows, sql, streams
from integration.jobs.rehearsal import Rehearsal
from integration.jobs.streams import ClaimLost
from integration.jobs.work import Work
from integration.models import Connection, Effect, OutboundMessage, Recovery, SyncJob

LOCKED = "CD-9403"  # nothing is written until a person has said that it may be, after a backup was restored
LOCKED_SECONDS = 300.0
UNTOLD = "CD-1007"  # sent, and only a person can tell whether it landed
Result = Mapping[str, Any]

EFFECT, OUTBOUND = Effect._meta.db_table, OutboundMessage._meta.db_table


_LOCK = f"SELECT FROM {Recovery._meta.db_table} WHERE released_at IS NULL"


def _intending(wanted: str, conflict: str) -> str:
    """The intent commits only under the current claim, which then outlasts the call."""
    return f"""
WITH held AS ({streams.EXTENDED}),
wanted AS ({wanted}),
made AS (
  INSERT INTO {EFFECT} (connection_id, key, verb, state, job_id, intent, result, intended_at, may_land_until)
  SELECT %(connection)s, %(key)s, %(verb)s, 'intended', %(job)s, %(intent)s::jsonb, '{{}}', now(),
    now() + %(lands)s::float8 * interval '1 second'
  FROM wanted WHERE NOT EXISTS ({_LOCK})
  ON CONFLICT (connection_id, key) {conflict} RETURNING id, intended_at)
SELECT (SELECT id FROM made), (SELECT intended_at FROM made),
  EXISTS (SELECT FROM held) AND NOT EXISTS (SELECT FROM wanted), EXISTS ({_LOCK})"""  # noqa: S608


# Whoever takes a message back holds its stream. So the row is locked, and read anew, when the stream is ours.
_QUEUED = f"""
SELECT held.id FROM held, {OUTBOUND} AS message
WHERE message.id = %(message)s AND message.state = 'queued' AND NOT message.withdrawn FOR SHARE OF message"""  # noqa: S608
_ALWAYS = "SELECT id FROM held"
_AGAIN = f"""
DO UPDATE SET verb = EXCLUDED.verb, state = EXCLUDED.state, job_id = EXCLUDED.job_id,
  intent = EXCLUDED.intent, intended_at = EXCLUDED.intended_at, may_land_until = EXCLUDED.may_land_until
WHERE {EFFECT}.state <> 'landed'"""
# By: a message is sent; the write may be known already.
_INTEND = {
    (message, again): _intending(_QUEUED if message else _ALWAYS, _AGAIN if again else "DO NOTHING")
    for message in (False, True)
    for again in (False, True)
}

# Should the database's server die before this is on its disk, the write is looked for as after any lost answer.
_LANDED = f"""
WITH {sql.LAZY}
UPDATE {EFFECT} SET state = 'landed', result = %s::jsonb, landed_at = now() FROM lazy WHERE id = %s"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Write:
    """One write. ``key`` comes from the business document. ``send`` does it and returns what to remember (ids).

    ``probe`` looks in the remote system whether it landed: its result, or None. Without a probe a lost answer goes to
    a person, unless ``resend_safe``: the remote recognises a repeat by the key itself.

    ``calls``: no call of it begins later than so many times the connection's time limits after the first one.
    ``settle_seconds`` of the connection, the server's own limit or more, cover the last one.

    ``message`` is the id of the OutboundMessage that is sent: nothing is, unless it is still queued under the claim.

    ``at``: the record that it changes, for people.
    """

    key: str
    verb: str
    intent: Result
    send: Callable[[], Result]
    probe: Callable[[], Result | None] | None = None
    resend_safe: bool = False
    calls: int = 4
    message: int | None = None
    at: str = ""


class NotWanted(Exception):
    """The write was taken back before it was sent."""


def once(work: Work, connection: Connection, write: Write) -> Effect:
    """Makes the write, or finds that it is made.

    Raises what ``send`` raises, OutcomeUnknown while the outcome cannot be told yet, ClaimLost, NotWanted, Throttled
    CD-9403; WouldWrite in a rehearsal.
    """
    if work.rehearsal is not None:
        return _rehearsed(work.rehearsal, connection, write, looks=True)
    if (result := _forgotten(connection, write)) is not None:
        return found(work, connection, write.key, write.verb, write.intent, result)
    first = _begin(work, connection, write, again=False)
    if isinstance(first, Effect):
        return _send(first, write)
    known = of(connection, write.key)
    if known is not None and known.state == Effect.State.LANDED:
        return known
    if known is not None and known.state == Effect.State.INTENDED:
        result = _look(known, connection, write)
        if result is not None:
            return _landed(known, result)
    return make(work, connection, write)


def _forgotten(connection: Connection, write: Write) -> Result | None:
    """After a backup was restored: a write of which our memory was lost, if it is there."""
    if not generation.looks_first() or write.probe is None:
        return None
    known = of(connection, write.key)
    if known is not None and known.state != Effect.State.REFUSED:
        return None
    return write.probe()


def of(connection: Connection, key: str) -> Effect | None:
    """What is known of a write."""
    return rows.first(Effect, "connection_id = %s AND key = %s", [connection.pk, key])


def make(work: Work, connection: Connection, write: Write) -> Effect:
    """Makes a write that is known not to have landed. Raises what ``send`` raises, ClaimLost, NotWanted; WouldWrite in
    a rehearsal."""
    if work.rehearsal is not None:
        return _rehearsed(work.rehearsal, connection, write, looks=False)
    begun = _begin(work, connection, write, again=True)
    return _send(begun, write) if isinstance(begun, Effect) else _landed_already(connection, write, begun)


def found(work: Work, connection: Connection, key: str, verb: str, intent: Result, result: Result) -> Effect:
    """Keeps a write that was found in the remote system, whether or not we remember having made it. Raises Throttled
    CD-9403."""
    if work.rehearsal is not None:
        return _as_landed(connection, key, verb, intent, result)
    _refuse_older_database(connection)
    work.wrote = True
    effect, _ = Effect.objects.get_or_create(
        connection=connection,
        key=key,
        defaults={
            "verb": verb,
            "job": work.job,
            "intent": dict(intent),
            "intended_at": Now(),
            "may_land_until": Now(),
        },
    )
    return _landed(effect, result)


def wait_until_settled(connection: Connection, key: str, verb: str) -> None:
    """Call when the write was looked for and not found. Raises OutcomeUnknown while an earlier try may still land."""
    known = Effect.objects.filter(connection=connection, key=key, state=Effect.State.INTENDED).first()
    _refuse_to_guess(seconds_until_settled(known) if known is not None else 0.0, connection, verb)


def told(jobs: Iterable[int], *, landed: bool) -> None:
    """A person has looked where we could not: the write is there, or it is not and may be sent again."""
    untold = Effect.objects.filter(job__in=jobs, job__failure_code=UNTOLD, state=Effect.State.INTENDED)
    untold = untold.exclude(job__state=SyncJob.State.RUNNING)
    if landed:
        untold.update(state=Effect.State.LANDED, landed_at=Now())
    else:
        untold.update(state=Effect.State.REFUSED)


def end(effect: Effect, probe: Callable[[], Result | None]) -> bool:
    """Ends a write that nobody wants any more; whether it has landed. Raises OutcomeUnknown while it still may."""
    left = seconds_until_settled(effect)
    result = probe()
    if result is not None:
        _landed(effect, result)
        return True
    _refuse_to_guess(left, effect.connection, effect.verb)
    own = Effect.objects.filter(pk=effect.pk, state=Effect.State.INTENDED, intended_at=effect.intended_at)
    own.update(state=Effect.State.REFUSED)
    return False


def _rehearsed(rehearsal: Rehearsal, connection: Connection, write: Write, *, looks: bool) -> Effect:
    """The write, if it is known or found to have landed; nothing is kept of that. Raises WouldWrite."""
    known = of(connection, write.key)
    if known is not None and known.state == Effect.State.LANDED:
        return known
    if looks and known is not None and known.state == Effect.State.INTENDED:
        result = _look(known, connection, write)
        if result is not None:
            return _as_landed(connection, write.key, write.verb, write.intent, result)
    raise rehearsal.would(connection, write.key, write.verb, write.at, write.intent)


def _as_landed(connection: Connection, key: str, verb: str, intent: Result, result: Result) -> Effect:
    """As it would be kept. It has no row."""
    told: dict[str, Any] = {"intent": dict(intent), "result": dict(result)}
    return Effect(connection=connection, key=key, verb=verb, state=Effect.State.LANDED, **told)


def _look(known: Effect, connection: Connection, write: Write) -> Result | None:
    """Found counts at once; not found counts only when the call could not land any more as it was looked for."""
    if write.probe is None:
        if not write.resend_safe:
            raise Rejected(UNTOLD, connection=connection.name, document=write.key, verb=write.verb)
        return None
    left = 0.0 if write.resend_safe else seconds_until_settled(known)
    result = write.probe()
    if result is None:
        _refuse_to_guess(left, connection, write.verb)
    return result


def _refuse_to_guess(left: float, connection: Connection, verb: str) -> None:
    if left > 0:
        raise OutcomeUnknown("CD-1006", retry_after=left, connection=connection.name, verb=verb)


def seconds_until_settled(effect: Effect) -> float:
    """How long it may still land."""
    left = Effect.objects.filter(pk=effect.pk).values_list(F("may_land_until") - Now(), flat=True).get()
    return float(left.total_seconds())


def _begin(work: Work, connection: Connection, write: Write, *, again: bool) -> Effect | type[Exception]:
    """Commits the intent, only under the current claim, and keeps the claim until the call is over.

    Returns what kept it from that else. ``again``: it was looked for and not found; without it a known write stays.
    """
    _refuse_older_database(connection)
    work.wrote = True
    longest = write.calls * (connection.connect_timeout + connection.read_timeout)
    claim_seconds = longest + work.claim_seconds
    about = {"connection": connection.pk, "key": write.key, "verb": write.verb, "job": work.job.pk}
    times = {"seconds": claim_seconds, "lands": longest + connection.settle_seconds}
    what = {"intent": json.dumps(write.intent), "message": write.message}
    asked = time.monotonic()  # before the statement, whose start is what the database counts from
    statement = _INTEND[write.message is not None, again]
    told = sql.rows(statement, {**about, **times, **what, **streams.named(work.claim)})[0]
    made, intended_at, unwanted, locked = told
    if locked:
        raise Throttled(LOCKED, retry_after=LOCKED_SECONDS, connection=connection.name)
    if made is None:
        return NotWanted if unwanted else ClaimLost
    generation.intended(made)
    work.deadline, work.claimed_until = asked + longest, max(work.claimed_until, asked + claim_seconds)
    failpoints.hit("after_intent")
    failpoints.hit("stands_still")
    state, intent = Effect.State.INTENDED, dict(write.intent)
    return Effect(pk=made, connection=connection, key=write.key, state=state, intent=intent, intended_at=intended_at)


def _refuse_older_database(connection: Connection) -> None:
    """A batch may outlive the database that it was taken from: its next connection leads to what was restored."""
    if generation.went_back() is not None:
        raise Throttled(LOCKED, retry_after=LOCKED_SECONDS, connection=connection.name)


def _landed_already(connection: Connection, write: Write, otherwise: type[Exception]) -> Effect:
    """A result is a fact, whoever stored it."""
    known = Effect.objects.filter(connection=connection, key=write.key, state=Effect.State.LANDED).first()
    if known is None:
        raise otherwise
    return known


def _send(effect: Effect, write: Write) -> Effect:
    """A result is a fact: it is kept whoever holds the claim by now. A refusal says nothing about a later try.

    Whoever lost an answer sends no more: it lands as soon as the remote system is through with it, or never.
    """
    own = Effect.objects.filter(pk=effect.pk, state=Effect.State.INTENDED, intended_at=effect.intended_at)
    try:
        result = write.send()
    except OutcomeUnknown:
        settled = Now() + timedelta(seconds=effect.connection.settle_seconds)
        own.update(may_land_until=Least(F("may_land_until"), settled))
        raise
    except IntegrationError:
        own.update(state=Effect.State.REFUSED)
        raise
    failpoints.hit("after_send")
    return _landed(effect, result)


def _landed(effect: Effect, result: Result) -> Effect:
    effect.state, effect.result = Effect.State.LANDED, dict(result)
    sql.run(_LANDED, [json.dumps(effect.result), effect.pk])
    failpoints.hit("after_result")
    return effect
