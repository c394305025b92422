"""What leaves after its time, what stays whatever its age, and that a stream never leaves with work in it."""

import random
import time
import uuid
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from integration.jobs import acts, inbox, retention, streams
from integration.jobs.acts import Actor, NotAllowed
from integration.models import (
    CaseJob,
    Connection,
    DecidedDelivery,
    Document,
    Effect,
    ExceptionCase,
    InboundMessage,
    JobAttempt,
    Lane,
    MessageEdit,
    MessageKey,
    OutboundMessage,
    Proof,
    ProofFile,
    Replay,
    ReplayItem,
    Retention,
    StockEvent,
    Stream,
    SyncJob,
    TriedChange,
    TriedDocument,
    Warehouse,
)
from tests.component.engine.yard import State, fine, partner, put, run, somebody_waits, stuck, together, until

pytestmark = pytest.mark.django_db(transaction=True)
TIMES: dict[Any, tuple[str, ...]] = {
    SyncJob: ("created_at", "finished_at"),
    InboundMessage: ("received_at",),
    OutboundMessage: ("created_at",),
    MessageKey: ("received_at",),
    Effect: ("intended_at",),
    Proof: ("received_at",),
    ProofFile: ("created_at",),
    Document: ("updated_at",),
    DecidedDelivery: ("first_at", "last_at"),
    TriedChange: ("made_at",),
}


@pytest.fixture(autouse=True)
def _policy(settings: Any) -> None:
    settings.RETENTION = {
        **{
            "job_days": 30,
            "message_days": 60,
            "key_days": 400,
            "proof_days": 500,
            "batch_rows": 10,
            "run_seconds": 20.0,
        },
        "every_seconds": 60,
    }


def days_pass(days: int) -> None:
    """All rows get older."""
    for model, columns in TIMES.items():
        model.objects.update(**{column: F(column) - timedelta(days=days) for column in columns})
    Retention.objects.update(ended_at=F("ended_at") - timedelta(days=days))


def left(*models: Any) -> list[int]:
    return [model.objects.count() for model in models]


def received(wms: Connection, number: str = "m1", **given: Any) -> InboundMessage:
    MessageKey.objects.create(connection=wms, external_id=number, body_sha256=b"0" * 32)
    return InboundMessage.objects.create(
        connection=wms, external_id=number, type="shipment.confirmed", reference="SHP-1", body=b"{}", **given
    )


def delivery(wms: Connection, state: str = "shipped") -> Document:
    erp = Connection.objects.create(slug="odoo", name="Odoo", kind="odoo", base_url="https://o.test")
    house = Warehouse.objects.create(name="L", erp=erp, company_id=1, erp_warehouse_id=1, wms=wms, site="L")
    return Document.objects.create(
        connection=erp, kind="delivery", reference="WH/OUT/1", erp_id=1, warehouse=house, state=state
    )


def sent(wms: Connection, document: Document) -> OutboundMessage:
    return OutboundMessage.objects.create(
        connection=wms, key="k", type="order.release", reference="WH/OUT/1", document=document, body=b"{}", state="sent"
    )


def written(job: SyncJob | None, wms: Connection, key: str = "w", state: str = "landed") -> Effect:
    return Effect.objects.create(
        connection=wms, key=key, verb="ship", job=job, state=state, intended_at=Now(), may_land_until=Now()
    )


def open_case(**given: Any) -> ExceptionCase:
    return ExceptionCase.objects.create(fingerprint="f", code="CD-4007", title="t", last_seen=Now(), **given)


