"""Order lines that are in Odoo what was booked here say nothing; one that is not is found, told, and forgotten."""

from collections.abc import Collection
from datetime import time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils.timezone import now

from integration.jobs import engine
from integration.jobs.queue import enqueue
from integration.models import (
    BusinessRule,
    Document,
    DocumentLine,
    ExceptionCase,
    Lane,
    ReconciliationRun,
    StockEvent,
    SyncJob,
    Variance,
    Warehouse,
)
from integration.reconcile import beside_odoo, booked, noting, orders
from integration.reconcile.sorts import SORTS
from tasks.work import HANDLERS
from tests.component.engine.yard import time_passes
from tests.component.flows.ledger import Ledger
from tests.component.flows.returns import Dock, line
from tests.component.flows.test_kits import kits
from tests.component.flows.yard import Sale, Yard

__all__ = ["kits"]
pytestmark = pytest.mark.django_db(transaction=True)
ALL = pytest.mark.parametrize("odoo_server", ["16", "17", "18", "19"], indirect=True)
ALWAYS = time(0)
NEVER = time(23, 59, 59)


@pytest.fixture(autouse=True)
def _no_walk(yard: Yard) -> None:
    yard.set(reconcile_at=NEVER)


def compare(yard: Yard) -> int:
    """What beat starts, and what follows from it; returns how many jobs that are."""
    started = beside_odoo.start()
    while sum(engine.run_lane(lane, HANDLERS, seconds=60) for lane in Lane):
        pass
    return started


def found() -> list[tuple[str, str, int, int]]:
    rows = Variance.objects.filter(gone_at=None).order_by("subject", "sku")
    return [(row.subject, row.sku, int(row.says), int(row.found)) for row in rows]


def done_moves(yard: Yard, sale: Sale) -> list[int]:
    domain = [["sale_line_id.order_id", "=", sale.id], ["state", "=", "done"]]
    return [row["id"] for row in yard.odoo.rows("stock.move", domain, "state")]


def change_done(yard: Yard, sale: Sale, quantity: float) -> None:
    """A person changes a delivery that is done."""
    name = "quantity" if yard.odoo.version >= 17 else "quantity_done"
    yard.odoo.call("stock.move", "write", [done_moves(yard, sale)[0]], {name: quantity})


def quiet(yard: Yard) -> None:
    assert (found(), yard.cases(), yard.unfinished()) == ([], [], [])


@ALL
def test_what_left_and_came_back_agrees(yard: Yard) -> None:
    dock = Dock(yard)
    sale = yard.released(("CRATE-S", 10), ("ROPE-10", 4))
    yard.shipped(sale, "partial")
    yard.shipped(sale)
    dock.tell(line("CRATE-S", 3), release=sale.release)
    assert compare(yard) == 1
    quiet(yard)
    assert yard.odoo.delivered(sale.id) == {"CRATE-S": 7, "ROPE-10": 4}


@ALL
def test_a_delivery_that_somebody_changes_afterwards_is_found_and_mended(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10))
    yard.shipped(sale)
    change_done(yard, sale, 7)
    compare(yard)
    assert found() == [("delivered", "CRATE-S", 7, 10)]
    [(code, cause)] = yard.cases()
    assert code == "CD-8202"
    assert f"{sale.name}: Odoo says that 7 of CRATE-S was delivered, and 10 is what left by {sale.release}" in cause
    change_done(yard, sale, 10)
    compare(yard)
    quiet(yard)
    assert Variance.objects.get().gone_at is not None


def test_what_differs_and_nobody_touches_is_looked_at_now_and_then(yard: Yard) -> None:
    """It may stand for weeks: Odoo is not asked about it each half minute."""
    yard.shipped(yard.released(("CRATE-S", 10)))
    DocumentLine.objects.filter(sku="CRATE-S").update(shipped=9)
    assert compare(yard) == 1
    old = now() - timedelta(days=1)
    StockEvent.objects.update(applied_at=old)
    SyncJob.objects.update(created_at=old, finished_at=old)
    DocumentLine.objects.filter(sku="CRATE-S").update(shipped=10)
    assert (compare(yard), found()) == (0, [("delivered", "CRATE-S", 10, 9)])
    Variance.objects.update(last_seen=now() - timedelta(minutes=6))
    assert (compare(yard), found()) == (1, [])


def test_what_a_person_ships_by_hand_is_no_difference(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10))
    yard.shipped(sale, "partial")
    yard.odoo.validate_by_hand(sale.id)
    yard.look()
    compare(yard)
    assert (yard.odoo.delivered(sale.id), found()) == ({"CRATE-S": 10}, [])


