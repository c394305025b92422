"""Replays: tried first, let go by one person or two, begun in their order, once, whoever dies."""

import json
import threading
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from integration.errors import Rejected, Throttled, Unreachable
from integration.flows import replay_preview, replay_run
from integration.jobs import acts, effects, engine, remote, replays, streams
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.rehearsal import WriteInRehearsal
from integration.jobs.replays import Told
from integration.jobs.work import Outcome, Work
from integration.models import (
    AuditEvent,
    Connection,
    Document,
    Effect,
    InboundMessage,
    Lane,
    MessageKey,
    Replay,
    ReplayItem,
    SyncJob,
    Warehouse,
)
from tests.component.engine.yard import partner, put, somebody_waits, time_passes, together, until, write

pytestmark = pytest.mark.django_db(transaction=True)
State, Verdict, Step = Replay.State, ReplayItem.Verdict, ReplayItem.State
LANES = (Lane.SHIPMENT, Lane.INVENTORY)


class Death(BaseException):
    """The worker is gone."""


def somebody(name: str = "ann") -> Actor:
    user, _ = User.objects.get_or_create(username=name)
    return Actor(name, user)


@pytest.fixture
def wms() -> Connection:
    return partner()


@pytest.fixture
def sent() -> list[str]:
    """The shipments that the stand-in for Odoo got, in their order."""
    return []


@pytest.fixture
def handlers(sent: list[str]) -> dict[str, Any]:
    def post(work: Work) -> Outcome:
        message = InboundMessage.objects.select_related("connection").get(pk=work.job.payload["message"])
        number = message.reference
        made = write(lambda: sent.append(number) or {}, key=f"shipment/{number}", intent={"lines": [["SKU", "1", ""]]})
        effects.once(work, message.connection, made)
        return Outcome("posted")

    known = {"shipment_confirmation": post}
    return {**known, "replay_preview": partial(replay_preview.handle, known), "replay_run": replay_run.handle}


def received(wms: Connection, number: str, **given: Any) -> InboundMessage:
    """A shipment, of a delivery that is worth nothing unless another one is given, whose job a person has cancelled."""
    if "document" not in given:
        given["document"] = delivery(f"OUT/{number}", None)
    line = {"line": "1", "sku": "SKU", "quantity": "1", "unit": "EA"}
    data = {"shipment": number, "release": f"OUT/{number}", "shipped_at": "2026-03-02T11:39:00Z", "lines": [line]}
    body = json.dumps({"type": "shipment.confirmed", "timestamp": "2026-03-02T11:40:12Z", "data": data})
    about = {"external_id": number, "type": "shipment.confirmed", "reference": number}
    message = InboundMessage.objects.create(
        connection=wms, body=body.encode(), headers={"webhook-id": number}, **about, **given
    )
    job = put(f"delivery:{number}", flow="shipment_confirmation", inbound_id=message.pk, lane=Lane.SHIPMENT,
              payload={"message": message.pk})  # fmt: skip
    SyncJob.objects.filter(pk=job.pk).update(state="cancelled")
    return message


def delivery(reference: str, value: str | None, currency: str = "EUR", **given: Any) -> Document:
    erp, _ = Connection.objects.get_or_create(slug="odoo", defaults={"name": "Odoo", "kind": "odoo"})
    number = Document.objects.count() + 1
    about = {"connection": erp, "kind": "delivery", "erp_id": number, "reference": reference}
    worth = None if value is None else Decimal(value)
    return Document.objects.create(**about, value=worth, currency=currency, **given)


def work(handlers: dict[str, Any], *lanes: Lane) -> int:
    """One worker, until nothing is due; returns how many jobs ran."""
    done = 0
    while ran := sum(engine.run_lane(lane, handlers, seconds=20) for lane in lanes or LANES):
        done += ran
    return done


def made(handlers: dict[str, Any], who: str = "ann") -> Replay:
    """A replay of all messages that has been tried."""
    replay = replays.make(InboundMessage.objects.all(), "all messages", somebody(who))
    work(handlers, Lane.INVENTORY)
    return fresh(replay)


def fresh(replay: Replay) -> Replay:
    replay.refresh_from_db()
    return replay


def finish(replay: Replay, handlers: dict[str, Any]) -> None:
    def is_done() -> bool:
        work(handlers)
        time_passes(5)
        return fresh(replay).state == State.DONE

    until(is_done)


def steps(replay: Replay) -> list[tuple[str, str | None]]:
    return list(replay.items.order_by("pk").values_list("state", "job__state"))


