"""What becomes of a failed job, as a table: every class of error, every limit, every delay."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.errors import (
    Causes,
    ConfigurationError,
    Forbidden,
    IntegrationError,
    InvalidDocument,
    Locked,
    MappingMissing,
    OutcomeUnknown,
    Permanent,
    Rejected,
    RuleHold,
    Throttled,
    Transient,
    Unreachable,
)
from integration.jobs.retry import Decision, GiveUp, Policy, RetryAt, Wait, decide

POLICY = Policy(base=4.0, cap=100.0, attempts=5, age=timedelta(days=3), recheck=300.0)
NONE, OLD = timedelta(0), timedelta(days=3)
AGAIN, BLOCKED, PERSON, EXHAUSTED = RetryAt(2.0), Wait(337.5), GiveUp(), GiveUp(exhausted=True)
FREE = RetryAt(2.0, burns=False)

UNREACHABLE, UNKNOWN = Unreachable("CD-1001"), OutcomeUnknown("CD-1006")
THROTTLED, LOCKED = Throttled("CD-1002", retry_after=7.0), Locked("CD-1004")
MAPPING, HEALING = MappingMissing("CD-3001"), InvalidDocument("CD-4001")


def decided(error: IntegrationError, **more: Any) -> Decision:
    return decide(error, **{"attempts": 1, "age": NONE, "policy": POLICY, "chance": 0.5, **more})


@pytest.mark.parametrize(
    ("error", "decision"),
    [
        (Transient("CD-1001"), AGAIN),
        (UNREACHABLE, AGAIN),
        (THROTTLED, RetryAt(7.5, burns=False)),
        (LOCKED, FREE),
        (UNKNOWN, AGAIN),
        (OutcomeUnknown("CD-1006", retry_after=150.0), RetryAt(150.5)),
        (Unreachable("CD-1003", retry_after=0.0), RetryAt(0.5)),
        (Rejected("CD-4008"), PERSON),
        (InvalidDocument("CD-5006"), PERSON),
        (HEALING, BLOCKED),
        (MAPPING, Wait(None)),
        (RuleHold("CD-4003"), BLOCKED),
        (ConfigurationError("CD-2001"), BLOCKED),
        (ConfigurationError("CD-2007"), PERSON),
        (Forbidden("CD-2004"), BLOCKED),
        (Permanent("CD-9002"), PERSON),
        (Causes([MAPPING, MappingMissing("CD-3003")]), Wait(None)),
        (Causes([MAPPING, HEALING]), BLOCKED),
        (Causes([MAPPING, Rejected("CD-5006")]), PERSON),
    ],
    ids=lambda value: f"{type(value).__name__} {getattr(value, 'code', '')}",
)
def test_every_class_of_error_has_its_answer(error: IntegrationError, decision: Decision) -> None:
    assert decided(error) == decision


@pytest.mark.parametrize(
    ("error", "given", "decision"),
    [
        (UNREACHABLE, {"attempts": 4}, RetryAt(16.0)),
        (UNREACHABLE, {"attempts": 5}, EXHAUSTED),
        (UNKNOWN, {"attempts": 5}, EXHAUSTED),
        (UNREACHABLE, {"age": OLD}, EXHAUSTED),
        (LOCKED, {"attempts": 500}, FREE),
        (LOCKED, {"age": OLD}, EXHAUSTED),
        (THROTTLED, {"attempts": 500, "age": OLD}, RetryAt(7.5, burns=False)),
        (UNREACHABLE, {"attempts": 5, "age": OLD, "down": True}, RetryAt(32.0, burns=False)),
        (Unreachable("CD-1005"), {"down": True}, FREE),
        (HEALING, {"attempts": 500, "age": OLD}, BLOCKED),
    ],
)
def test_limits_by_count_and_age_end_what_is_the_jobs_own_failure(
    error: IntegrationError, given: dict[str, Any], decision: Decision
) -> None:
    assert decided(error, **given) == decision


@given(st.integers(1, 4), st.floats(0, 1, exclude_max=True))
def test_the_delay_is_full_jitter_under_a_growing_ceiling(attempts: int, chance: float) -> None:
    decision = decided(UNREACHABLE, attempts=attempts, chance=chance)
    assert isinstance(decision, RetryAt)
    assert 0 <= decision.delay <= min(POLICY.cap, POLICY.base * 2 ** (attempts - 1))


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_the_delay_never_passes_the_cap(attempts: int, chance: float) -> None:
    decision = decided(UNREACHABLE, attempts=attempts, chance=chance, down=True)
    assert isinstance(decision, RetryAt)
    assert 0 <= decision.delay <= POLICY.cap


@given(st.floats(0, 86400), st.floats(0, 1, exclude_max=True))
def test_never_sooner_than_the_other_side_asked_for(pause: float, chance: float) -> None:
    decision = decided(Throttled("CD-1002", retry_after=pause), chance=chance)
    assert isinstance(decision, RetryAt)
    assert pause <= decision.delay <= pause + 1


@given(st.floats(0, 1, exclude_max=True))
def test_rechecks_are_spread(chance: float) -> None:
    decision = decided(HEALING, chance=chance)
    assert isinstance(decision, Wait)
    assert decision.recheck is not None
    assert 300 <= decision.recheck <= 375