def test_what_is_not_booked_here_is_found_beside_what_is_by_hand(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10))
    yard.shipped(sale, "partial")
    yard.odoo.validate_by_hand(sale.id)
    DocumentLine.objects.filter(document__reference=sale.release).update(shipped=4)
    compare(yard)
    assert found()[:1] == [("delivered", "CRATE-S", 10, 9)]


def test_a_return_without_a_refund_is_back_in_the_warehouse_and_stays_delivered(yard: Yard) -> None:
    dock = Dock(yard)
    sale = yard.released(("CRATE-S", 10))
    yard.shipped(sale)
    dock.tell(line("CRATE-S", 3), release=sale.release)
    [back] = yard.odoo.rows("stock.move", [["origin_returned_move_id", "!=", False]], "state")
    yard.odoo.call("stock.move", "write", [back["id"]], {"to_refund": False})
    compare(yard)
    assert (yard.odoo.delivered(sale.id), found()) == ({"CRATE-S": 10}, [])


def test_a_shipment_that_went_twice_is_found(yard: Yard) -> None:
    """Both transfers have its mark, and one of them is booked."""
    sale = yard.released(("CRATE-S", 10))
    yard.shipped(sale, "partial")
    yard.odoo.validate_by_hand(sale.id)
    first, second = yard.odoo.rows("stock.picking", [["sale_id", "=", sale.id]], "note")
    note = str(first["note"]).replace(f"transfer {first['id']}", f"transfer {second['id']}")
    yard.odoo.call("stock.picking", "write", [second["id"]], {"note": note})
    compare(yard)
    assert found() == [("delivered", "CRATE-S", 10, 5)]


def test_a_shipment_whose_end_is_not_known_yet_is_no_difference(yard: Yard) -> None:
    """It has landed in Odoo, and its answer was lost."""
    sale = yard.released(("CRATE-S", 10))
    yard.odoo.fault("button_validate", "cut_after_commit")
    yard.shipped(sale)
    assert yard.odoo.delivered(sale.id) == {"CRATE-S": 10}
    assert SyncJob.objects.get(flow="shipment_confirmation").state == "retry"
    yard.set(reconcile_at=ALWAYS)
    walk(yard)
    assert (ReconciliationRun.objects.get(subject="sales").compared, found()) == (1, [])
    yard.later()
    compare(yard)
    quiet(yard)


def test_goods_that_move_while_they_are_looked_at_are_left_to_the_next_look(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = yard.released(("CRATE-S", 10))
    yard.shipped(sale)
    change_done(yard, sale, 7)
    posted = booked.posted

    def moves_meanwhile(*given: Any) -> Any:
        DocumentLine.objects.filter(document__reference=sale.release).update(cancelled=0, shipped=7)
        return posted(*given)

    monkeypatch.setattr(booked, "posted", moves_meanwhile)
    compare(yard)
    assert [each for each in found() if each[0] == "delivered"] == []


@ALL
def test_what_came_in_of_a_purchase_is_compared(yard: Yard) -> None:
    yard.set(receipt_mode="live")
    bought = yard.expected(("CRATE-S", 10), ("ROPE-10", 4))
    yard.receive(bought.advice)
    compare(yard)
    quiet(yard)
    name = "quantity" if yard.odoo.version >= 17 else "quantity_done"
    [row, *_] = yard.odoo.rows("stock.move", [["purchase_line_id.order_id", "=", bought.id]], "product_id")
    yard.odoo.call("stock.move", "write", [row["id"]], {name: 8})
    compare(yard)
    assert found() == [("received", "CRATE-S", 8, 10)]
    assert yard.cases()[0][0] == "CD-8203"


def test_a_line_in_dozens_is_compared_in_pieces(yard: Yard) -> None:
    product = yard.odoo.id_of("product.product", "CRATE-S", "default_code")
    dozen = yard.odoo.id_of("uom.uom", "Dozens")
    unit = {"product_id": product, "product_uom_qty": 2, "product_uom": dozen}
    sale = yard.released(order_line=[[0, 0, unit]])
    yard.shipped(sale, lines=[yard.line(sale, quantity="17")])
    compare(yard)
    quiet(yard)
    assert yard.odoo.delivered(sale.id) == {"CRATE-S": pytest.approx(1.42)}


def test_an_invoice_that_is_cancelled_in_odoo_is_found(yard: Yard) -> None:
    books = Ledger(yard)
    books.rule("invoice", posted=False)
    sale = books.sold(("CRATE-S", 4, 10, 0))
    yard.shipped(sale)
    compare(yard)
    quiet(yard)
    [move] = yard.odoo.rows("account.move", [["move_type", "=", "out_invoice"]], "state")
    yard.odoo.call("account.move", "button_cancel", [move["id"]])
    compare(yard)
    assert (found(), [code for code, _ in yard.cases()]) == ([("invoiced", "CRATE-S", 0, 4)], ["CD-8206"])
    yard.odoo.call("account.move", "button_draft", [move["id"]])
    compare(yard)
    quiet(yard)


def test_what_people_bill_is_not_looked_at(yard: Yard) -> None:
    sale = Ledger(yard).sold(("CRATE-S", 4, 10, 0))
    yard.shipped(sale)
    compare(yard)
    quiet(yard)


def test_the_walk_looks_at_what_nothing_tells_of_once_a_day(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10), ("ROPE-10", 2))
    yard.shipped(sale)
    DocumentLine.objects.filter(sku="CRATE-S").update(shipped=9)
    yard.set(reconcile_at=ALWAYS, shipment_mode="off", receipt_mode="live")
    StockEvent.objects.update(applied_at=now() - timedelta(days=1))
    SyncJob.objects.update(created_at=now() - timedelta(days=1), finished_at=now() - timedelta(days=1))
    assert (compare(yard), found()) == (1, [("delivered", "CRATE-S", 10, 9)])
    runs = ReconciliationRun.objects.filter(ended_at__isnull=False).order_by("pk")
    assert list(runs.values_list("subject", "total", "compared", "different")) == [
        ("sales", 2, 2, 1),
        ("purchases", 0, 0, 0),
        ("transfers", 0, 0, 0),
        ("confirmed", 0, 1, 0),
    ]
    Variance.objects.all().delete()
    assert compare(yard) == 0


