"""Adding work: always with its cause, coalesced where one look serves for many, superseded where nothing was sent."""

import threading
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from integration.errors import InvalidDocument, OutcomeUnknown, Permanent
from integration.jobs import effects, engine, outbox, sweep, taking
from integration.jobs.outbox import NewMessage
from integration.jobs.queue import NewJob, enqueue
from integration.jobs.work import Outcome, Work
from integration.models import Connection, Document, Effect, Lane, OutboundMessage, Stream, SyncJob, Warehouse
from tests.component.engine.yard import (
    State,
    failing,
    fine,
    open_codes,
    partner,
    put,
    put_and_roll_back,
    run,
    somebody_waits,
    states,
    time_passes,
    together,
    until,
    write,
)

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = InvalidDocument("CD-4001", connection="Odoo", order="S1", missing="city")


def look(**given: Any) -> SyncJob | None:
    """A job that coalesces, as an order's release does."""
    with transaction.atomic():
        return enqueue(NewJob("work", "order:1", Lane.ORDER, "S00031", coalesce=True, **given))


def test_a_job_without_the_transaction_of_its_cause_is_refused() -> None:
    with pytest.raises(RuntimeError, match="belongs into the transaction"):
        enqueue(NewJob("work", "order:1", Lane.ORDER, "S00031"))


def test_a_cause_that_is_rolled_back_leaves_no_job() -> None:
    with pytest.raises(ZeroDivisionError):
        put_and_roll_back()
    assert (SyncJob.objects.count(), Stream.objects.count()) == (0, 0)


def test_news_for_a_job_that_waits_joins_it() -> None:
    assert [look() is not None for _ in range(5)] == [True, False, False, False, False]
    assert run(fine) == 1


def test_news_at_one_moment_make_one_job() -> None:
    made = together(*[look] * 6)
    assert len([job for job in made if job]) == 1
    assert SyncJob.objects.count() == 1


def test_news_for_another_flow_or_stream_is_not_swallowed() -> None:
    look()
    put("order:1", flow="other")
    put("order:2")
    assert SyncJob.objects.count() == 3


def test_news_while_a_job_runs_is_looked_at_afterwards() -> None:
    """The running one may have read before the news."""
    running, told = threading.Event(), threading.Event()
    seen: list[int] = []

    def handle(work: Work) -> Outcome:
        seen.append(work.job.pk)
        running.set()
        assert told.wait(10)
        return Outcome()

    def tell() -> int:
        until(running.is_set)
        look()
        told.set()
        return 0

    look()
    together(partial(run, handle), tell)
    assert (len(seen), len(set(seen))) == (2, 2)


@pytest.mark.parametrize(("error", "state"), [(WAITING, State.BLOCKED), (Permanent("CD-9002"), State.NEEDS_ATTENTION)])
def test_news_for_a_job_that_is_stuck_makes_it_look_now(error: Exception, state: State) -> None:
    job = look()
    assert job is not None
    run(failing(error))
    assert states(job) == [state]
    assert look() is None
    assert (run(fine), states(job), open_codes()) == (1, [State.SUCCEEDED], [])


def test_news_starts_the_count_of_tries_afresh() -> None:
    job = look()
    assert job is not None
    run(failing(Permanent("CD-9002")))
    SyncJob.objects.update(attempts=12)
    look()
    run(failing(OutcomeUnknown("CD-1006")))
    assert states(job) == [State.RETRY]


def test_the_clock_alone_does_not_wake_what_is_stuck() -> None:
    """A poll whose login is refused waits for its recheck: ten logins a minute would lock the account."""
    partner("odoo", kind="odoo")
    sweep.start_polls("odoo_poll")
    SyncJob.objects.update(flow="work")
    run(failing(WAITING))
    SyncJob.objects.update(flow="odoo_poll")
    for _ in range(5):
        assert sweep.start_polls("odoo_poll") == 1
    assert SyncJob.objects.values_list("state", "tries").get() == (State.BLOCKED, 1)
    assert run(fine) == 0


def test_a_stream_takes_the_most_urgent_lane_of_its_work_until_it_is_empty() -> None:
    put("delivery:1", lane=Lane.ORDER)
    put("delivery:1", lane=Lane.SHIPMENT)
    put("delivery:1", lane=Lane.ORDER)
    assert (run(fine, lane=Lane.ORDER), run(fine, lane=Lane.SHIPMENT)) == (0, 3)
    put("delivery:1", lane=Lane.ORDER)
    assert run(fine, lane=Lane.ORDER) == 1


@pytest.fixture
def delivery() -> Document:
    erp, wms = partner("odoo", kind="odoo"), partner("wms")
    house = Warehouse.objects.create(name="Leeds", erp=erp, company_id=1, erp_warehouse_id=1, wms=wms, site="LEEDS")
    return Document.objects.create(
        connection=erp, kind="delivery", reference="WH/OUT/1", erp_id=1, warehouse=house, version=1
    )


def release(delivery: Document, version: int) -> OutboundMessage:
    assert delivery.warehouse is not None
    wms = delivery.warehouse.wms
    with transaction.atomic():
        message = outbox.enqueue_message(
            NewMessage(wms, "order.release", delivery.reference, delivery, version, b"{}", delivery_trace())
        )
    SyncJob.objects.filter(flow="release_send").update(flow="work")
    return message


