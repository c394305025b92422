"""What a person may do to jobs and cases, what is refused and why, and the row that it leaves in the audit log."""

import threading
import time
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from integration.errors import MappingMissing, Rejected, Unreachable
from integration.jobs import acts, engine, taking
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.cases import clear, open_case
from integration.jobs.work import Handler, Outcome, Work
from integration.models import AuditEvent, CaseEvent, Document, ExceptionCase, Lane, OutboundMessage, SyncJob
from tests.component.engine.yard import (
    State,
    cases,
    claim_one,
    failing,
    fine,
    open_codes,
    partner,
    put,
    run,
    states,
    time_passes,
    together,
)

pytestmark = pytest.mark.django_db(transaction=True)
ADA = Actor("ada")
REFUSED = Rejected("CD-4008", connection="WMS", document="S1", status=400, detail="no")


def audit() -> list[tuple[str, str, str]]:
    return list(AuditEvent.objects.order_by("pk").values_list("actor", "verb", "subject"))


def failed(*streams: str, error: Exception = REFUSED) -> list[SyncJob]:
    jobs = [put(stream) for stream in streams]
    run(failing(error))
    return jobs


def case_id() -> int:
    return ExceptionCase.objects.get().pk


def run_one(handler: Handler) -> None:
    """The worker's time is up after one stream."""
    engine.run_batch(taking.batch(Lane.ORDER, 1).taken, {"work": handler})


def closed(code: str = "CD-4008") -> tuple[str, str, User | None]:
    """State, words and who said them."""
    case = ExceptionCase.objects.get(code=code)
    return case.state, case.resolution, case.resolved_by


@pytest.fixture
def eve() -> Actor:
    return Actor("eve", User.objects.create(username="eve"))


@pytest.mark.parametrize("error", [REFUSED, Unreachable("CD-1001"), MappingMissing("CD-3001", scope="wms", code="X")])
def test_retry_makes_a_waiting_job_due_now(error: Exception) -> None:
    [job] = failed("order:1", error=error)
    acts.retry_job(job.pk, ADA)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.next_attempt_at) == (State.PENDING, 0, None)
    assert audit() == [("ada", "retry job", "work order:1")]
    assert (run(fine), open_codes()) == (1, [])


@pytest.mark.parametrize("state", [State.PENDING, State.RUNNING, State.SUCCEEDED, State.CANCELLED, State.SUPERSEDED])
def test_what_does_not_wait_cannot_be_retried(state: State) -> None:
    job = put()
    SyncJob.objects.update(state=state)
    with pytest.raises(NotAllowed, match=rf"work order:1 is {state.label} and cannot be retried"):
        acts.retry_job(job.pk, ADA)
    assert (states(job), audit()) == ([state], [])


@pytest.mark.parametrize("state", [State.PENDING, State.RETRY, State.BLOCKED, State.NEEDS_ATTENTION])
def test_cancel_ends_a_job_that_is_not_running_and_its_stream_goes_on(state: State) -> None:
    job, behind = put(), put()
    SyncJob.objects.filter(pk=job.pk).update(state=state)
    acts.cancel_job(job.pk, ADA, "sent by hand")
    assert (run(fine), states(job, behind)) == (1, [State.CANCELLED, State.SUCCEEDED])
    assert AuditEvent.objects.get().detail == {"job": job.pk, "reason": "sent by hand"}


@pytest.mark.parametrize("state", [State.RUNNING, State.SUCCEEDED, State.CANCELLED, State.SUPERSEDED])
def test_what_runs_or_is_over_cannot_be_cancelled(state: State) -> None:
    job = put()
    SyncJob.objects.update(state=state)
    with pytest.raises(NotAllowed, match=rf"work order:1 is {state.label} and cannot be cancelled"):
        acts.cancel_job(job.pk, ADA, "")
    assert (states(job), audit()) == ([state], [])


def test_a_cancelled_send_takes_its_message_back_and_closes_its_case() -> None:
    [job] = failed("delivery:1")
    message = OutboundMessage.objects.create(connection=partner(), key="k", type="order.release", body=b"{}")
    SyncJob.objects.update(outbound=message)
    acts.cancel_job(job.pk, ADA, "not wanted")
    message.refresh_from_db()
    assert (message.state, cases()) == ("superseded", [("CD-4008", "resolved", 1)])


def test_retrying_a_case_retries_all_that_waits_for_it() -> None:
    jobs = failed("order:1", "order:2", "order:3")
    assert acts.retry_case(case_id(), ADA) == 3
    assert (run(fine), states(*jobs), cases()) == (3, [State.SUCCEEDED] * 3, [("CD-4008", "resolved", 3)])
    assert audit() == [("ada", "retry case", "Refused by the partner's system")]


