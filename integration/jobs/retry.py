"""What becomes of a job that failed. Pure: the same failure always gets the same answer, but for the jitter."""

from dataclasses import dataclass
from datetime import timedelta

from integration.errors import IntegrationError, OutcomeUnknown, Throttled, Transient


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits by count of failures that burn an attempt, and by age of a row of failures; delays in seconds."""

    base: float = 5.0
    cap: float = 900.0
    attempts: int = 12
    age: timedelta = timedelta(days=3)
    recheck: float = 300.0


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try again in ``delay`` seconds. ``burns`` counts it against the limit."""

    delay: float
    burns: bool = True


@dataclass(frozen=True, slots=True)
class Wait:
    """Blocked until the cause is gone. ``recheck``: look again after so many seconds; None: only when told."""

    recheck: float | None


@dataclass(frozen=True, slots=True)
class GiveUp:
    """A person's turn."""

    exhausted: bool = False


Decision = RetryAt | Wait | GiveUp


def decide(
    error: IntegrationError, *, attempts: int, age: timedelta, policy: Policy, chance: float, down: bool = False
) -> Decision:
    """``attempts`` counts this try, ``age`` is that of the failures in a row; ``chance`` in [0, 1) is the jitter.

    ``down``: the remote system's breaker is open. However long an outage or a pause lasts, no job gives up for it.
    """
    if isinstance(error, Transient | OutcomeUnknown):
        burns = error.burns_attempt and not down
        patient = down or isinstance(error, Throttled)
        if (burns and attempts >= policy.attempts) or (not patient and age >= policy.age):
            return GiveUp(exhausted=True)
        return RetryAt(_delay(error, attempts, policy, chance), burns)
    if any(cause.problem.heals for cause in error.causes):
        return Wait(policy.recheck * (1 + chance / 4))
    if all(cause.code.startswith("CD-3") for cause in error.causes):
        return Wait(None)
    return GiveUp()


def _delay(error: IntegrationError, attempts: int, policy: Policy, chance: float) -> float:
    """Full jitter over an exponential, but never sooner than the other side asked for."""
    ceiling = min(policy.cap, policy.base * 2.0 ** min(attempts - 1, 30))
    if error.retry_after is not None:
        return error.retry_after + chance * min(1.0, policy.base)
    return ceiling * chance if error.burns_attempt else policy.base * chance
