"""The table of moves that a job may make. ``engine`` and ``acts`` are the only writers of a job's state.

No move, but the undoing of one: a job that was taken and not begun is PENDING again (``ledger``, ``settle``).
"""

from integration.models import SyncJob

State = SyncJob.State

MOVES: dict[State, frozenset[State]] = {
    State.PENDING: frozenset({State.RUNNING, State.SUPERSEDED, State.CANCELLED}),
    State.RUNNING: frozenset(
        {
            State.RUNNING,  # the worker died; another one takes over
            State.SUCCEEDED,
            State.RETRY,
            State.BLOCKED,
            State.NEEDS_ATTENTION,
            State.SUPERSEDED,
            State.CANCELLED,
        }
    ),
    State.RETRY: frozenset({State.RUNNING, State.PENDING, State.SUPERSEDED, State.CANCELLED}),
    State.BLOCKED: frozenset({State.RUNNING, State.PENDING, State.SUPERSEDED, State.CANCELLED}),
    State.NEEDS_ATTENTION: frozenset({State.PENDING, State.SUPERSEDED, State.CANCELLED}),
    State.SUCCEEDED: frozenset(),
    State.SUPERSEDED: frozenset(),
    State.CANCELLED: frozenset(),
}


def sources(after: State) -> list[State]:
    """The states from which ``after`` can be reached: what a conditional UPDATE asks for."""
    return [before for before, targets in MOVES.items() if after in targets]
