"""Our own disaster: a backup is restored while both sides have gone on. Nothing is lost and nothing doubled."""

import socket
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.utils.timezone import now

from integration.errors import Throttled
from integration.handlers import HANDLERS
from integration.jobs import acts, effects, engine, generation, marks, recovery, sweep
from integration.jobs.acts import NotAllowed
from integration.jobs.streams import Claim
from integration.jobs.work import Work
from integration.models import (
    BusinessRule,
    Connection,
    Document,
    DocumentLine,
    Effect,
    Generation,
    InboundMessage,
    Lane,
    Recovery,
    StockEvent,
    SyncJob,
)
from integration.sandbox.wms.contract import ACCEPTS
from tests.component.engine.yard import until, write
from tests.component.flows.recovered import restored
from tests.component.flows.test_master_data import known, read, take
from tests.component.flows.test_order_rules import rule
from tests.component.flows.test_typed import filled, load
from tests.component.flows.wms import Held
from tests.component.flows.yard import SOMEBODY, Sale, Yard
from tests.rig import backup

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("counted")]


def once(yard: Yard, sale: Sale, quantity: float) -> None:
    assert yard.left(sale) == {"CRATE-S": (quantity, quantity, quantity)}
    assert yard.state(sale.release) == "shipped"


def restored_and_told_again(yard: Yard, taken: bytes, since: float) -> None:
    """By the how-to, up to the release: Odoo is read, and the warehouse has sent everything again."""
    restored(yard, taken)
    yard.look()
    yard.wms.control("repeat", since=since)
    yard.run()
    yard.later()
    recovery.release(Recovery.objects.get().pk, SOMEBODY, "sent again")


def test_a_backup_that_was_taken_under_load_is_restored_and_nothing_is_lost_or_doubled(
    yard: Yard, settled: None
) -> None:
    generation.count()
    before, at_backup = [yard.released(("CRATE-S", 2)) for _ in range(3)], []
    yard.shipped(before[0])
    thread = threading.Thread(target=lambda: at_backup.append(backup.take()))
    since = time.time()
    thread.start()
    during = [yard.released(("CRATE-S", 3)) for _ in range(2)]  # meanwhile
    thread.join()
    yard.shipped(before[1])
    yard.shipped(during[0])
    after = [yard.released(("CRATE-S", 4)) for _ in range(3)]
    yard.shipped(after[0], "partial")
    yard.shipped(after[1])
    yard.wms.ship(before[2].release)  # taken, and not worked on when the disaster comes

    restored(yard, at_backup[0])
    writes, told = yard.odoo.writes(), yard.wms.received()
    yard.run()
    [row] = Recovery.objects.all()
    assert row.why.startswith("Seen by itself: it is 1 counts behind what Valkey has seen.")
    assert [code for code, _ in yard.cases()] == ["CD-9402"]
    yard.wms.control("repeat", since=since)
    yard.run()
    yard.later()
    assert (yard.odoo.writes(), len(Recovery.objects.all())) == (writes, 1)
    assert [one for one in yard.wms.received()[len(told) :] if not one.endswith(("200", "202"))] == []
    assert set(SyncJob.objects.filter(state__in=SyncJob.ACTIVE).values_list("failure_code", flat=True)) == {"CD-9403"}

    recovery.release(row.pk, SOMEBODY, "the warehouse has sent all of it again")
    yard.run()
    yard.look()
    for sale in (after[0], after[2], during[1]):
        yard.shipped(sale)
    quantities = {2: before, 3: during, 4: after}
    for quantity, sales in quantities.items():
        for sale in sales:
            once(yard, sale, quantity)
    assert (yard.cases(), yard.unfinished()) == ([], [])
    held = [
        Held(sale.release, 1, "accepted", {"P-CRATE-S": str(q)}) for q, sales in quantities.items() for sale in sales
    ]
    assert sorted(yard.wms.held()) == sorted(held)
    assert Effect.objects.exclude(state="landed").count() == 0