def test_a_write_is_told_and_not_made(wms: Connection, handlers: dict[str, Any], sent: list[str]) -> None:
    received(wms, "A")
    [item] = made(handlers).items.all()
    told = {"verb": "ship", "connection": "WMS", "key": "shipment/A", "at": "", "what": "1 x SKU"}
    assert (item.verdict, item.writes, item.seen_state) == (Verdict.WRITES, [told], "cancelled")
    assert (sent, Effect.objects.count()) == ([], 0)


def test_what_was_told_is_then_done_in_the_order_it_came(
    wms: Connection, handlers: dict[str, Any], sent: list[str]
) -> None:
    for number in "ABC":
        received(wms, number)
    replay = made(handlers)
    replays.run(replay.pk, 1, somebody(), "the warehouse was away")
    finish(replay, handlers)
    assert (sent, steps(replay)) == (["A", "B", "C"], [(Step.BEGUN, "succeeded")] * 3)
    assert (replay.reason, replay.made_by_name) == ("the warehouse was away", "ann")
    told = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(told) == ["try replay", "run replay"]


def test_what_is_applied_is_left_out(wms: Connection, handlers: dict[str, Any], sent: list[str]) -> None:
    for number in "AB":
        received(wms, number)
    first = made(handlers)
    replays.run(first.pk, 1, somebody(), "once")
    finish(first, handlers)
    received(wms, "C")
    second = made(handlers)
    assert [item.verdict for item in second.items.all()] == [Verdict.NOTHING, Verdict.NOTHING, Verdict.WRITES]
    replays.run(second.pk, 1, somebody(), "and again")
    finish(second, handlers)
    assert (sent, SyncJob.objects.filter(flow="shipment_confirmation").count()) == (["A", "B", "C"], 6)
    assert steps(second) == [(Step.SKIPPED, None), (Step.SKIPPED, None), (Step.BEGUN, "succeeded")]


def test_a_replay_of_which_nothing_would_change_is_not_run(wms: Connection, handlers: dict[str, Any]) -> None:
    received(wms, "A")
    handlers["replay_preview"] = partial(
        replay_preview.handle, {"shipment_confirmation": lambda work: Outcome("it is known")}
    )
    replay = made(handlers)
    with pytest.raises(NotAllowed, match="Nothing of it would change anything"):
        replays.run(replay.pk, 1, somebody(), "why not")
    assert fresh(replay).state == State.READY


def test_what_only_changes_our_own_tables_is_counted_and_undone(wms: Connection, handlers: dict[str, Any]) -> None:
    message = received(wms, "A")

    def keep() -> None:
        MessageKey.objects.create(connection=wms, external_id="new", body_sha256=b"0" * 32)
        InboundMessage.objects.filter(pk=message.pk).update(reference="B")

    own = {"shipment_confirmation": lambda work: Outcome("kept", keep)}
    handlers["replay_preview"] = partial(replay_preview.handle, own)
    [item] = made(handlers).items.all()
    assert (item.verdict, item.changes) == (Verdict.OURS, {"inbound messages": 1, "message keys": 1})
    assert (MessageKey.objects.count(), InboundMessage.objects.get().reference) == (0, "A")


def test_an_end_that_changes_nothing_is_told_so(wms: Connection, handlers: dict[str, Any]) -> None:
    received(wms, "A")
    own = {"shipment_confirmation": lambda work: Outcome("known", lambda: MessageKey.objects.filter(pk=0).delete())}
    handlers["replay_preview"] = partial(replay_preview.handle, own)
    [item] = made(handlers).items.all()
    assert (item.verdict, item.changes) == (Verdict.NOTHING, {})


def test_a_writing_call_is_refused_in_a_rehearsal(wms: Connection, handlers: dict[str, Any]) -> None:
    received(wms, "A")
    refused: list[str] = []

    def writes_by_itself(work: Work) -> Outcome:
        guard = remote.RemoteGuard(None, work)  # type: ignore[arg-type]  # it gets no further than that
        try:
            with guard.call("create", timeout=1.0, writes=True):
                pass
        except WriteInRehearsal as stopped:
            refused.append(str(stopped))
            raise
        return Outcome()

    handlers["replay_preview"] = partial(replay_preview.handle, {"shipment_confirmation": writes_by_itself})
    [item] = made(handlers).items.all()
    assert refused == ["create"]
    assert (item.verdict, item.code, item.text) == (Verdict.FAILS, "CD-9002", "WriteInRehearsal")