def test_a_case_that_no_job_waits_for_is_resolved_at_once(eve: Actor) -> None:
    with transaction.atomic():
        case = open_case(REFUSED)
    assert acts.resolve_case(case.pk, eve, "Told the warehouse.") == 0
    assert closed() == ("resolved", "Told the warehouse.", eve.user)


def test_resolving_a_case_tries_what_waits_and_closes_it_with_those_words_when_all_went_through(eve: Actor) -> None:
    jobs = failed("order:1", "order:2")
    assert acts.resolve_case(case_id(), eve, "Changed the address.") == 2
    assert (states(*jobs), cases()) == ([State.PENDING] * 2, [("CD-4008", "open", 2)])
    assert ExceptionCase.objects.get().resolved_at is None
    assert (run(fine), closed()) == (2, ("resolved", "Changed the address.", eve.user))
    assert AuditEvent.objects.get().detail["jobs"] == [job.pk for job in jobs]


def test_what_was_said_stands_in_the_history_also_when_the_cause_is_there_still(eve: Actor) -> None:
    failed("order:1")
    acts.resolve_case(case_id(), eve, "Changed the address.")
    run(failing(REFUSED))
    assert cases() == [("CD-4008", "open", 2)]
    told = CaseEvent.objects.filter(kind=CaseEvent.Kind.TRIED).values_list("actor", "text")
    assert list(told) == [(eve.name, "Changed the address.")]


def test_a_case_stays_open_until_the_last_of_its_jobs_went_on(eve: Actor) -> None:
    first, second = failed("order:1", "order:2")
    acts.resolve_case(case_id(), eve, "Changed the address.")
    run_one(fine)
    assert (sorted(states(first, second)), cases()) == ([State.PENDING, State.SUCCEEDED], [("CD-4008", "open", 2)])
    run(fine)
    assert closed() == ("resolved", "Changed the address.", eve.user)


def test_a_cause_that_still_stands_keeps_its_case_and_drops_what_was_said_about_it(eve: Actor) -> None:
    [job] = failed("order:1")
    acts.resolve_case(case_id(), eve, "Changed the address.")
    run(failing(REFUSED))
    assert (states(job), cases()) == ([State.NEEDS_ATTENTION], [("CD-4008", "open", 2)])
    assert closed() == ("open", "", None)
    acts.retry_case(case_id(), ADA)
    run(fine)
    assert closed() == ("resolved", "It went through.", None)


def test_a_try_that_is_only_put_off_keeps_the_person_s_words(eve: Actor) -> None:
    failed("order:1")
    acts.resolve_case(case_id(), eve, "Changed the address.")
    run(failing(Unreachable("CD-1001")))
    assert closed() == ("open", "Changed the address.", eve.user)
    time_passes()
    run(fine)
    assert closed() == ("resolved", "Changed the address.", eve.user)


def test_a_job_that_fails_otherwise_after_a_resolve_closes_the_old_case_with_those_words(eve: Actor) -> None:
    failed("order:1")
    acts.resolve_case(case_id(), eve, "Changed the address.")
    run(failing(MappingMissing("CD-3001", scope="wms", code="X")))
    assert cases() == [("CD-4008", "resolved", 1), ("CD-3001", "open", 1)]
    assert closed("CD-4008") == ("resolved", "Changed the address.", eve.user)


def test_a_job_that_is_cancelled_after_a_resolve_is_not_what_the_person_did(eve: Actor) -> None:
    [job] = failed("order:1")
    acts.resolve_case(case_id(), eve, "Changed the address.")
    acts.cancel_job(job.pk, ADA, "not wanted")
    assert closed() == ("resolved", "The job was cancelled.", None)


def test_a_cause_that_is_seen_to_be_gone_is_not_what_the_person_did(eve: Actor) -> None:
    failed("order:1")
    acts.resolve_case(case_id(), eve, "Changed the address.")
    with transaction.atomic():
        clear("It answers again.", REFUSED.fingerprint)
    assert closed() == ("resolved", "It answers again.", None)