def test_the_walk_begins_at_the_hour_of_the_warehouse_s_own_clock(yard: Yard) -> None:
    yard.set(time_zone="Asia/Tokyo")
    here = now().astimezone(ZoneInfo("Asia/Tokyo"))
    yard.set(reconcile_at=NEVER)
    assert beside_odoo._next_walk(warehouse(yard)) is None
    yard.set(reconcile_at=here.time().replace(microsecond=0))
    assert beside_odoo._next_walk(warehouse(yard)) is SORTS[0]


def test_a_walk_that_begins_late_goes_on_after_midnight(yard: Yard) -> None:
    yard.shipped(yard.released(("CRATE-S", 10)))
    yesterday = now().astimezone(ZoneInfo(warehouse(yard).time_zone)).date() - timedelta(days=1)
    ReconciliationRun.objects.create(subject="sales", warehouse=yard.warehouse, day=yesterday, total=1)
    assert beside_odoo._next_walk(warehouse(yard)) is SORTS[0]
    walk(yard)
    runs = ReconciliationRun.objects.filter(ended_at__isnull=False).order_by("pk")
    assert list(runs.values_list("subject", "day", "compared")) == [
        ("sales", yesterday, 1),
        ("purchases", yesterday, 0),
        ("transfers", yesterday, 0),
        ("confirmed", yesterday, 1),
    ]
    assert beside_odoo._next_walk(warehouse(yard)) is None


def test_a_walk_that_was_cut_off_goes_on_behind_the_last_page_that_was_kept(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "PAGE", 1)
    sale = yard.released(("CRATE-S", 10), ("ROPE-10", 2), ("GLOVE-M", 3))
    yard.shipped(sale)
    DocumentLine.objects.update(shipped=1)
    yard.set(reconcile_at=ALWAYS)
    keep, kept = noting.keep, list[Any]()

    def dies(looked_at: Any, differs: Any) -> None:
        keep(looked_at, differs)
        kept.append(differs)
        if len(kept) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(noting, "keep", dies)
    with pytest.raises(KeyboardInterrupt):
        walk(yard)
    assert (len(kept), ReconciliationRun.objects.get().compared, len(found())) == (2, 1, 1)
    monkeypatch.setattr(noting, "keep", keep)
    time_passes(3600)
    walk(yard)
    run = ReconciliationRun.objects.get(subject="sales")
    assert (run.total, run.compared, run.different, len(found())) == (3, 3, 3, 3)