def test_a_short_pause_of_a_system_is_waited_for_and_a_long_one_told(wms: Connection, handlers: dict[str, Any]) -> None:
    received(wms, "A")
    pauses = iter((1.0, 60.0))

    def slow(work: Work) -> Outcome:
        raise Throttled("CD-1002", retry_after=next(pauses), connection="WMS")

    handlers["replay_preview"] = partial(replay_preview.handle, {"shipment_confirmation": slow})
    replay = made(handlers)
    assert (replay.state, SyncJob.objects.get(flow="replay_preview").state) == (State.TRYING, "retry")
    time_passes(60)
    work(handlers, Lane.INVENTORY)
    [item] = replay.items.all()
    assert (item.verdict, item.code, fresh(replay).state) == (Verdict.UNSURE, "CD-1002", State.READY)


def test_a_system_that_is_away_is_told_for_each_message(wms: Connection, handlers: dict[str, Any]) -> None:
    for number in "AB":
        received(wms, number)

    def away(work: Work) -> Outcome:
        raise Unreachable("CD-1001", connection="WMS", detail="no route")

    handlers["replay_preview"] = partial(replay_preview.handle, {"shipment_confirmation": away})
    assert [(item.verdict, item.code) for item in made(handlers).items.all()] == [(Verdict.UNSURE, "CD-1001")] * 2


def test_a_message_whose_job_is_due_is_left_to_it(wms: Connection, handlers: dict[str, Any]) -> None:
    received(wms, "A")
    SyncJob.objects.update(state="pending")
    [item] = made(handlers).items.all()
    assert (item.verdict, item.seen_state) == (Verdict.BUSY, "pending")


def test_a_job_that_waits_is_tried_now_in_place_of_another_one(
    wms: Connection, handlers: dict[str, Any], sent: list[str]
) -> None:
    received(wms, "A")
    SyncJob.objects.update(state="needs_attention")
    replay = made(handlers)
    replays.run(replay.pk, 1, somebody(), "mended")
    finish(replay, handlers)
    assert (sent, SyncJob.objects.filter(flow="shipment_confirmation").count()) == (["A"], 1)
    assert list(replay.items.values_list("made", flat=True)) == [False]


def test_what_was_worked_on_since_is_left_out(wms: Connection, handlers: dict[str, Any], sent: list[str]) -> None:
    message = received(wms, "A")
    replay = made(handlers)
    acts.replay_message(message.pk, somebody(), "by hand")
    replays.run(replay.pk, 1, somebody(), "again")
    finish(replay, handlers)
    assert (sent, steps(replay)) == (["A"], [(Step.SKIPPED, None)])
    assert replay.items.get().note == replays.SINCE


def test_a_second_click_makes_no_second_one(wms: Connection, handlers: dict[str, Any]) -> None:
    received(wms, "A")
    who = somebody()
    once, twice = together(*[lambda: replays.make(InboundMessage.objects.all(), "all", who)] * 2)
    assert (once.pk, Replay.objects.count()) == (twice.pk, 1)
    work(handlers, Lane.INVENTORY)
    replays.run(once.pk, 1, who, "now")
    with pytest.raises(NotAllowed, match="The replay is running"):
        replays.run(once.pk, 1, who, "now")
    assert SyncJob.objects.filter(flow="replay_run").count() == 1


def test_too_many_and_none_are_refused(wms: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotAllowed, match="No message fits"):
        replays.make(InboundMessage.objects.all(), "all", somebody())
    monkeypatch.setattr(replays, "MOST", 1)
    for number in "AB":
        received(wms, number)
    with pytest.raises(NotAllowed, match="More than 1 messages fit"):
        replays.make(InboundMessage.objects.all(), "all", somebody())
    assert not Replay.objects.exists()


def test_cancelled_in_the_middle_it_begins_no_more_and_ends_what_nobody_has_begun(
    wms: Connection, handlers: dict[str, Any], sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "AT_ONCE", 2)
    for number in "ABCD":
        received(wms, number)
    replay = made(handlers)
    replays.run(replay.pk, 1, somebody(), "now")
    work(handlers, Lane.INVENTORY)
    first = replay.items.order_by("pk")[0]
    assert steps(replay) == [(Step.BEGUN, "pending")] * 2 + [(Step.CHOSEN, None)] * 2
    SyncJob.objects.filter(pk=first.job_id).update(state="running")
    assert replays.cancel(replay.pk, somebody("bob")) == 1
    assert steps(replay) == [(Step.BEGUN, "running"), (Step.BEGUN, "cancelled")] + [(Step.CHOSEN, None)] * 2
    time_passes(60)
    work(handlers, Lane.INVENTORY)
    assert (fresh(replay).state, replay.cancelled_by_name, sent) == (State.CANCELLED, "bob", [])
    assert replay.items.filter(state=Step.CHOSEN).count() == 2


