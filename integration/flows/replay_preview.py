"""What a replay would do: each message is worked on by its own flow, which reads where it has to and writes nowhere.

Operational impact: none. A slice at a time, so that nothing waits for it.
"""

import logging
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial

from django.db import InterfaceError, OperationalError

from integration.errors import AlreadyDone, IntegrationError, InvalidDocument, OutcomeUnknown, Throttled, Transient
from integration.flows import trial
from integration.jobs import drain, inbox, replays, routes
from integration.jobs.rehearsal import Rehearsal, WouldWrite
from integration.jobs.replays import Told, Verdict
from integration.jobs.streams import ClaimLost
from integration.jobs.work import Handlers, Outcome, Work
from integration.models import InboundMessage, SyncJob

SLICE_SECONDS = 2.0
PATIENCE = 10.0  # seconds: a longer pause of a system is told, a shorter one is waited for
LATE = 100  # tries: what waits for something else at first says at once what it would end with
IN_USE = "Other work holds its rows just now: try it again."
UNFORESEEN = "CD-9002"
log = logging.getLogger(__name__)


def handle(handlers: Handlers, work: Work) -> Outcome:
    """``handlers``: of the flows that work on messages. Raises Throttled: what is told so far is kept."""
    pk, count, ends = int(str(work.job.payload["replay"])), 0, time.monotonic() + SLICE_SECONDS
    while time.monotonic() < ends and not drain.begun():
        item = replays.untried(pk)
        if item is None:
            break
        latest = replays.latest_job(item.message_id)
        busy = latest is not None and latest.state in replays.AT_WORK
        told = Told(Verdict.BUSY) if busy else tried(handlers, work, item.message)
        replays.tell(work, item, told.having_seen(latest, _document(item.message)))
        count += 1
    return Outcome(f"{count} messages tried", partial(replays.tried, pk))


def tried(handlers: Handlers, work: Work, message: InboundMessage) -> Told:
    """What working on the message would do. Raises Throttled, ClaimLost, and what the database raises."""
    rehearsal = Rehearsal()
    attempt = replace(work, job=_job(work, message), rehearsal=rehearsal, connection=None)
    try:
        told = _told(handlers, attempt, rehearsal)
    except Throttled as pause:
        if (pause.retry_after or 0.0) <= PATIENCE:
            work.connection = attempt.connection
            raise
        told = _against(pause)
    except WouldWrite:
        told = Told(Verdict.WRITES)
    except AlreadyDone as done:
        told = Told(Verdict.NOTHING, text=str(done))
    except IntegrationError as wrong:
        told = _against(wrong)
    except (ClaimLost, InterfaceError, OperationalError):
        raise
    except Exception as wrong:
        log.exception("unexpected failure in a rehearsal", extra={"inbound": message.pk})
        told = Told(Verdict.FAILS, UNFORESEEN, type(wrong).__name__)
    work.claimed_until = max(work.claimed_until, attempt.claimed_until)
    return replace(told, verdict=Verdict.WRITES, writes=rehearsal.writes) if rehearsal.writes else told


def _document(message: InboundMessage) -> int | None:
    with suppress(InvalidDocument):
        return inbox.document_of(message)
    return None


def _job(work: Work, message: InboundMessage) -> SyncJob:
    """As the message's own would be; it has no row."""
    return SyncJob(
        pk=work.job.pk,
        stream_id=work.job.stream_id,
        flow=routes.ROUTES[message.type].flow,
        payload={"message": message.pk},
        subject=str(message)[:100],
        document_id=message.document_id,
        inbound_id=message.pk,
        tries=LATE,
        trace_id=message.trace_id,
    )


def _told(handlers: Handlers, attempt: Work, rehearsal: Rehearsal) -> Told:
    outcome = handlers[attempt.job.flow](attempt)
    if outcome.error is not None:
        return _against(outcome.error)
    if rehearsal.writes or outcome.apply is None:
        return Told(Verdict.NOTHING, text=outcome.note)
    attempt.before_call()  # what was done before is committed by itself
    try:
        changes = trial.changes(outcome.apply)
    except OperationalError:
        return Told(Verdict.UNSURE, text=IN_USE)
    return Told(Verdict.OURS if changes else Verdict.NOTHING, text=outcome.note, changes=changes)


def _against(error: IntegrationError) -> Told:
    unsure = isinstance(error, Transient | OutcomeUnknown)
    text = " ".join(cause.cause for cause in error.causes)
    return Told(Verdict.UNSURE if unsure else Verdict.FAILS, error.code, text)
