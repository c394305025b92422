"""What a flow gets to do its work with, and what it gives back."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from integration.errors import IntegrationError, Locked
from integration.jobs import streams
from integration.jobs.rehearsal import Rehearsal
from integration.jobs.streams import Claim
from integration.models import Connection, SyncJob

ELSEWHERE_SECONDS = 30.0  # until what only another release knows is looked at again


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job came to. ``apply`` runs in the transaction that settles the job: all of it counts, or nothing.

    ``error``: a part of the work was done and another part was not; the job then fails with it after ``apply``.
    """

    note: str = ""
    apply: Callable[[], None] | None = None
    error: IntegrationError | None = None


@dataclass(slots=True)
class Call:
    """One remote call, for the job's history: no data, no secrets. ``to``: the number of the connection."""

    what: str
    milliseconds: float
    outcome: str
    to: int

    def as_json(self) -> dict[str, object]:
        return {"what": self.what, "ms": self.milliseconds, "outcome": self.outcome, "to": self.to}


def _nothing() -> None:
    """What there is to do before a call, unless somebody says otherwise."""


@dataclass(slots=True)
class Work:
    """One try at one job.

    ``deadline``: the monotonic time after which nothing may be written any more.
    ``claimed_until``: the monotonic time until which no other worker takes the stream.
    ``connection``: the remote system that the job is about to talk to, or is stopped by.
    ``before_call``: done before each remote call, outside of any transaction.
    ``wrote``: it has written there; its end is then committed by itself.
    ``is_last``: nothing else of its stream was taken. ``gave_back``: the stream, together with its end.
    ``rehearsal``: nothing is written anywhere, but noted there; the outcome is not applied.
    ``mode``: of its flow, where that is switched on by itself (``jobs.rollout``); empty: nobody has said so yet.
    """

    job: SyncJob
    claim: Claim
    claim_seconds: float
    deadline: float
    claimed_until: float
    connection: Connection | None = None
    wrote: bool = False
    is_last: bool = False
    gave_back: bool = False
    rehearsal: Rehearsal | None = None
    mode: str = ""
    before_call: Callable[[], None] = field(default=_nothing)
    calls: list[Call] = field(default_factory=list)

    def named(self) -> dict[str, object]:
        """What a line of the log is about that is written while it is worked on."""
        job = self.job
        return {
            "job": job.pk,
            "flow": job.flow,
            "stream": job.stream_id,
            "inbound": job.inbound_id,
            "outbound": job.outbound_id,
            "trace": job.trace_id,
        }

    def keep_claim(self, seconds: float) -> None:
        """Holds the stream for so long from now. Raises ClaimLost."""
        asked = time.monotonic()
        streams.extend(self.claim, seconds)
        self.claimed_until = max(self.claimed_until, asked + seconds)


Handler = Callable[[Work], Outcome]
Handlers = Mapping[str, Handler]


def of_another_release(what: str, sort: str) -> Locked:
    """For what this process does not know: it is left to one of the release that made it."""
    return Locked("CD-1009", retry_after=ELSEWHERE_SECONDS, document=what, flow=sort)