def test_a_job_that_waited_before_is_not_ended_by_a_cancel(wms: Connection, handlers: dict[str, Any]) -> None:
    received(wms, "A")
    SyncJob.objects.update(state="blocked")
    replay = made(handlers)
    replays.run(replay.pk, 1, somebody(), "now")
    work(handlers, Lane.INVENTORY)
    assert (replays.cancel(replay.pk, somebody()), steps(replay)) == (0, [(Step.BEGUN, "pending")])


def test_much_money_needs_a_second_person(wms: Connection, handlers: dict[str, Any], sent: list[str]) -> None:
    received(wms, "A", document=delivery("OUT/A", "6000"))
    received(wms, "B", document=delivery("OUT/B", "6000"))
    replay = made(handlers)
    assert (replay.stakes, replays.needs_approval(replay)) == ({"EUR": "12000"}, True)
    assert replays.run(replay.pk, 1, somebody(), "now").state == State.WAITING
    work(handlers)
    with pytest.raises(NotAllowed, match="Somebody else has to approve"):
        replays.approve(replay.pk, 1, somebody())
    assert (sent, fresh(replay).state) == ([], State.WAITING)
    replays.approve(replay.pk, 1, somebody("eve"))
    finish(replay, handlers)
    assert (sent, fresh(replay).approved_by_name) == (["A", "B"], "eve")


def test_each_order_counts_once_and_currencies_are_not_added_up(wms: Connection, handlers: dict[str, Any]) -> None:
    order = delivery("S1", "9000")
    for number in "AB":
        received(wms, number, document=delivery(f"OUT/{number}", "9000", parent=order))
    received(wms, "C", document=delivery("OUT/C", "9000", "USD"))
    replay = made(handlers)
    assert (replay.stakes, replays.needs_approval(replay)) == ({"EUR": "9000", "USD": "9000"}, False)


def test_an_approval_of_what_was_tried_again_since_is_refused(wms: Connection, handlers: dict[str, Any]) -> None:
    received(wms, "A", document=delivery("OUT/A", "20000"))
    replay = made(handlers)
    replays.run(replay.pk, 1, somebody(), "now")
    replays.try_again(replay.pk, 1, somebody())
    work(handlers, Lane.INVENTORY)
    assert (fresh(replay).state, replay.round, replay.reason) == (State.READY, 2, "")
    replays.run(replay.pk, 2, somebody(), "now")
    with pytest.raises(NotAllowed, match="It was tried again since you read this page"):
        replays.approve(replay.pk, 1, somebody("eve"))
    replays.approve(replay.pk, 2, somebody("eve"))
    assert fresh(replay).state == State.RUNNING


def test_only_who_made_it_runs_it(wms: Connection, handlers: dict[str, Any]) -> None:
    received(wms, "A")
    replay = made(handlers)
    with pytest.raises(NotAllowed, match="ann has made it"):
        replays.run(replay.pk, 1, somebody("bob"), "now")


