"""A write in a remote system happens once in effect, whatever happens to the one who makes it."""

from collections.abc import Callable
from typing import Any

import pytest

from integration.errors import OutcomeUnknown, Rejected, Unreachable
from integration.jobs import acts, effects, sql, streams
from integration.jobs.acts import Actor
from integration.jobs.work import Outcome, Work
from integration.models import Connection, Effect, ExceptionCase, JobAttempt, SyncJob
from tests.component.engine.yard import (
    State,
    cases,
    claim_one,
    expire,
    failing,
    open_codes,
    partner,
    put,
    run,
    states,
    time_passes,
    write,
)

pytestmark = pytest.mark.django_db(transaction=True)
ADA = Actor("ada")
SETTLE = 150


class Remote:
    """A partner that may lose its answers: ``landed`` is what it holds."""

    def __init__(self, *, answers: bool = True, lands: bool = True) -> None:
        self.answers, self.lands = answers, lands
        self.sent = self.looked = 0
        self.landed: list[str] = []

    def send(self) -> dict[str, Any]:
        self.sent += 1
        if self.lands:
            self.landed.append(f"picking {self.sent}")
        if not self.answers:
            raise OutcomeUnknown("CD-1006", connection="WMS", verb="ship")
        return {"picking": self.landed[-1]}

    def find(self) -> dict[str, Any] | None:
        self.looked += 1
        return {"picking": self.landed[0]} if self.landed else None


def handler(connection: Connection, remote: Remote, **given: Any) -> Callable[[Work], Outcome]:
    def handle(work: Work) -> Outcome:
        work.connection = connection
        effect = effects.once(work, connection, write(remote.send, **given))
        return Outcome(str(effect.result))

    return handle


def test_an_intent_stands_before_the_call_and_a_result_after_it() -> None:
    connection, seen = partner(), []

    def send() -> dict[str, str]:
        seen.append(Effect.objects.values_list("state", "intent", "landed_at").get())
        return {"picking": "WH/OUT/1"}

    put()
    run(lambda work: Outcome(str(effects.once(work, connection, write(send)).pk)))
    assert seen == [("intended", {"units": 8}, None)]
    effect = Effect.objects.get()
    assert (effect.state, effect.result, effect.landed_at is not None) == ("landed", {"picking": "WH/OUT/1"}, True)


def test_a_write_that_landed_is_never_made_again() -> None:
    connection, remote = partner(), Remote()
    put(), put(), put("order:2")
    run(handler(connection, remote))
    assert (remote.sent, remote.looked) == (1, 0)


def test_a_lost_answer_that_is_found_counts_at_once() -> None:
    connection, remote = partner(), Remote(answers=False)
    job = put()
    run(handler(connection, remote, probe=remote.find))
    assert (states(job), Effect.objects.get().state) == ([State.RETRY], "intended")
    time_passes(10)
    run(handler(connection, remote, probe=remote.find))
    assert (states(job), remote.sent, remote.landed) == ([State.SUCCEEDED], 1, ["picking 1"])
    assert Effect.objects.get().result == {"picking": "picking 1"}


def test_not_found_counts_only_when_the_call_cannot_land_any_more() -> None:
    connection, remote = partner(settle_seconds=SETTLE), Remote(answers=False, lands=False)
    job = put()
    run(handler(connection, remote, probe=remote.find, calls=9))
    time_passes(SETTLE - 10)
    run(handler(connection, remote, probe=remote.find))
    assert (states(job), remote.sent, remote.looked) == ([State.RETRY], 1, 1)
    remote.answers = remote.lands = True
    time_passes(11)
    run(handler(connection, remote, probe=remote.find))
    assert (states(job), remote.sent, remote.looked) == ([State.SUCCEEDED], 2, 2)


def test_whose_worker_died_may_have_been_sent_as_late_as_its_calls_may_last() -> None:
    connection, remote = partner(settle_seconds=SETTLE), Remote(lands=False)
    job = put()

    def die() -> Any:
        raise SystemExit

    with pytest.raises(SystemExit):
        run(lambda work: Outcome(effects.once(work, connection, write(die, calls=3)).state))
    time_passes(SETTLE + 80)
    run(handler(connection, remote, probe=remote.find))
    assert (states(job), remote.sent, remote.looked) == ([State.RETRY], 0, 1)
    remote.lands = True
    time_passes(11)
    run(handler(connection, remote, probe=remote.find))
    assert (states(job), remote.sent, remote.looked) == ([State.SUCCEEDED], 1, 2)


def test_the_next_look_is_due_when_the_outcome_can_be_told() -> None:
    connection, remote = partner(settle_seconds=SETTLE), Remote(answers=False, lands=False)
    job = put()
    run(handler(connection, remote, probe=remote.find))
    time_passes(10)
    run(handler(connection, remote, probe=remote.find))
    job.refresh_from_db()
    assert job.next_attempt_at is not None
    assert job.next_attempt_at >= Effect.objects.get().may_land_until


def test_what_nobody_can_look_for_is_never_resent() -> None:
    connection, remote = partner(), Remote(answers=False)
    job = put()
    for _ in range(3):
        run(handler(connection, remote))
        time_passes()
    assert (remote.sent, states(job), cases()) == (1, [State.NEEDS_ATTENTION], [("CD-1007", "open", 1)])
    fix = "Look in WMS. If it is done, press Resolve; if not, press Retry now."
    assert [case.fix.replace("{connection}", "WMS") for case in ExceptionCase.objects.all()] == [fix]