class TestJobs:
    def test_an_ended_job_leaves_with_its_tries_and_its_stream_when_its_days_are_over(self) -> None:
        put()
        run(fine)
        days_pass(29)
        assert retention.run()["jobs"] == 0
        days_pass(2)
        assert retention.run()["jobs"] == 1
        assert left(SyncJob, JobAttempt, Stream) == [0, 0, 0]

    @pytest.mark.parametrize("state", [State.SUPERSEDED, State.CANCELLED])
    def test_so_does_one_that_ended_in_another_way(self, state: State) -> None:
        job = put()
        SyncJob.objects.filter(pk=job.pk).update(state=state, finished_at=Now())
        days_pass(31)
        assert retention.run()["jobs"] == 1

    @pytest.mark.parametrize("state", SyncJob.ACTIVE)
    def test_work_that_is_not_done_stays_for_ever(self, state: State) -> None:
        job = put()
        SyncJob.objects.filter(pk=job.pk).update(state=state)
        days_pass(4000)
        assert (retention.run()["jobs"], left(SyncJob, Stream)) == (0, [1, 1])

    def test_the_age_counts_from_the_end(self) -> None:
        job = put()
        days_pass(31)
        SyncJob.objects.filter(pk=job.pk).update(state=State.SUCCEEDED, finished_at=Now())
        assert retention.run()["jobs"] == 0

    def test_a_stream_stays_while_it_holds_another_job(self) -> None:
        put()
        run(fine)
        days_pass(31)
        put()
        assert (retention.run()["jobs"], left(SyncJob, Stream)) == (1, [1, 1])

    def test_a_job_whose_write_may_have_landed_or_whose_case_is_open_stays(self) -> None:
        unsure, told, done = put("a"), put("b"), put("c")
        SyncJob.objects.update(state=State.CANCELLED, finished_at=Now())
        written(unsure, partner(), state="intended")
        CaseJob.objects.create(case=open_case(), job=told)
        days_pass(31)
        assert retention.run()["jobs"] == 1
        assert set(SyncJob.objects.values_list("pk", flat=True)) == {unsure.pk, told.pk} != {done.pk}

    def test_its_writes_and_its_closed_cases_outlive_it(self) -> None:
        job = put()
        SyncJob.objects.update(state=State.SUCCEEDED, finished_at=Now())
        written(job, partner())
        CaseJob.objects.create(case=open_case(state="resolved"), job=job)
        days_pass(31)
        assert retention.run()["jobs"] == 1
        assert left(SyncJob, CaseJob, ExceptionCase, Effect) == [0, 0, 1, 1]
        assert Effect.objects.get().job_id is None