def test_lines_of_two_warehouses_sum_up(yard: Yard) -> None:
    """What left for one order line from another warehouse is booked on a delivery of its own."""
    sale = yard.released(("CRATE-S", 10))
    yard.shipped(sale)
    delivery = Document.objects.get(reference=sale.release)
    [other] = Document.objects.filter(pk=delivery.pk)
    other.pk, other.erp_id, other.reference = None, delivery.erp_id + 9_000, "EAST/OUT/1"
    other.warehouse = Warehouse.objects.create(
        name="East", erp=yard.erp, company_id=1, erp_warehouse_id=99, wms=yard.partner, site="EAST"
    )
    other.save()
    [left] = delivery.lines.all()
    DocumentLine.objects.filter(pk=left.pk).update(shipped=6)
    left.pk, left.document, left.shipped = None, other, Decimal(4)
    left.save()
    compare(yard)
    assert found() == []
    DocumentLine.objects.filter(pk=left.pk).update(shipped=5)
    compare(yard)
    assert found() == [("delivered", "CRATE-S", 10, 11)]


@ALL
def test_a_kit_is_compared_by_its_components(kits: Yard) -> None:
    sale = kits.sell(("KIT", 3), ("TAPE", 4))
    kits.look()
    kits.wms.accept(sale.release)
    kits.run()
    kits.shipped(sale, "partial")
    compare(kits)
    quiet(kits)
    DocumentLine.objects.filter(sku="BOX").update(shipped=1)
    compare(kits)
    assert [each[:2] for each in found()] == [("delivered", "BOX")]


def warehouse(yard: Yard) -> Warehouse:
    return Warehouse.objects.select_related("erp", "wms").get(pk=yard.warehouse.pk)


def walk(yard: Yard) -> None:
    with transaction.atomic():
        enqueue(beside_odoo._job("orders_walk", yard.warehouse))
    while engine.run_lane(Lane.MASTER_DATA, HANDLERS, seconds=60):
        pass


def test_documents_of_two_companies_with_one_number_have_a_case_each(yard: Yard) -> None:
    first, second = (Document.objects.get(reference=yard.released(("CRATE-S", 10)).release) for _ in range(2))
    Document.objects.filter(pk=second.pk).update(reference=first.reference)
    wrong = [noting.Found(each.pk, "delivered", "1", "CRATE-S", Decimal(7), Decimal(10)) for each in (first, second)]
    keep(wrong)
    assert [code for code, _ in yard.cases()] == ["CD-8202"] * 2
    keep(wrong[:1], {wrong[1].key})
    assert ExceptionCase.objects.get(code="CD-8202", state="open").document == first


def keep(found: list[noting.Found], looked_at: Collection[noting.Key] = ()) -> None:
    with transaction.atomic():
        noting.keep({*looked_at, *(each.key for each in found)}, found)


@ALL
def test_what_left_in_the_place_of_a_line_is_compared_on_the_line_that_it_has_in_odoo(yard: Yard) -> None:
    BusinessRule.objects.create(kind="substitute", warehouse=yard.warehouse, sku="CRATE-S")
    sale = yard.released(("CRATE-S", 10))
    swapped = yard.line(sale, sku="P-CRATE-M", quantity="3", substitute=True)
    yard.shipped(sale, lines=[yard.line(sale, quantity="7"), swapped])
    compare(yard)
    quiet(yard)
    [own, instead] = done_moves(yard, sale)
    name = "quantity" if yard.odoo.version >= 17 else "quantity_done"
    yard.odoo.call("stock.move", "write", [own], {name: 6})
    yard.odoo.call("stock.move", "write", [instead], {name: 2})
    compare(yard)
    assert found() == [("delivered", "CRATE-M", 2, 3), ("delivered", "CRATE-S", 6, 7)]
    assert [code for code, _ in yard.cases()] == ["CD-8202"]
    yard.odoo.call("stock.move", "write", [own], {name: 7})
    yard.odoo.call("stock.move", "write", [instead], {name: 3})
    compare(yard)
    quiet(yard)


def test_what_comes_back_of_what_left_in_a_line_s_place_is_taken_off_it(yard: Yard) -> None:
    BusinessRule.objects.create(kind="substitute", warehouse=yard.warehouse, sku="CRATE-S")
    dock = Dock(yard)
    sale = yard.released(("CRATE-S", 10))
    yard.shipped(sale, lines=[yard.line(sale, sku="P-CRATE-M", quantity="10", substitute=True)])
    dock.tell(line("CRATE-M", 4), release=sale.release)
    compare(yard)
    quiet(yard)
    assert yard.odoo.delivered(sale.id)["CRATE-M"] == 6