@pytest.mark.parametrize("act", ["retry job", "retry case"])
def test_a_person_who_did_not_find_it_has_it_sent_again(act: str) -> None:
    connection, remote = partner(), Remote(answers=False, lands=False)
    job = put()
    for _ in range(2):
        run(handler(connection, remote))
        time_passes()
    remote.answers = remote.lands = True
    if act == "retry job":
        acts.retry_job(job.pk, ADA)
    else:
        acts.retry_case(ExceptionCase.objects.get().pk, ADA)
    run(handler(connection, remote))
    assert (remote.sent, remote.landed, states(job)) == (2, ["picking 2"], [State.SUCCEEDED])
    assert open_codes() == []


def test_a_person_who_found_it_has_it_counted() -> None:
    connection, remote = partner(), Remote(answers=False)
    job = put()
    for _ in range(2):
        run(handler(connection, remote))
        time_passes()
    acts.resolve_case(ExceptionCase.objects.get().pk, ADA, "It is there.")
    run(handler(connection, remote))
    assert (remote.sent, states(job), open_codes()) == (1, [State.SUCCEEDED], [])
    assert ExceptionCase.objects.get().resolution == "It is there."


def test_what_the_remote_recognises_by_its_key_is_sent_again_at_once() -> None:
    connection, remote = partner(), Remote(answers=False)
    job = put()
    run(handler(connection, remote, resend_safe=True))
    remote.answers = True
    time_passes(10)
    run(handler(connection, remote, resend_safe=True))
    assert (remote.sent, states(job)) == (2, [State.SUCCEEDED])


@pytest.mark.parametrize(
    ("error", "state"), [(Rejected("CD-4008"), State.NEEDS_ATTENTION), (Unreachable("CD-1001"), State.RETRY)]
)
def test_a_refusal_is_surely_not_done_and_the_next_try_sends(error: Exception, state: State) -> None:
    connection, answers = partner(), [error, None]

    def send() -> dict[str, str]:
        if answer := answers.pop(0):
            raise answer
        return {}

    def handle(work: Work) -> Outcome:
        return Outcome(effects.once(work, connection, write(send)).state)

    job = put()
    run(handle)
    assert (states(job), Effect.objects.get().state) == ([state], "refused")
    acts.retry_job(job.pk, ADA)
    run(handle)
    assert (states(job), Effect.objects.get().state, answers) == ([State.SUCCEEDED], "landed", [])


def test_an_intent_with_an_old_token_is_refused_and_nothing_is_sent() -> None:
    connection, remote = partner(), Remote()
    job = put()

    def handle(work: Work) -> Outcome:
        expire([job])
        claim_one()
        return handler(connection, remote)(work)

    run(handle)
    assert (remote.sent, Effect.objects.count(), states(job)) == (0, 0, [State.RUNNING])


def test_a_result_is_kept_under_an_old_token_and_the_job_is_not_moved() -> None:
    connection, remote = partner(), Remote()
    job = put()

    def send() -> dict[str, Any]:
        time_passes(200)
        claim_one()
        return remote.send()

    run(lambda work: Outcome(effects.once(work, connection, write(send)).state))
    assert (Effect.objects.get().state, Effect.objects.get().result) == ("landed", {"picking": "picking 1"})
    assert (states(job), JobAttempt.objects.count()) == ([State.RUNNING], 0)
    time_passes()
    run(handler(connection, remote))
    assert (remote.sent, states(job)) == (1, [State.SUCCEEDED])


def test_an_intent_keeps_the_claim_past_the_call() -> None:
    connection = partner()
    put()

    def send() -> dict[str, Any]:
        time_passes(85)
        assert streams.claim(work_lane(), streams=1, seconds=60) == ([], False)
        return {}

    def work_lane() -> Any:
        return SyncJob.objects.get().stream.lane

    assert run(lambda work: Outcome(effects.once(work, connection, write(send)).state)) == 1
    assert SyncJob.objects.get().state == State.SUCCEEDED


@pytest.mark.parametrize(("remote", "state"), [(Remote(), "landed"), (Remote(answers=False, lands=False), "intended")])
def test_a_refusal_that_comes_late_says_nothing_about_another_ones_try(remote: Remote, state: str) -> None:
    connection = partner()

    def stands_still() -> dict[str, Any]:
        time_passes(400)
        run(handler(connection, remote, probe=remote.find))
        raise Rejected("CD-4007", connection="WMS", release="OUT-1")

    put()
    run(lambda work: Outcome(str(effects.once(work, connection, write(stands_still, probe=remote.find)))))
    assert (remote.sent, Effect.objects.get().state) == (1, state)


def test_what_follows_a_result_waits_for_the_disk_again() -> None:
    wms, waits = partner(), list[str]()
    put()

    def handle(work: Work) -> Outcome:
        effects.once(work, wms, write(dict))
        waits.extend(row[0] for row in sql.rows("SHOW synchronous_commit", []))
        return Outcome(apply=lambda: waits.extend(row[0] for row in sql.rows("SHOW synchronous_commit", [])))

    assert (run(handle), waits) == (1, ["on", "on"])


def test_a_job_that_has_begun_to_write_is_not_overtaken_by_the_same_one_behind_another() -> None:
    """What stands in between would meet half of it."""
    connection, remote = partner(), Remote(answers=False)
    first, _, same = (put(payload={"of": of}) for of in ("the order", "its shipment", "the order"))
    run(handler(connection, remote))
    assert states(first, same) == [State.RETRY, State.PENDING]


def test_a_look_that_wrote_nothing_is_overtaken() -> None:
    first, _, same = (put(payload={"of": of}) for of in ("the order", "its shipment", "the order"))
    run(failing(OutcomeUnknown("CD-1006")))
    assert (states(first)[0], states(same)[0]) == (State.SUPERSEDED, State.PENDING)
