"""Writing in a remote system once in effect: intent before, result after, a look before any second try."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from integration.errors import IntegrationError, OutcomeUnknown, Rejected
from integration.jobs import failpoints, sql, streams
from integration.jobs.streams import ClaimLost
from integration.jobs.work import Work
from integration.models import Connection, Effect, SyncJob

UNTOLD = "CD-1007"  # sent, and only a person can tell whether it landed
Result = Mapping[str, Any]

EFFECT = Effect._meta.db_table

# The intent commits only under the current claim, which then outlasts the call.
_INTEND = f"""
WITH held AS ({streams.EXTENDED})
INSERT INTO {EFFECT} (connection_id, key, verb, state, job_id, intent, result, intended_at, may_land_until)
SELECT %(connection_id)s, %(key)s, %(verb)s, 'intended', %(job_id)s, %(intent)s::jsonb, '{{}}', now(),
  now() + %(lands)s::float8 * interval '1 second'
FROM held
ON CONFLICT (connection_id, key) DO UPDATE SET verb = EXCLUDED.verb, state = EXCLUDED.state, job_id = EXCLUDED.job_id,
  intent = EXCLUDED.intent, intended_at = EXCLUDED.intended_at, may_land_until = EXCLUDED.may_land_until
WHERE {EFFECT}.state <> 'landed'
RETURNING id, intended_at"""  # noqa: S608  (table names of our own)

_LANDED = f"UPDATE {EFFECT} SET state = 'landed', result = %s::jsonb, landed_at = now() WHERE id = %s"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Write:
    """One write. ``key`` comes from the business document. ``send`` does it and returns what to remember (ids).

    ``probe`` looks in the remote system whether it landed: its result, or None. Without a probe a lost answer goes to
    a person, unless ``resend_safe``: the remote recognises a repeat by the key itself.

    ``wanted`` is asked once more under the claim, with the stream held: False, and nothing is sent.
    """

    key: str
    verb: str
    intent: Result
    send: Callable[[], Result]
    probe: Callable[[], Result | None] | None = None
    resend_safe: bool = False
    seconds: float = 120.0
    wanted: Callable[[], bool] | None = None


class NotWanted(Exception):
    """The write was taken back before it was sent."""


def once(work: Work, connection: Connection, write: Write) -> Effect:
    """Makes the write, or finds that it is made.

    Raises what ``send`` raises, OutcomeUnknown while the outcome cannot be told yet, ClaimLost, NotWanted.
    """
    known = Effect.objects.filter(connection=connection, key=write.key).first()
    if known is not None and known.state == Effect.State.LANDED:
        return known
    if known is not None and known.state == Effect.State.INTENDED:
        result = _look(known, connection, write)
        if result is not None:
            return _landed(known, result)
    return make(work, connection, write)


def make(work: Work, connection: Connection, write: Write) -> Effect:
    """Makes a write that is known not to have landed. Raises what ``send`` raises, ClaimLost, NotWanted."""
    effect = _intend(work, connection, write)
    if effect.state == Effect.State.LANDED:
        return effect
    failpoints.hit("after_intent")
    return _send(effect, write)


def found(work: Work, connection: Connection, key: str, verb: str, intent: Result, result: Result) -> Effect:
    """Keeps a write that was found in the remote system, whether or not we remember having made it."""
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
    wait = _seconds_until_settled(known) if known is not None else 0.0
    if wait > 0:
        raise OutcomeUnknown("CD-1006", retry_after=wait, connection=connection.name, verb=verb)


def told(jobs: Iterable[int], *, landed: bool) -> None:
    """A person has looked where we could not: the write is there, or it is not and may be sent again."""
    untold = Effect.objects.filter(job__in=jobs, job__failure_code=UNTOLD, state=Effect.State.INTENDED)
    untold = untold.exclude(job__state=SyncJob.State.RUNNING)
    if landed:
        untold.update(state=Effect.State.LANDED, landed_at=Now())
    else:
        untold.update(state=Effect.State.REFUSED)


def _look(known: Effect, connection: Connection, write: Write) -> Result | None:
    """Found counts at once; not found counts only when the call cannot land any more."""
    if write.probe is None and not write.resend_safe:
        raise Rejected(UNTOLD, connection=connection.name, document=write.key, verb=write.verb)
    result = write.probe() if write.probe is not None else None
    if result is None and not write.resend_safe:
        wait_until_settled(connection, known.key, write.verb)
    return result


def _seconds_until_settled(effect: Effect) -> float:
    left = Effect.objects.filter(pk=effect.pk).values_list(F("may_land_until") - Now(), flat=True).get()
    return float(left.total_seconds())


def _intend(work: Work, connection: Connection, write: Write) -> Effect:
    """Commits the intent, only under the current claim, and keeps the claim until the call is over."""
    work.wrote = True
    intent, claim_seconds = dict(write.intent), write.seconds + work.claim_seconds
    about = {"connection_id": connection.pk, "key": write.key, "verb": write.verb, "job_id": work.job.pk}
    times = {"seconds": claim_seconds, "lands": write.seconds + connection.settle_seconds}
    asked = time.monotonic()  # before the statement, whose start is what the database counts from
    with transaction.atomic() if write.wanted else nullcontext():
        if write.wanted is not None:
            streams.lock(work.claim)
            if not write.wanted():
                raise NotWanted
        made = sql.rows(_INTEND, {**about, **times, "intent": json.dumps(intent), **streams.named(work.claim)})
    if not made:
        return _landed_already(connection, write)
    work.deadline, work.claimed_until = asked + write.seconds, max(work.claimed_until, asked + claim_seconds)
    pk, intended_at = made[0]
    return Effect(pk=pk, state=Effect.State.INTENDED, intent=intent, result={}, intended_at=intended_at, **about)


def _landed_already(connection: Connection, write: Write) -> Effect:
    """A result is a fact, whoever stored it. Raises ClaimLost."""
    known = Effect.objects.filter(connection=connection, key=write.key, state=Effect.State.LANDED).first()
    if known is None:
        raise ClaimLost
    return known


def _send(effect: Effect, write: Write) -> Effect:
    """A result is a fact: it is kept whoever holds the claim by now. A refusal says nothing about a later try."""
    try:
        result = write.send()
    except OutcomeUnknown:
        raise
    except IntegrationError:
        own = Effect.objects.filter(pk=effect.pk, state=Effect.State.INTENDED, intended_at=effect.intended_at)
        own.update(state=Effect.State.REFUSED)
        raise
    failpoints.hit("after_send")
    return _landed(effect, result)


def _landed(effect: Effect, result: Result) -> Effect:
    effect.state, effect.result = Effect.State.LANDED, dict(result)
    sql.run(_LANDED, [json.dumps(effect.result), effect.pk])
    failpoints.hit("after_result")
    return effect
