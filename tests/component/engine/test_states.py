"""Every move between two states, tried on the database: what the table allows is made, nothing else is."""

import pytest

from integration.jobs.settle import BadMove, _move
from integration.jobs.states import MOVES, sources
from integration.models import SyncJob
from tests.component.engine.yard import State, put, states

pytestmark = pytest.mark.django_db(transaction=True)


def moves(before: State, after: State) -> bool:
    job = put(f"order:{before}-{after}")
    SyncJob.objects.filter(pk=job.pk).update(state=before)
    try:
        _move(job, after)
    except BadMove:
        assert states(job) == [before]
        return False
    assert states(job) == [after]
    return True


def test_the_database_allows_exactly_the_moves_of_the_table() -> None:
    made = {(before, after) for before in State for after in State if moves(before, after)}
    assert made == {(before, after) for before, targets in MOVES.items() for after in targets}


def test_every_state_has_its_row_and_the_ends_have_no_way_out() -> None:
    assert set(MOVES) == set(State)
    ends = {state for state, targets in MOVES.items() if not targets}
    assert ends == {State.SUCCEEDED, State.SUPERSEDED, State.CANCELLED} == set(State) - set(SyncJob.ACTIVE)


def test_only_what_waits_can_be_made_due_and_only_what_is_active_can_run() -> None:
    assert sources(State.PENDING) == [State.RETRY, State.BLOCKED, State.NEEDS_ATTENTION]
    assert sources(State.RUNNING) == [State.PENDING, State.RUNNING, State.RETRY, State.BLOCKED]
