"""Settling in batches: jobs that changed nothing but themselves are committed together, with their streams."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from integration.jobs import failpoints, settle, sql, streams
from integration.jobs.streams import JOB, Claim
from integration.jobs.work import Outcome, Work

log = logging.getLogger(__name__)

_PUT_BACK = f"""
UPDATE {JOB} SET state = 'pending', tries = tries - 1, started_at = NULL, waits_for_id = NULL
WHERE id = ANY(%s::bigint[]) AND state = 'running'"""  # noqa: S608


@dataclass(slots=True)
class Ledger:
    """What one worker has done and not committed yet. All claims in it are of one batch."""

    done: list[tuple[Work, Outcome]] = field(default_factory=list)
    left: list[Work] = field(default_factory=list)
    over: list[Claim] = field(default_factory=list)

    def takes(self, work: Work, outcome: Outcome) -> bool:
        """Keeps a result that may be committed with others; False for one that has to be settled by itself."""
        alone = outcome.apply or outcome.error or work.wrote or work.job.failure_code
        if not alone:
            self.done.append((work, outcome))
        return not alone

    def give_back(self, claim: Claim, left: Iterable[Work] = ()) -> None:
        """The stream is done with for now; ``left`` were taken and not begun."""
        self.over.append(claim)
        self.left += left

    def commit(self) -> None:
        """One transaction for all of it. What another worker has taken over meanwhile is left to it."""
        if not (self.done or self.over):
            return
        if self.done:
            failpoints.hit("before_batch_commit")
        done, left, over = self.done, self.left, self.over
        self.done, self.left, self.over = [], [], []
        settle.in_one_piece(lambda: _commit(done, left, over))


def _commit(done: Sequence[tuple[Work, Outcome]], left: Sequence[Work], over: Sequence[Claim]) -> None:
    touched = {claim.stream_id: claim for claim in [*over, *(work.claim for work, _ in done)]}
    held = streams.still_held(list(touched.values()))
    for lost in touched.keys() - held:
        log.warning("claim lost", extra={"stream": lost})
    kept = [(work, outcome) for work, outcome in done if work.claim.stream_id in held]
    if kept:
        settle.succeed(kept)
    _put_back([work for work in left if work.claim.stream_id in held])
    streams.release(claim.stream_id for claim in over if claim.stream_id in held)


def _put_back(left: Sequence[Work]) -> None:
    """A start that did not happen is undone: it was no try."""
    if left:
        sql.run(_PUT_BACK, [[work.job.pk for work in left]])