def delivery_trace() -> Any:
    return SyncJob._meta.get_field("trace_id").get_default()


def outbound() -> list[str]:
    return list(OutboundMessage.objects.order_by("version").values_list("state", flat=True))


def as_sends() -> None:
    """The jobs of these tests run under another name than the flow that they stand for."""
    SyncJob.objects.filter(flow="work").update(flow="release_send")


@pytest.mark.parametrize("before", [None, WAITING, Permanent("CD-9002"), OutcomeUnknown("CD-1006")])
def test_a_release_that_was_not_sent_is_replaced_by_a_newer_one(delivery: Document, before: Exception | None) -> None:
    release(delivery, 1)
    if before:
        run(failing(before))
    as_sends()
    release(delivery, 2)
    first, second = SyncJob.objects.order_by("pk")
    assert (outbound(), states(first, second)) == (["superseded", "queued"], [State.SUPERSEDED, State.PENDING])
    assert open_codes() == []


def test_a_release_that_a_worker_has_taken_and_not_begun_is_taken_back(delivery: Document) -> None:
    """Also by a job of its own stream, of the same batch."""
    assert delivery.warehouse is not None
    wms = delivery.warehouse.wms
    release(delivery, 1)
    before = put(Stream.objects.get().key)
    SyncJob.objects.exclude(pk=before.pk).update(id=before.pk + 1)  # it stood there first
    sent: list[int] = []

    def handle(work: Work) -> Outcome:
        if work.job.pk == before.pk:
            return Outcome(apply=lambda: taken_back.append(outbox.supersede(wms, delivery, "order.release")))
        try:
            effects.once(work, wms, write(lambda: sent.append(1) or {}, message=work.job.outbound_id))
        except effects.NotWanted:
            return Outcome("it was superseded")
        return Outcome("sent")

    taken_back: list[bool] = []
    batch = taking.batch(Lane.ORDER, 8).taken
    as_sends()
    assert engine.run_batch(batch, {"work": handle, "release_send": handle}) == 2
    assert (taken_back, sent, outbound()) == ([True], [], ["superseded"])
    assert set(SyncJob.objects.values_list("state", flat=True)) == {State.SUCCEEDED}


def test_a_release_that_is_being_taken_back_is_not_begun_meanwhile(delivery: Document) -> None:
    """The intent waits for the stream, and sees then what was changed while it waited."""
    assert delivery.warehouse is not None
    wms, sent = delivery.warehouse.wms, []
    taken, taking_back = threading.Event(), threading.Event()
    release(delivery, 1)
    as_sends()

    def send(work: Work) -> Outcome:
        with pytest.raises(effects.NotWanted):
            effects.once(work, wms, write(lambda: sent.append(1) or {}, message=work.job.outbound_id))
        return Outcome("it was superseded")

    def worker() -> None:
        batch = taking.batch(Lane.ORDER, 8).taken
        taken.set()
        assert taking_back.wait(10)
        engine.run_batch(batch, {"release_send": send})

    def take_back() -> None:
        assert taken.wait(10)
        with transaction.atomic():
            assert outbox.supersede(wms, delivery, "order.release")
            taking_back.set()
            until(somebody_waits)

    together(worker, take_back)
    assert (sent, outbound(), Effect.objects.count()) == ([], ["superseded"], 0)


def lose_answer(connection: Connection) -> None:
    def send() -> dict[str, Any]:
        raise OutcomeUnknown("CD-1006", connection="WMS", verb="order.release")

    run(lambda work: Outcome(effects.once(work, connection, write(send, resend_safe=True)).state))


def test_a_release_of_unknown_outcome_is_not_replaced_but_goes_first(delivery: Document) -> None:
    assert delivery.warehouse is not None
    release(delivery, 1)
    lose_answer(delivery.warehouse.wms)
    as_sends()
    release(delivery, 2)
    as_sends()
    first, second = SyncJob.objects.order_by("pk")
    assert (outbound(), states(first, second)) == (["queued", "queued"], [State.RETRY, State.PENDING])
    time_passes()
    SyncJob.objects.update(flow="work")
    ran: list[int] = []

    def handle(work: Work) -> Outcome:
        ran.append(work.job.pk)
        return Outcome()

    run(handle)
    assert ran == [first.pk, second.pk]


@pytest.mark.parametrize(("lost", "taken_back"), [(False, True), (True, False)])
def test_taking_back_says_whether_the_warehouse_can_have_it(delivery: Document, lost: bool, taken_back: bool) -> None:
    assert delivery.warehouse is not None
    wms = delivery.warehouse.wms
    release(delivery, 1)
    if lost:
        lose_answer(wms)
    as_sends()
    with transaction.atomic():
        assert outbox.supersede(wms, delivery, "order.release") is taken_back


def test_what_was_sent_is_not_taken_back(delivery: Document) -> None:
    assert delivery.warehouse is not None
    release(delivery, 1)
    OutboundMessage.objects.update(state=OutboundMessage.State.SENT)
    SyncJob.objects.update(state=State.SUCCEEDED)
    as_sends()
    with transaction.atomic():
        assert outbox.supersede(delivery.warehouse.wms, delivery, "order.release") is False
    assert outbound() == ["sent"]