def test_what_was_written_since_the_last_count_is_missed_at_once(yard: Yard, settled: None) -> None:
    """No second passes, and the count stands where it stood in the backup."""
    generation.count()
    sale = yard.released(("CRATE-S", 3))
    yard.run()
    taken = backup.take()
    yard.shipped(sale)
    writes = yard.odoo.writes()
    backup.restore(taken)
    yard.wms.control("repeat", since=0)
    yard.run()
    assert Recovery.objects.get().why == "Seen by itself: it lacks a write that Valkey was told of."
    yard.later()
    assert yard.odoo.writes() == writes
    recovery.release(Recovery.objects.get().pk, SOMEBODY, "the warehouse has sent all of it again")
    yard.run()
    once(yard, sale, 3)
    assert (generation.went_back(), Recovery.objects.count()) == (None, 1)


def test_a_batch_that_outlives_its_database_writes_nothing_more(yard: Yard) -> None:
    """The claim it has may be valid in the restored one: its next connection looks first."""
    generation.count()
    assert generation.went_back() is None
    marks.valkey().zadd(generation.WRITES, {generation._seen.identity: 10**9})
    assert generation.went_back() is None
    connection.close()
    work = Work(SyncJob(), Claim(0, uuid.uuid4()), claim_seconds=30, deadline=0, claimed_until=0)
    for _ in range(2):
        with pytest.raises(Throttled) as locked:
            effects.make(work, yard.partner, write(dict))
        assert locked.value.code == effects.LOCKED
    assert Effect.objects.count() == 0


@pytest.fixture
def mute() -> Iterator[socket.socket]:
    """A Valkey that takes connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        with override_settings(REDIS_URL=f"redis://127.0.0.1:{server.getsockname()[1]}/0"):
            marks.forget_connections()
            yield server
        marks.forget_connections()
        generation._seen.wakes = 0.0


def test_a_valkey_that_does_not_answer_is_not_asked_at_each_look(yard: Yard, mute: socket.socket) -> None:
    for _ in range(3):
        generation.forget()
        assert generation.went_back() is None
    generation.intended(1)
    mute.accept()
    with pytest.raises(BlockingIOError):
        mute.accept()


def test_nothing_is_counted_while_valkey_does_not_say_how_far_it_was(yard: Yard, mute: socket.socket) -> None:
    generation.count()
    assert not Generation.objects.exists()


def test_a_release_that_the_warehouse_has_is_found_and_not_sent_again(yard: Yard, settled: None) -> None:
    generation.count()
    taken = backup.take()
    sale = yard.released(("CRATE-S", 3))
    restored(yard, taken)
    asked = len(yard.wms.received())
    yard.look()
    assert (yard.state(sale.release), Effect.objects.get(verb="send order.release").state) == ("accepted", "landed")
    assert (yard.wms.held(), len(yard.wms.received())) == (
        [Held(sale.release, 1, "accepted", {"P-CRATE-S": "3"})], asked,
    )  # fmt: skip


def test_a_release_that_the_warehouse_has_waits_for_no_wave(yard: Yard, settled: None) -> None:
    generation.count()
    taken = backup.take()
    sale = yard.released(("CRATE-S", 3))
    restored(yard, taken)
    rule("true", kind="wave", name="Waves", outcome={"times": ["10:00"]})
    yard.look()
    assert yard.state(sale.release) == "accepted"


def test_what_a_warehouse_told_of_its_documents_is_fetched_by_itself(yard: Yard, settled: None) -> None:
    facts = {**yard.partner.profile["facts"], "serves": ["events", "states"]}
    Connection.objects.filter(pk=yard.partner.pk).update(profile={"facts": facts})
    generation.count()
    sale = yard.released(("CRATE-S", 2))
    taken = backup.take()
    yard.shipped(sale)
    writes = yard.odoo.writes()
    restored(yard, taken)
    assert not InboundMessage.objects.filter(type="shipment.confirmed").exists()
    yard.run()
    yard.later()
    assert InboundMessage.objects.filter(type="shipment.confirmed").count() == 1
    once(yard, sale, 2)
    assert yard.odoo.writes() == writes


def test_an_order_that_nobody_was_told_of_waits_at_the_lock(yard: Yard, settled: None) -> None:
    row = recovery.begin(now(), "for a test", SOMEBODY)
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    assert (yard.wms.held(), yard.unfinished()) == ([], [("release_send", "retry")])
    assert recovery.release(row.pk, SOMEBODY, "all here") == 1
    yard.run()
    assert yard.wms.held() == [Held(sale.release, 1, "received", {"P-CRATE-S": "3"})]


def test_what_was_typed_in_and_lost_is_loaded_again(yard: Yard, settled: None) -> None:
    generation.count()
    sale = yard.released(("CRATE-S", 3))
    taken = backup.take()
    rows = filled(yard)
    load(yard, rows)
    yard.run()
    restored(yard, taken)
    yard.look()
    assert load(yard, rows) == 1
    yard.run()
    yard.shipped(sale)
    recovery.release(Recovery.objects.get().pk, SOMEBODY, "loaded again")
    yard.run()
    once(yard, sale, 3)
    assert (StockEvent.objects.count(), yard.cases()) == (1, [])


def test_it_is_not_released_before_odoo_was_read_and_calls_have_settled(yard: Yard) -> None:
    row = recovery.begin(now(), "for a test", SOMEBODY)
    with pytest.raises(NotAllowed, match="Calls from before may still land"):
        recovery.release(row.pk, SOMEBODY, "all here")
    Connection.objects.update(settle_seconds=0)
    with pytest.raises(NotAllowed, match="Odoo has not been read again yet"):
        recovery.release(row.pk, SOMEBODY, "all here")
    yard.run()
    with pytest.raises(NotAllowed, match="Please say who"):
        recovery.release(row.pk, SOMEBODY, " ")
    recovery.release(row.pk, SOMEBODY, "all here")
    with pytest.raises(NotAllowed, match="Nothing is locked"):
        recovery.release(row.pk, SOMEBODY, "all here")


def test_two_that_see_it_at_once_begin_one_recovery(yard: Yard) -> None:
    first = recovery.begin(now(), "one", SOMEBODY)
    assert recovery.begin(now(), "other", SOMEBODY) == first
    assert (recovery.current(), Document.objects.count()) == (first, 0)


def test_a_sweep_that_waited_when_the_backup_was_made_reads_odoo_again(yard: Yard, settled: None) -> None:
    sweep.start_polls("odoo_sweep")
    SyncJob.objects.update(created_at=now() - timedelta(hours=1))
    row = recovery.begin(now(), "for a test", SOMEBODY)
    assert SyncJob.objects.filter(flow="odoo_sweep").count() == 1
    yard.run()
    recovery.release(row.pk, SOMEBODY, "all here")
    assert recovery.current() is None


def off_by(monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    """The clock of this machine, beside PostgreSQL's."""
    monkeypatch.setattr(recovery, "now", lambda: now() + timedelta(minutes=minutes))


