"""A flow in shadow: it comes to all that it would write, keeps that beside what people key, and writes nothing."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from integration.errors import AlreadyDone, IntegrationError, Permanent
from integration.jobs import rollout
from integration.jobs.rehearsal import Rehearsal, WouldWrite
from integration.jobs.rollout import Wanted
from integration.jobs.work import Outcome, Work
from integration.rules.rollout import Line
from integration.rules.units import plain

MOST = 10  # lines that a note names
NOTE = "in shadow, nothing is written"
STAYS = "kept in shadow: it stays with people until it is taken over"
ANEW = "In shadow nothing is written: it is only compared with what people key."


def only(
    work: Work, wanted: Callable[[], Wanted], rest: Callable[[], Outcome], *, keyed: Callable[[], bool] | None = None
) -> Outcome:
    """What ``rest`` would write is kept, and so is what would stop it at a person. ``wanted`` is asked after it.

    ``keyed``: people have done it already, so that nothing can be tried any more. Raises what is transient.
    """
    if work.rehearsal is not None:  # somebody tries a replay
        return Outcome(ANEW)
    work.rehearsal = Rehearsal()
    stop = None if keyed is not None and keyed() else _stopped(rest)
    found, code, text = wanted(), "", ""
    if stop is not None:
        code, text = stop.code, " ".join(cause.cause for cause in stop.causes)
    note = f"{NOTE}: {said_of(found.lines)}{f'; {code} would stop it' if code else ''}"
    return Outcome(note, partial(rollout.keep, found, code, text) if found.lines else None)


def said_of(lines: Sequence[Line]) -> str:
    shown = ", ".join(f"{plain(Decimal(quantity))} x {sku}" for sku, _lot, quantity in lines[:MOST])
    return f"{shown} and {len(lines) - MOST} more" if len(lines) > MOST else shown or "nothing"


def _stopped(rest: Callable[[], Outcome]) -> IntegrationError | None:
    try:
        error = rest().error
    except WouldWrite:
        return None
    except AlreadyDone:
        return None
    except Permanent as wrong:
        return wrong
    if error is not None and not isinstance(error, Permanent):
        raise error
    return error