class TestMessages:
    def test_what_people_have_edited_leaves_with_its_message(self) -> None:
        wms = partner()
        for number in ("m1", "m2"):
            message = received(wms, number, edits=1)
            MessageEdit.objects.create(message=message, number=1, body=b"{}", actor="anna", reason="r")
        days_pass(61)
        InboundMessage.objects.filter(external_id="m2").update(received_at=Now())
        assert retention.run()["messages received"] == 1
        assert list(MessageEdit.objects.values_list("message__external_id", flat=True)) == ["m2"]

    def test_a_received_message_leaves_and_its_number_stays(self) -> None:
        wms = partner()
        received(wms)
        days_pass(61)
        assert (retention.run()["messages received"], left(InboundMessage, MessageKey)) == (1, [0, 1])

    def test_what_was_decided_on_leaves_after_its_last_look_and_a_try_with_all_that_it_found(self) -> None:
        erp = partner(slug="odoo", kind="odoo")
        warehouse = Warehouse.objects.create(
            name="Main", erp=erp, company_id=1, erp_warehouse_id=1, wms=partner(slug="west"), site="W"
        )
        order = Document.objects.create(connection=erp, kind="order", reference="S1", erp_id=1)
        for key in ("old", "seen again"):
            about = {"document": order, "warehouse": warehouse, "release": "OUT/1", "snapshot": {}}
            DecidedDelivery.objects.create(key=key, **about)
        for state in ("done", "trying"):
            change = TriedChange.objects.create(
                name=state, days=1, since=Now(), steps=[], state=state, made_by_name="a"
            )
            TriedDocument.objects.create(tried=change, kind="order.release", reference="X", at=Now(), verdict="stops")
        days_pass(61)
        DecidedDelivery.objects.filter(key="seen again").update(last_at=Now())
        retention.run()
        assert list(DecidedDelivery.objects.values_list("key", flat=True)) == ["seen again"]
        assert list(TriedChange.objects.values_list("name", flat=True)) == ["trying"]
        assert list(TriedDocument.objects.values_list("tried__name", flat=True)) == ["trying"]

    def test_a_replay_leaves_with_the_last_of_its_messages(self) -> None:
        wms = partner()
        first = received(wms)
        replay = Replay.objects.create(made_by=User.objects.create_user("ann"), chosen="all", size=2, digest="d")
        for message in (first, received(wms, "m2")):
            ReplayItem.objects.create(replay=replay, message=message, job=put(message.external_id))
        SyncJob.objects.update(state=State.SUCCEEDED, finished_at=Now())
        days_pass(31)
        assert (retention.run()["jobs"], left(Replay, ReplayItem)) == (2, [1, 2])
        InboundMessage.objects.filter(pk=first.pk).update(received_at=F("received_at") - timedelta(days=30))
        Replay.objects.update(made_at=F("made_at") - timedelta(days=61))
        Retention.objects.update(ended_at=None)
        assert (retention.run()["messages received"], left(Replay, ReplayItem)) == (1, [1, 1])
        days_pass(30)
        Retention.objects.update(ended_at=None)
        assert (retention.run()["messages received"], left(InboundMessage, Replay, ReplayItem)) == (1, [0, 0, 0])

    def test_its_ended_job_may_be_kept_longer(self, settings: Any) -> None:
        settings.RETENTION = {**settings.RETENTION, "job_days": 300}
        message = received(partner())
        job = put(inbound_id=message.pk)
        SyncJob.objects.update(state=State.SUCCEEDED, finished_at=Now())
        days_pass(61)
        assert retention.run()["messages received"] == 1
        job.refresh_from_db()
        assert job.inbound_id is None

    def test_a_message_with_work_in_hand_stays(self) -> None:
        put(inbound_id=received(partner()).pk)
        days_pass(4000)
        assert retention.run()["messages received"] == 0

    def test_a_message_about_a_document_with_an_open_case_stays(self) -> None:
        wms = partner()
        document = delivery(wms)
        received(wms, document=document)
        sent(wms, document)
        case = open_case(document=document)
        days_pass(400)
        retention.run()
        assert left(InboundMessage, OutboundMessage) == [1, 1]
        ExceptionCase.objects.filter(pk=case.pk).update(state="resolved")
        days_pass(1)
        retention.run()
        assert left(InboundMessage, OutboundMessage) == [0, 0]

    @pytest.mark.parametrize(
        ("state", "stays"),
        [
            ("accepted", 1),
            ("part_shipped", 1),
            ("part_received", 1),
            ("shipped", 0),
            ("received", 0),
            ("cancelled", 0),
        ],
    )
    def test_what_was_sent_stays_while_its_delivery_is_open(self, state: str, stays: int) -> None:
        wms = partner()
        sent(wms, delivery(wms, state))
        days_pass(61)
        retention.run()
        assert left(OutboundMessage) == [stays]

    def test_what_was_sent_long_before_its_delivery_ended_stays_as_long_again(self) -> None:
        wms = partner()
        document = delivery(wms)
        sent(wms, document)
        days_pass(61)
        Document.objects.update(updated_at=Now())
        assert retention.run()["messages sent"] == 0

    def test_a_message_that_is_taken_up_again_meanwhile_stays(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The removal has seen the message without a job; then a person has it worked on once more."""
        message = received(partner())
        days_pass(61)
        lock, looks = retention._lock, [0]

        def late(subject: retention.Subject, ids: Any) -> list[int]:
            found = lock(subject, ids)
            looks[0] += subject.name == "messages received"
            if looks[0] == 1 and found:
                SyncJob.objects.create(stream_id=put_stream(), flow="work", subject="s", inbound=message)
            return found

        monkeypatch.setattr(retention, "_lock", late)
        assert retention.run()["messages received"] == 0
        assert SyncJob.objects.get().inbound_id == message.pk

    def test_who_replays_a_message_that_is_being_removed_is_told_so(self) -> None:
        message = received(partner())

        def remove() -> str:
            with transaction.atomic():
                InboundMessage.objects.select_for_update().get(pk=message.pk)
                until(somebody_waits)
                retention._remove(retention.SUBJECTS[1], [message.pk])
            return ""

        def replay() -> str:
            until(lambda: not InboundMessage.objects.exists() or held(message))
            with pytest.raises(NotAllowed) as told:
                acts.replay_message(message.pk, Actor("ann"), "again")
            return str(told.value)

        assert "If it was purged" in together(remove, replay)[1]


class TestKeysAndWrites:
    def test_a_number_leaves_after_its_own_time_and_never_before_its_message(self) -> None:
        wms = partner()
        received(wms, "done")
        put(inbound_id=received(wms, "waits").pk)
        days_pass(401)
        assert retention.run()["message numbers"] == 1
        assert [key.external_id for key in MessageKey.objects.all()] == ["waits"]

    def test_a_write_leaves_after_its_own_time_unless_goods_moved_by_it(self) -> None:
        wms = partner()
        document = delivery(wms)
        written(None, wms, "plain")
        written(None, wms, "unsure", state="intended")
        StockEvent.objects.create(
            warehouse=document.warehouse, document=document, product_id=1, sku="A", quantity=-1, source="s", line="1",
            happened_at=Now(), effect=written(None, wms, "moved"),
        )  # fmt: skip
        days_pass(399)
        assert retention.run()["writes"] == 0
        days_pass(2)
        assert retention.run()["writes"] == 1
        assert set(Effect.objects.values_list("key", flat=True)) == {"unsure", "moved"}


class TestProofs:
    def test_a_file_leaves_with_the_last_thing_that_it_proves(self) -> None:
        document = delivery(partner())
        proof(document, "1"), proof(document, "2")
        days_pass(2)
        proof(document, "3")
        days_pass(499)
        retention.run()
        assert (left(Proof, ProofFile), Proof.objects.get().shipment) == ([1, 1], "3")
        days_pass(2)
        assert (retention.run()["proofs"], left(Proof, ProofFile)) == (1, [0, 0])

    @pytest.mark.parametrize(("state", "stays"), [("blocked", 1), ("succeeded", 0)])
    def test_not_while_it_is_on_its_way_to_odoo(self, state: str, stays: int) -> None:
        document = delivery(partner())
        proof(document, "1")
        put(flow="parcel_posting", document_id=document.pk)
        SyncJob.objects.update(state=state)
        days_pass(501)
        retention.run()
        assert left(Proof, ProofFile) == [stays, stays]


def proof(document: Document, shipment: str) -> Proof:
    file = {"media_type": "text/plain", "size": 2, "content": b"ok"}
    kept, _ = ProofFile.objects.get_or_create(sha256="0" * 64, defaults=file)
    return Proof.objects.create(document=document, shipment=shipment, kind="delivery", name="a.txt", file=kept)


class TestRuns:
    def test_a_run_goes_on_where_the_last_one_stopped(self, settings: Any) -> None:
        settings.RETENTION = {**settings.RETENTION, "run_seconds": 0.0}
        ended(35)
        days_pass(31)
        retention.run()  # no time at all
        assert left(SyncJob) == [35]
        steps = [retention.batch(retention.JOBS) for _ in range(4)]
        assert [(step.removed, step.over) for step in steps] == [(10, False), (10, False), (10, False), (5, True)]
        mark = Retention.objects.get(subject="jobs")
        assert (mark.reached, mark.last_removed, mark.total) == (0, 35, 35)

    def test_between_two_passes_it_rests(self) -> None:
        ended(5)
        days_pass(31)
        assert [retention.run()["jobs"], retention.run()["jobs"]] == [5, 0]
        ended(5)
        SyncJob.objects.update(created_at=F("created_at") - timedelta(days=31), finished_at=Now() - timedelta(days=31))
        assert retention.run()["jobs"] == 0
        Retention.objects.update(ended_at=Now() - timedelta(hours=7))
        assert retention.run()["jobs"] == 5

    def test_two_workers_do_not_wait_for_each_other(self) -> None:
        ended(200)
        days_pass(31)
        removed = together(*[lambda: retention.run()["jobs"]] * 2)
        assert (sum(removed), left(SyncJob, JobAttempt, Stream)) == (200, [0, 0, 0])

    def test_a_row_that_somebody_holds_is_left_for_the_next_pass(self) -> None:
        ended(3)
        days_pass(31)

        def hold() -> int:
            with transaction.atomic():
                SyncJob.objects.select_for_update().first()
                return until(lambda: Retention.objects.filter(ended_at__isnull=False).count())

        def remove() -> int:
            until(lambda: held(SyncJob.objects.first()))
            return retention.run()["jobs"]

        assert together(hold, remove)[1] == 2
        assert left(SyncJob) == [1]


class TestStreams:
    def test_who_adds_a_job_while_its_stream_leaves_gets_a_new_one(self) -> None:
        ended(1)
        stream = Stream.objects.get()
        SyncJob.objects.all().delete()

        def dropped() -> bool:
            """Not while the other thread looks whether it is locked."""
            retention.drop_idle_streams([stream.pk])
            return not Stream.objects.filter(pk=stream.pk).exists()

        def remove() -> int:
            with transaction.atomic():
                until(dropped)
                until(somebody_waits)
            return 0

        def add() -> int:
            until(lambda: held(stream))
            return put("order:0").stream_id

        new = together(remove, add)[1]
        assert new != stream.pk
        assert (left(Stream, SyncJob), stuck(), run(fine)) == ([1, 1], [], 1)

    def test_a_stream_that_gets_a_job_is_passed_by(self) -> None:
        ended(1)
        stream = Stream.objects.get()
        SyncJob.objects.all().delete()

        def add() -> None:
            with transaction.atomic():
                streams.touch("order:0", Lane.ORDER)
                retention_done.append(until(lambda: retention_done))
                put("order:0")

        def remove() -> None:
            until(lambda: held(stream))
            retention.drop_idle_streams([stream.pk])
            retention_done.append(True)

        retention_done: list[Any] = []
        together(add, remove)
        assert (Stream.objects.get().pk, run(fine)) == (stream.pk, 1)

    def test_a_claimed_or_due_stream_stays(self) -> None:
        idle, due, claimed = (Stream.objects.create(key=key, lane=Lane.ORDER) for key in "abc")
        Stream.objects.filter(pk=due.pk).update(next_due_at=Now())
        Stream.objects.filter(pk=claimed.pk).update(claim_token="00000000-0000-4000-8000-000000000001")
        retention.drop_idle_streams([idle.pk, due.pk, claimed.pk])
        assert set(Stream.objects.values_list("pk", flat=True)) == {due.pk, claimed.pk}

    def test_no_job_is_lost_while_streams_come_and_go(self, settings: Any) -> None:
        """Two add, by both doors; two work; one removes whatever has ended, at once."""
        settings.RETENTION = {**settings.RETENTION, "job_days": 1e-9, "run_seconds": 0.05}
        wms, ends = partner(), time.monotonic() + 6
        ran: list[int] = []

        def add(door: Any) -> int:
            count, rng = 0, random.Random(door.__name__)
            while time.monotonic() < ends:
                door(f"{rng.randrange(8)}")
                count += 1
            return count

        def by_queue(key: str) -> None:
            put(f"delivery:{wms.pk}:{key}")

        def by_message(key: str) -> None:
            row = arrival(wms, key)
            with transaction.atomic():
                assert inbox.sql.rows(inbox._KEEP, row)

        def work() -> int:
            count = 0
            while time.monotonic() < ends + 1:
                count += run(fine, seconds=0.2)
            return count

        def remove() -> int:
            count = 0
            while time.monotonic() < ends + 2:
                Retention.objects.update(ended_at=None)
                count += retention.run()["jobs"]
            return count

        *added, first, second, removed = together(partial(add, by_queue), partial(add, by_message), work, work, remove)
        ran = [first, second, run(fine)]
        assert min(added) > 20
        assert sum(ran) == sum(added)
        assert stuck() == []
        assert removed + SyncJob.objects.count() == sum(added)
        assert removed > 20


def ended(count: int) -> None:
    for number in range(count):
        put(f"order:{number}")
    run(fine)


def put_stream() -> int:
    with transaction.atomic():
        return streams.touch("delivery:1", Lane.ORDER)


def held(row: Any) -> bool:
    """Whether another transaction has locked the row."""
    with transaction.atomic():
        return not type(row).objects.filter(pk=row.pk).select_for_update(skip_locked=True).exists()


def arrival(wms: Connection, key: str) -> dict[str, Any]:
    number = f"{time.monotonic_ns()}-{random.random()}"
    return {
        **{"connection": wms.pk, "number": number, "digest": b"0" * 32, "about": key, "kinds": ["delivery"]},
        **{"reference": key, "type": "shipment.confirmed", "body": b"{}", "headers": "{}", "drift": "[]"},
        **{"key": f"delivery:{wms.pk}:{key}", "lane": Lane.ORDER, "delay": 0.0, "flow": "work", "subject": key},
        "sequence": None,
        "trace": uuid.uuid4(),
    }