def test_it_is_locked_by_whose_clock_is_behind_as_well(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    generation.count()
    generation.Generation.objects.update(identity="another/1")
    generation.forget()
    off_by(monkeypatch, -2)
    recovery.watch()
    assert recovery.current() is not None


def test_whose_clock_is_ahead_waits_for_calls_from_before_as_well(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    row = recovery.begin(now(), "for a test", SOMEBODY)
    off_by(monkeypatch, 10)
    with pytest.raises(NotAllowed, match="Calls from before may still land"):
        recovery.release(row.pk, SOMEBODY, "all here")


def test_another_database_with_our_rows_is_locked(yard: Yard) -> None:
    generation.count()
    generation.Generation.objects.update(identity="another/1")
    generation.forget()
    recovery.watch()
    assert Recovery.objects.get().why == "Seen by itself: it is another database than the one that was written to."


def test_a_database_that_was_moved_with_everything_stopped_is_not_locked(yard: Yard) -> None:
    generation.count()
    generation.Generation.objects.update(identity="another/1")
    recovery.moved(SOMEBODY, "new major release of PostgreSQL")
    recovery.watch()
    assert recovery.current() is None


def test_a_valkey_that_forgot_everything_locks_nothing(yard: Yard) -> None:
    generation.count()
    generation.count()
    marks.valkey().delete(generation.KEY)
    generation.forget()
    recovery.watch()
    assert recovery.current() is None


def test_an_answer_that_is_sent_again_before_its_order_was_read_counts_once_it_is(yard: Yard, settled: None) -> None:
    generation.count()
    taken, since = backup.take(), time.time()
    sale = yard.released(("CRATE-S", 3))
    restored(yard, taken)
    yard.wms.control("repeat", since=since)
    until(lambda: yard.wms.pending() == 0)
    engine.run_lane(Lane.SHIPMENT, HANDLERS, seconds=60)
    engine.run_lane(Lane.ORDER, HANDLERS, seconds=60)
    yard.run()
    yard.later()
    recovery.release(Recovery.objects.get().pk, SOMEBODY, "sent again")
    yard.later()
    assert (yard.state(sale.release), yard.cases(), yard.unfinished()) == ("accepted", [], [])
    assert yard.wms.held() == [Held(sale.release, 1, "accepted", {"P-CRATE-S": "3"})]


def test_batches_of_master_data_that_were_told_since_the_backup_keep_their_numbers(yard: Yard, settled: None) -> None:
    take(yard, "item")
    generation.count()
    taken = backup.take()
    read(yard)
    restored(yard, taken)
    product = yard.odoo.id_of("product.product", "DRILL", "default_code")
    yard.odoo.call("product.product", "write", [product], {"weight": 4.5})
    read(yard)
    recovery.release(Recovery.objects.get().pk, SOMEBODY, "nothing was sent")
    yard.run()
    yard.later()
    assert (float(known(yard)["P-DRILL"]["weight"]), yard.unfinished()) == (4.5, [])
    assert [code for code, _ in yard.cases()] == ["CD-3013"]  # of what nobody mapped


@pytest.mark.parametrize("odoo_server", ["16", "18"], indirect=True)
def test_what_left_of_an_order_that_was_raised_since_the_backup_is_no_surplus(yard: Yard, settled: None) -> None:
    Connection.objects.filter(pk=yard.partner.pk).update(profile={"facts": {"accepts": list(ACCEPTS)}})
    generation.count()
    sale = yard.released(("CRATE-S", 5))
    taken, since = backup.take(), time.time()
    yard.odoo.order_more(sale.id, "CRATE-S", 6)
    yard.look()
    yard.shipped(sale)
    restored_and_told_again(yard, taken, since)
    acts.done_by_hand(yard.case("CD-4009").pk, SOMEBODY, "Odoo shows it as done")
    yard.later()
    once(yard, sale, 6)
    assert (yard.cases(), yard.unfinished()) == ([], [])


@pytest.mark.parametrize("own", ["0", "2"])
@pytest.mark.parametrize("odoo_server", ["16", "18"], indirect=True)
def test_what_left_in_the_place_of_something_else_since_the_backup_is_found_as_such(
    yard: Yard, settled: None, own: str
) -> None:
    Connection.objects.filter(pk=yard.partner.pk).update(profile={"facts": {"accepts": list(ACCEPTS)}})
    BusinessRule.objects.create(kind="substitute", warehouse=yard.warehouse, sku="CRATE-S")
    generation.count()
    taken, since = backup.take(), time.time()
    sale = yard.released(("CRATE-S", 5), ("ROPE-10", 1))
    instead = yard.line(sale, sku="P-CRATE-M", quantity=str(5 - int(own)), substitute=True)
    kept = [yard.line(sale, quantity=own)] if own != "0" else []
    yard.shipped(sale, lines=[*kept, instead, yard.line(sale, 1)])
    before, writes = yard.odoo.delivered(sale.id), yard.odoo.writes()
    assert yard.state(sale.release) == "shipped"
    restored_and_told_again(yard, taken, since)
    yard.run()
    yard.later()
    yard.look()
    assert (yard.cases(), yard.unfinished()) == ([], [])
    assert (yard.odoo.delivered(sale.id), yard.odoo.writes()) == (before, writes)
    assert yard.state(sale.release) == "shipped"
    lines = DocumentLine.objects.filter(document__reference=sale.release).order_by("sku")
    assert [(one.sku, one.released, one.shipped, one.substituted) for one in lines] == [
        ("CRATE-S", 5, int(own), 5 - int(own)),
        ("ROPE-10", 1, 1, 0),
    ]