def test_a_worker_that_dies_between_two_messages_begins_none_twice(
    wms: Connection, handlers: dict[str, Any], sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in "ABC":
        received(wms, number)
    replay = made(handlers)
    replays.run(replay.pk, 1, somebody(), "now")
    begin, left = replays.begin, [2]

    def dies(work: Work, pk: int) -> bool:
        if not left[0]:
            raise Death
        left[0] -= 1
        return begin(work, pk)

    monkeypatch.setattr(replays, "begin", dies)
    with pytest.raises(Death):
        work(handlers, Lane.INVENTORY)
    monkeypatch.setattr(replays, "begin", begin)
    assert [step for step, _ in steps(replay)] == [Step.BEGUN, Step.BEGUN, Step.CHOSEN]
    time_passes()
    finish(replay, handlers)
    assert (sent, SyncJob.objects.filter(flow="shipment_confirmation").count()) == (["A", "B", "C"], 6)


def test_a_worker_that_dies_while_it_tries_goes_on_where_it_was(
    wms: Connection, handlers: dict[str, Any], sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in "ABC":
        received(wms, number)
    tell, told = replays.tell, list[int]()

    def dies(work: Work, item: ReplayItem, what: Told) -> None:
        if len(told) == 1:
            told.append(0)
            raise Death
        told.append(item.pk)
        tell(work, item, what)

    monkeypatch.setattr(replays, "tell", dies)
    with pytest.raises(Death):
        made(handlers)
    replay = Replay.objects.get()
    assert list(replay.items.values_list("verdict", flat=True)) == [Verdict.WRITES, Verdict.UNTRIED, Verdict.UNTRIED]
    time_passes()
    work(handlers, Lane.INVENTORY)
    assert (fresh(replay).state, len(told)) == (State.READY, 4)
    assert (list(replay.items.values_list("verdict", flat=True)), sent) == ([Verdict.WRITES] * 3, [])


def test_a_job_behind_a_stopped_one_does_not_keep_a_replay_open_nor_others_from_their_turn(
    wms: Connection, handlers: dict[str, Any], sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "AT_ONCE", 1)
    first, second, _third = (received(wms, number) for number in "ABC")
    body = json.loads(bytes(second.body))
    body["data"]["release"] = "OUT/A"
    InboundMessage.objects.filter(pk=second.pk).update(body=json.dumps(body).encode())
    replay, post = made(handlers), handlers["shipment_confirmation"]

    def stops(work: Work) -> Outcome:
        if work.job.payload["message"] == first.pk:
            raise Rejected("CD-5023", connection="WMS", shipment="A", release="OUT/A", number="1", detail="no")
        outcome: Outcome = post(work)
        return outcome

    handlers["shipment_confirmation"] = stops
    replays.run(replay.pk, 1, somebody(), "again")
    finish(replay, handlers)
    assert (sent, [state for _, state in steps(replay)]) == (["C"], ["needs_attention", "pending", "succeeded"])


def test_what_came_before_its_document_was_known_counts_for_the_limit(
    wms: Connection, handlers: dict[str, Any]
) -> None:
    received(wms, "A", document=None)
    known = delivery("OUT/A", "60000")
    known.warehouse = Warehouse.objects.create(
        name="Main", erp=known.connection, company_id=1, erp_warehouse_id=1, wms=wms, site="A"
    )
    known.save()
    replay = made(handlers)
    assert (replay.stakes, replay.unvalued, replays.needs_approval(replay)) == ({"EUR": "60000"}, 0, True)


def test_what_moves_money_for_a_document_that_nobody_knows_needs_a_second_person(
    wms: Connection, handlers: dict[str, Any]
) -> None:
    received(wms, "A", document=None)
    replay = made(handlers)
    assert (replay.stakes, replay.unvalued, replays.needs_approval(replay)) == ({}, 1, True)


@pytest.mark.parametrize("values", [("500", "60000"), ("60000", "500")])
def test_an_order_is_worth_what_it_is_worth_now_and_not_what_one_of_its_deliveries_was(
    wms: Connection, handlers: dict[str, Any], values: tuple[str, str]
) -> None:
    order = delivery("SO1", "60000")
    for number, value in zip("AB", values, strict=True):
        received(wms, number, document=delivery(f"OUT/{number}", value, parent=order))
    assert made(handlers).stakes == {"EUR": "60000"}
    Document.objects.filter(pk=order.pk).update(value=None)
    replays.try_again(Replay.objects.get().pk, 1, somebody())
    work(handlers, Lane.INVENTORY)
    assert Replay.objects.get().stakes == {"EUR": "60000"}


def beside_an_edit(message: InboundMessage, other: Callable[[], object]) -> None:
    """The other one begins when the edit has the streams of the message's jobs, and not yet the message."""
    held = threading.Event()

    def edit() -> object:
        with transaction.atomic():
            streams.hold(list(message.jobs.values_list("stream", flat=True)))
            held.set()
            until(somebody_waits)
            return InboundMessage.objects.filter(pk=message.pk).update(edits=1)

    together(edit, lambda: held.wait(10) and other())
    message.refresh_from_db()
    assert message.edits == 1


def test_an_edit_and_a_replay_that_begins_do_not_block_each_other(
    wms: Connection, handlers: dict[str, Any], sent: list[str]
) -> None:
    message = received(wms, "A")
    SyncJob.objects.update(state="needs_attention", finished_at=None)
    replay = made(handlers)
    replays.run(replay.pk, 1, somebody(), "the warehouse was away")
    beside_an_edit(message, lambda: work(handlers))
    assert [step for step, _ in steps(replay)] == [Step.BEGUN]
    finish(replay, handlers)
    assert (sent, steps(replay)) == (["A"], [(Step.BEGUN, "succeeded")])


def test_an_edit_and_a_person_who_has_it_worked_on_again_do_not_block_each_other(wms: Connection) -> None:
    message = received(wms, "A")
    beside_an_edit(message, lambda: acts.replay_message(message.pk, somebody(), "once more"))
    assert message.jobs.count() == 2
