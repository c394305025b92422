"""Marks become snapshots, and snapshots that differ become jobs. This Odoo is a stand-in that says what it is told."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from django.db import transaction
from django.db.models.functions import Now

from integration.adapters.base import CAPTURED_MODELS, ErpGateway
from integration.canonical.erp import Order, Root
from integration.jobs import capture, engine, inbox
from integration.jobs.work import Outcome, Work
from integration.models import CapturedRecord, Connection, Document, ExceptionCase, Lane, Stream, SyncJob

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Erp:
    """Holds orders by id; ``while_reading`` happens between the answer and the snapshot."""

    def __init__(self, *numbers: int) -> None:
        self.held = {number: order(number) for number in numbers}
        self.reads: list[int] = []
        self.while_reading: Callable[[], None] = lambda: None
        self.nonsense: set[int] = set()

    def orders(self, ids: Sequence[int]) -> list[Order]:
        self.reads.append(len(ids))
        if self.nonsense & set(ids):
            order(min(self.nonsense), company_id="none at all")
        found = [self.held[number] for number in ids if number in self.held]
        happens, self.while_reading = self.while_reading, lambda: None
        happens()
        return found

    def roots_of(self, model: str, ids: Sequence[int]) -> list[Root]:
        return [Root(model="sale.order", id=number) for number in sorted({one // 100 for one in ids} & set(self.held))]

    def captured_models(self) -> Sequence[str]:
        return CAPTURED_MODELS


def order(number: int, **given: Any) -> Order:
    usual: dict[str, Any] = {"id": number, "name": f"S{number:05}", "state": "sale", "company_id": 1}
    return Order(**{**usual, "warehouse_id": 1, "customer_id": 9, "written_at": NOON, **given})


def run(odoo: Connection, erp: Erp) -> int:
    """One worker until nothing is due, once a hint has settled; returns how often an order's release was looked at."""
    looked: list[str] = []
    SyncJob.objects.filter(state=SyncJob.State.PENDING).update(next_attempt_at=Now())
    Stream.objects.filter(next_due_at__isnull=False).update(next_due_at=Now())

    def read(work: Work) -> Outcome:
        return Outcome(str(capture.read(work, odoo, cast("ErpGateway", erp))))

    def look(work: Work) -> Outcome:
        looked.append(work.job.subject)
        return Outcome()

    while engine.run_lane(Lane.ORDER, {"odoo_read": read, "order_release": look}, seconds=60):
        pass
    return len(looked)


def record(number: int = 7) -> CapturedRecord:
    return CapturedRecord.objects.get(model="sale.order", record_id=number)


def test_a_hint_becomes_a_snapshot_and_a_job(odoo: Connection) -> None:
    inbox.hint(odoo, "sale.order", 7)
    assert run(odoo, Erp(7)) == 1
    assert (record().version, record().dirty_at, Order.model_validate(record().snapshot).name) == (1, None, "S00007")
    assert Document.objects.values_list("kind", "reference", "erp_id").get() == ("order", "S00007", 7)


def test_a_hint_is_given_a_moment_to_settle(odoo: Connection) -> None:
    inbox.hint(odoo, "sale.order", 7)
    assert engine.run_lane(Lane.ORDER, {}, seconds=1) == 0
    assert SyncJob.objects.filter(state="pending", next_attempt_at__gt=Now()).exists()


def test_hints_of_an_order_its_pickings_and_moves_end_in_one_read(odoo: Connection) -> None:
    erp = Erp(7)
    for _ in range(3):
        inbox.hint(odoo, "sale.order", 7)
        inbox.hint(odoo, "stock.picking", 700)
        inbox.hint(odoo, "stock.move", 701)
    assert SyncJob.objects.count() == 1
    assert (run(odoo, erp), erp.reads) == (1, [1])


def test_an_order_that_reads_the_same_makes_no_job(odoo: Connection) -> None:
    erp = Erp(7)
    inbox.hint(odoo, "sale.order", 7)
    assert run(odoo, erp) == 1
    erp.held[7] = order(7, written_at=NOON.replace(hour=13))
    inbox.hint(odoo, "sale.order", 7)
    assert (run(odoo, erp), record().version, len(erp.reads)) == (0, 1, 2)