@pytest.mark.parametrize(
    ("act", "state", "verb"),
    [(acts.ignore_case, "ignored", "ignore case"), (acts.done_by_hand, "resolved", "done by hand")],
)
def test_ignored_or_done_by_hand_a_case_cancels_what_waits_for_it(
    act: Callable[[int, Actor, str], int], state: str, verb: str, eve: Actor
) -> None:
    jobs = failed("order:1", "order:2")
    assert act(case_id(), eve, "Booked it in Odoo.") == 2
    assert closed() == (state, "Booked it in Odoo.", eve.user)
    assert (run(fine), states(*jobs)) == (0, [State.CANCELLED] * 2)
    assert audit() == [("eve", verb, "Refused by the partner's system")]
    assert AuditEvent.objects.get().detail["jobs"] == [job.pk for job in jobs]


def test_what_waits_behind_a_job_that_was_done_by_hand_goes_on() -> None:
    [wrong] = failed("order:1")
    corrected = put("order:1")
    assert run(fine) == 0
    acts.done_by_hand(case_id(), ADA, "Asked for a correction.")
    assert (run(fine), states(wrong, corrected)) == (1, [State.CANCELLED, State.SUCCEEDED])


@pytest.mark.parametrize("act", [acts.ignore_case, acts.done_by_hand])
def test_a_case_with_a_running_job_cannot_be_ended_and_nothing_is_changed(
    act: Callable[[int, Actor, str], int],
) -> None:
    first, second = failed("order:1", "order:2")
    SyncJob.objects.filter(pk=second.pk).update(state=State.RUNNING)
    with pytest.raises(NotAllowed, match="is Running and cannot be cancelled"):
        act(case_id(), ADA, "")
    assert states(first, second) == [State.NEEDS_ATTENTION, State.RUNNING]
    assert (cases(), audit()) == ([("CD-4008", "open", 2)], [])


@pytest.mark.parametrize("act", [acts.ignore_case, acts.done_by_hand])
def test_a_case_whose_job_looks_again_at_that_moment_is_ended_when_it_has_looked(
    act: Callable[[int, Actor, str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    [job] = failed("order:1")
    acts.retry_job(job.pk, ADA)
    began, waits = threading.Event(), threading.Event()
    monkeypatch.setattr(acts, "time", SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: waits.set()))

    def look(work: Work) -> Outcome:
        began.set()
        assert waits.wait(10)
        raise REFUSED

    def end() -> int:
        assert began.wait(10)
        return act(case_id(), ADA, "Asked for a correction.")

    assert together(partial(run, look), end) == [1, 1]
    assert states(job) == [State.CANCELLED]


@pytest.mark.parametrize(
    "act",
    [
        lambda pk: acts.retry_case(pk, ADA),
        lambda pk: acts.resolve_case(pk, ADA, ""),
        lambda pk: acts.done_by_hand(pk, ADA, ""),
        lambda pk: acts.ignore_case(pk, ADA, ""),
    ],
)
def test_a_case_that_is_closed_or_unknown_says_so(act: Callable[[int], object]) -> None:
    failed("order:1")
    acts.done_by_hand(case_id(), ADA, "done")
    with pytest.raises(NotAllowed, match="The case is resolved already"):
        act(case_id())
    with pytest.raises(NotAllowed, match="There is no case 0"):
        act(0)
    assert len(audit()) == 1


@pytest.mark.parametrize("act", [acts.retry_job, lambda pk, actor: acts.cancel_job(pk, actor, "")])
def test_a_job_that_is_not_there_says_so(act: Callable[[int, Actor], None]) -> None:
    with pytest.raises(NotAllowed, match="There is no job 0"):
        act(0, ADA)


def test_a_worker_in_hand_is_not_overtaken_by_a_retry() -> None:
    job = put()
    run(failing(REFUSED))
    acts.retry_job(job.pk, ADA)
    held = claim_one()
    with pytest.raises(NotAllowed, match="is Pending and cannot be retried"):
        acts.retry_job(job.pk, ADA)
    assert held.stream_id == job.stream_id
    time_passes()
    assert run(fine) == 1


@pytest.mark.parametrize("code", ["CD-4006", "CD-4007"])
def test_retrying_an_unanswered_release_asks_for_a_new_one(code: str) -> None:
    odoo = partner("odoo", kind="odoo")
    order = Document.objects.create(connection=odoo, kind="order", reference="S00031", erp_id=31)
    delivery = order.deliveries.create(
        connection=odoo, kind="delivery", reference="OUT/1", erp_id=42, version=1, content_hash="abc"
    )
    failed("order:1")
    ExceptionCase.objects.update(code=code, document=delivery)
    assert acts.retry_case(case_id(), ADA) == 2
    delivery.refresh_from_db()
    assert delivery.content_hash == ""
    assert SyncJob.objects.filter(flow="order_release", subject="S00031", state=State.PENDING).count() == 1
