"""Order lines that are in Odoo what was booked here say nothing; one that is not is found, told, and forgotten again."""

from datetime import time
from decimal import Decimal
from typing import Any

import pytest

from integration.jobs import engine
from integration.models import (
    CaptureCursor,
    Document,
    DocumentLine,
    ExternalReference,
    Lane,
    ReconciliationRun,
    SyncJob,
    Variance,
)
from integration.reconcile import beside_odoo, booked, orders
from tasks.work import HANDLERS
from tests.component.engine.yard import time_passes
from tests.component.flows.ledger import Ledger
from tests.component.flows.returns import Dock, line
from tests.component.flows.yard import Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
ALL = pytest.mark.parametrize("odoo_server", ["16", "17", "18", "19"], indirect=True)
EVER = time(0)
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
    yard.odoo.fault("button_validate", "drop_after")
    yard.shipped(sale)
    assert yard.odoo.delivered(sale.id) == {"CRATE-S": 10}
    assert SyncJob.objects.get(flow="shipment_confirmation").state == "retry"
    CaptureCursor.objects.filter(model__startswith="order lines").delete()
    ids = booked.following(booked.SALES, yard.warehouse, 0, 10)
    assert [compare_now(yard, ids).found, found()] == [[], []]
    time_passes(3600)
    yard.later()
    compare(yard)
    quiet(yard)


def compare_now(yard: Yard, ids: list[int]) -> orders.Compared:
    got: list[orders.Compared] = []

    def handle(work: Any) -> Any:
        with beside_odoo.open_erp(yard.warehouse.erp, work) as erp:
            got.append(orders.compare(booked.SALES, yard.warehouse, erp, ids))
        return beside_odoo.Outcome()

    with beside_odoo.transaction.atomic():
        beside_odoo.enqueue(beside_odoo._job("orders_watch", yard.warehouse))
    while engine.run_lane(Lane.INVENTORY, {**HANDLERS, "orders_watch": handle}, seconds=60):
        pass
    return got[0]


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
    assert (found(), [code for code, _ in yard.cases()]) == ([("invoiced", "CRATE-S", 0, 4)], ["CD-8204"])
    yard.odoo.call("account.move", "button_draft", [move["id"]])
    compare(yard)
    quiet(yard)


def test_what_people_bill_is_not_looked_at(yard: Yard) -> None:
    sale = Ledger(yard).sold(("CRATE-S", 4, 10, 0))
    yard.shipped(sale)
    compare(yard)
    quiet(yard)


def test_a_shipment_that_odoo_has_lost_is_found_by_the_walk(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10))
    yard.shipped(sale)
    ExternalReference.objects.filter(document_type="shipment").delete()
    yard.set(reconcile_at=EVER)
    compare(yard)
    assert [each for each in found() if each[0] == "delivered"] == [("delivered", "CRATE-S", 10, 20)]
    runs = ReconciliationRun.objects.order_by("pk").values_list("subject", "total", "compared", "different")
    assert list(runs) == [("sales", 1, 1, 1), ("purchases", 0, 0, 0)]
    assert not ReconciliationRun.objects.filter(ended_at=None).exists()
    assert [flow for flow in SyncJob.objects.values_list("flow", flat=True) if flow == "orders_walk"] == ["orders_walk"]
    assert Document.objects.count() and Decimal(0) == 0