def test_an_order_that_changed_makes_one(odoo: Connection) -> None:
    erp = Erp(7)
    inbox.hint(odoo, "sale.order", 7)
    run(odoo, erp)
    erp.held[7] = order(7, customer_reference="PO 8")
    inbox.hint(odoo, "sale.order", 7)
    assert (run(odoo, erp), record().version) == (1, 2)


def test_an_order_that_makes_no_sense_stops_no_other_and_its_case_closes_when_it_is_mended(odoo: Connection) -> None:
    erp = Erp(6, 7, 8)
    erp.nonsense = {7}
    for number in (6, 7, 8):
        inbox.hint(odoo, "sale.order", number)
    assert (run(odoo, erp), record(7).version, record(8).version) == (2, 0, 1)
    case = ExceptionCase.objects.get()
    assert (case.code, case.state, case.context["order_id"]) == ("CD-4010", "open", 7)
    erp.nonsense = set()
    inbox.hint(odoo, "sale.order", 7)
    assert run(odoo, erp) == 1
    case.refresh_from_db()
    assert case.state == "resolved"


def test_a_change_while_it_is_read_is_not_lost(odoo: Connection) -> None:
    erp = Erp(7)

    def changes() -> None:
        erp.held[7] = order(7, customer_reference="PO 8")
        inbox.hint(odoo, "sale.order", 7)

    inbox.hint(odoo, "sale.order", 7)
    run(odoo, erp)
    erp.while_reading = changes
    inbox.hint(odoo, "sale.order", 7)
    run(odoo, erp)
    assert (record().snapshot["customer_reference"], record().dirty_at, record().version) == ("PO 8", None, 2)


def test_nothing_is_decided_on_what_was_read_before_a_new_look_was_asked_for(odoo: Connection) -> None:
    """A snapshot from before a shipment would release its backorder a second time."""
    erp = Erp(7)
    inbox.hint(odoo, "sale.order", 7)
    run(odoo, erp)

    def shipped() -> None:
        with transaction.atomic():
            capture.read_again(odoo, 7)
        erp.held[7] = order(7, customer_reference="after")

    erp.held[7] = order(7, customer_reference="before")
    erp.while_reading = shipped
    inbox.hint(odoo, "sale.order", 7)
    assert (run(odoo, erp), record().version, record().snapshot["customer_reference"]) == (1, 2, "after")


def test_an_order_that_is_gone_is_not_asked_for_again(odoo: Connection) -> None:
    erp = Erp()
    inbox.hint(odoo, "sale.order", 7)
    assert (run(odoo, erp), run(odoo, erp), erp.reads, record().version) == (0, 0, [1], 0)


def test_a_hint_about_a_picking_of_no_order_is_done_with(odoo: Connection) -> None:
    inbox.hint(odoo, "stock.picking", 900)
    assert (run(odoo, Erp(7)), CapturedRecord.objects.count()) == (0, 0)


def test_a_hundred_orders_are_read_at_once(odoo: Connection) -> None:
    erp = Erp(*range(1, 121))
    for number in erp.held:
        inbox.hint(odoo, "sale.order", number)
    assert (run(odoo, erp), erp.reads) == (120, [100, 20])


def test_a_long_list_is_left_to_further_jobs(odoo: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "READ_AT_ONCE", 2)
    erp = Erp(*range(1, 26))
    for number in erp.held:
        inbox.hint(odoo, "sale.order", number)
    assert (run(odoo, erp), sum(erp.reads)) == (25, 25)
    assert SyncJob.objects.filter(flow="odoo_read", state="succeeded").count() == 3


def test_a_reader_that_lost_its_stream_keeps_no_snapshot(odoo: Connection) -> None:
    erp = Erp(7)
    erp.while_reading = lambda: Stream.objects.update(claim_token=None) and None
    inbox.hint(odoo, "sale.order", 7)
    assert run(odoo, erp) == 0
    assert record().version == 0
    assert record().dirty_at is not None
