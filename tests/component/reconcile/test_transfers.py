"""Transfers that are in Odoo what was booked here, and what lies in between, say nothing; the others are found."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils.timezone import now

from integration.models import (
    CapturedRecord,
    DocumentLine,
    InTransit,
    ReconciliationRun,
    StockEvent,
    SyncJob,
    Variance,
    Warehouse,
)
from integration.reconcile import booked
from tests.component.flows.test_transfers import Route, lots, route, short
from tests.component.flows.yard import Yard
from tests.component.reconcile.test_orders import ALL, ALWAYS, NEVER, compare

__all__ = ["route"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_walk(route: Route) -> None:
    Warehouse.objects.update(reconcile_at=NEVER)


def found() -> list[tuple[str, str, str, int, int]]:
    rows = Variance.objects.filter(gone_at=None).order_by("subject", "sku", "lot")
    return [(row.subject, row.sku, row.lot, int(row.says), int(row.found)) for row in rows]


def quiet(route: Route) -> None:
    assert (found(), route.yard.cases(), route.yard.unfinished()) == ([], [], [])


def left(route: Route, *basket: tuple[str, float]) -> tuple[str, str]:
    """Sent, and on its way."""
    out, into = route.send(*(basket or (("CRATE-S", 10),)))
    route.yard.look()
    route.yard.wms.accept(out)
    route.yard.wms.ship(out)
    route.yard.run()
    return out, into


def done(yard: Yard, picking: str, quantity: float) -> None:
    """A person changes a transfer that is done."""
    name = "quantity" if yard.odoo.version >= 17 else "quantity_done"
    [move] = yard.odoo.rows("stock.move", [["picking_id.name", "=", picking]], "state")
    yard.odoo.call("stock.move", "write", [move["id"]], {name: quantity})


def count_between(route: Route, code: str, quantity: float) -> None:
    """A person counts what lies in the place in between."""
    product = route.yard.odoo.id_of("product.product", code, "default_code")
    route.yard.odoo.put(product, quantity, location_id=route.transit)


def read_long_after() -> None:
    """What was read last is from long after Odoo's latest movement."""
    CapturedRecord.objects.update(read_at=now() + timedelta(hours=1))


@ALL
def test_what_left_is_on_its_way_and_came_in_agrees(route: Route) -> None:
    _, into = left(route, ("CRATE-S", 10), ("ROPE-10", 4))
    compare(route.yard)
    quiet(route)
    route.yard.receive(into)
    compare(route.yard)
    quiet(route)
    assert route.on_the_way() == []


@ALL
def test_a_ship_leg_that_somebody_changes_afterwards_is_found_and_mended(route: Route) -> None:
    yard = route.yard
    out, _ = left(route)
    done(yard, out, 7)
    yard.look()
    compare(yard)
    assert found() == [("sent", "CRATE-S", "", 7, 10)]
    [(code, cause)] = yard.cases()
    assert code == "CD-8207"
    assert f"{out}: Odoo says that 7 of CRATE-S moved by {out}, and 10 is what the warehouse confirmed" in cause
    done(yard, out, 10)
    yard.look()
    compare(yard)
    quiet(route)


@ALL
def test_a_receive_leg_that_somebody_changes_afterwards_is_found(route: Route) -> None:
    yard = route.yard
    _, into = left(route)
    yard.receive(into)
    done(yard, into, 8)
    yard.look()
    compare(yard)
    assert found() == [("arrived", "CRATE-S", "", 8, 10)]
    assert [code for code, _ in yard.cases()] == ["CD-8207"]


@ALL
def test_lots_that_are_others_in_odoo_are_found_one_by_one(route: Route) -> None:
    yard = route.yard
    out, _ = lots(route)
    yard.look()
    yard.wms.accept(out)
    line = yard.wms.books()[0]["lines"][0]
    said = {"line": line["line"], "sku": "P-OIL", "quantity": "6", "unit": "EA"}
    yard.wms.ship(out, lines=[{**said, "lots": [{"lot": "L-1", "quantity": "6"}]}])
    yard.run()
    compare(yard)
    quiet(route)
    StockEvent.objects.update(lot="L-2")
    compare(yard)
    assert found() == [("sent", "OIL", "L-1", 6, 0), ("sent", "OIL", "L-2", 0, 6)]
    [(code, cause)] = yard.cases()
    assert (code, "6 of OIL, lot L-1 moved" in cause, "2 of its lines" in cause) == ("CD-8207", True, True)
    StockEvent.objects.update(lot="L-1")
    compare_again(yard)
    quiet(route)


@ALL
def test_what_somebody_takes_out_of_the_place_in_between_is_missing_there(route: Route) -> None:
    yard = route.yard
    out, _ = left(route)
    count_between(route, "CRATE-S", 7)
    compare(yard)
    assert found() == [("transit", "CRATE-S", "", 7, 10)]
    [(code, cause)] = yard.cases()
    assert code == "CD-8208"
    assert f"{out}: 10 of CRATE-S is on its way between the warehouses, and Odoo has 7 of it" in cause
    assert Variance.objects.get().warehouse == route.south
    count_between(route, "CRATE-S", 10)
    compare_again(yard)
    quiet(route)


def test_what_other_people_keep_in_between_is_not_ours(route: Route) -> None:
    left(route)
    count_between(route, "CRATE-S", 25)
    compare(route.yard)
    quiet(route)


def test_of_two_transfers_the_first_one_misses_what_is_missing(route: Route) -> None:
    first, _ = left(route)
    second, _ = left(route, ("CRATE-S", 5))
    count_between(route, "CRATE-S", 3)
    compare(route.yard)
    rows = Variance.objects.filter(gone_at=None).order_by("document__reference")
    assert {(row.document.reference, int(row.says), int(row.found)) for row in rows} == {(first, 0, 10), (second, 3, 5)}


def test_of_two_transfers_one_alone_is_looked_at_beside_the_other(route: Route) -> None:
    """What has not moved lately is no reason for what lies there."""
    first, _ = left(route)
    StockEvent.objects.update(applied_at=now() - timedelta(days=1))
    SyncJob.objects.update(created_at=now() - timedelta(days=1), finished_at=now() - timedelta(days=1))
    second, _ = left(route, ("CRATE-S", 5))
    count_between(route, "CRATE-S", 12)
    compare(route.yard)
    assert found() == []
    count_between(route, "CRATE-S", 4)
    compare(route.yard)
    assert [(row.document.reference, int(row.says)) for row in Variance.objects.all()] == [(second, 4)], first


def test_what_is_on_its_way_by_our_books_alone_is_found_once_odoo_was_read_since(route: Route) -> None:
    out, _ = left(route)
    compare(route.yard)
    InTransit.objects.update(quantity=F("quantity") + 2)
    compare_again(route.yard)
    assert (found(), CapturedRecord.objects.get(model="transfer").dirty_at) == ([], None)
    InTransit.objects.update(quantity=F("quantity") + 2)
    read_long_after()
    compare_again(route.yard)
    assert found() == [("transit", "CRATE-S", "", 10, 14)]
    assert [code for code, _ in route.yard.cases()] == ["CD-8208"], out


def test_a_shipment_whose_end_is_not_known_yet_is_no_difference(route: Route) -> None:
    """It has landed in Odoo, and its answer was lost."""
    yard = route.yard
    out, _ = route.send(("CRATE-S", 10))
    yard.look()
    yard.wms.accept(out)
    yard.odoo.fault("button_validate", "cut_after_commit")
    yard.wms.ship(out)
    yard.run()
    assert SyncJob.objects.get(flow="shipment_confirmation").state == "retry"
    yard.set(reconcile_at=ALWAYS)
    compare(yard)
    assert (ReconciliationRun.objects.get(subject="transfers", warehouse=yard.warehouse).compared, found()) == (1, [])
    yard.later()
    compare(yard)
    quiet(route)


def test_goods_that_move_while_they_are_looked_at_are_left_to_the_next_look(
    route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard, posted = route.yard, booked.posted
    out, _ = left(route)
    done(yard, out, 7)

    def moves_meanwhile(*given: Any) -> Any:
        DocumentLine.objects.update(shipped=7)
        return posted(*given)

    monkeypatch.setattr(booked, "posted", moves_meanwhile)
    compare(yard)
    assert found() == []


def test_what_a_person_moves_by_hand_is_no_difference(route: Route) -> None:
    yard = route.yard
    out, into = route.send(("CRATE-S", 10))
    yard.look()
    yard.odoo.receive_by_hand(out)
    yard.look()
    yard.odoo.receive_by_hand(into)
    yard.look()
    compare(yard)
    assert found() == []


def test_what_is_lost_and_written_off_agrees(route: Route) -> None:
    short(route)
    compare(route.yard)
    assert found() == []
    route.yard.choose("CD-7020", "lost")
    compare(route.yard)
    quiet(route)


def test_more_that_came_in_than_left_is_below_nothing_on_both_sides(route: Route) -> None:
    yard = route.yard
    _, into = left(route)
    yard.wms.accept("", advice=into)
    yard.receive(into, "over")
    yard.choose("CD-7005", "accept")
    yard.look()
    assert route.on_the_way() == [("CRATE-S", "", -1)]
    compare(yard)
    quiet(route)


def test_a_walk_looks_at_what_nothing_tells_of(route: Route) -> None:
    yard = route.yard
    left(route)
    old = now() - timedelta(days=1)
    StockEvent.objects.update(applied_at=old)
    SyncJob.objects.update(created_at=old, finished_at=old)
    DocumentLine.objects.update(shipped=9)
    assert (compare(yard), found()) == (0, [])
    yard.set(reconcile_at=ALWAYS)
    compare(yard)
    assert found() == [("sent", "CRATE-S", "", 10, 9)]
    runs = ReconciliationRun.objects.filter(subject="transfers", warehouse=yard.warehouse)
    assert list(runs.values_list("total", "compared", "different")) == [(1, 1, 1)]


def test_a_receipt_without_an_order_is_compared_with_what_came_from_the_supplier(route: Route) -> None:
    yard = route.yard
    [kind] = yard.odoo.rows("stock.picking.type", [["code", "=", "incoming"], ["warehouse_id.code", "=", "WH"]], "name")
    [outside] = yard.odoo.rows("stock.location", [["usage", "=", "supplier"]], "name")
    [a] = yard.odoo.rows("stock.warehouse", [["code", "=", "WH"]], "lot_stock_id")
    made = route._leg(kind["id"], outside["id"], a["lot_stock_id"], (("CRATE-S", 3),), {})
    yard.odoo.call("stock.picking", "action_confirm", [made])
    [row] = yard.odoo.rows("stock.picking", [["id", "=", made]], "name")
    yard.look()
    yard.receive(row["name"])
    compare(yard)
    quiet(route)
    done(yard, row["name"], 2)
    compare(yard)
    assert found() == [("arrived", "CRATE-S", "", 2, 3)]


def compare_again(yard: Yard) -> None:
    """What differs is looked at every five minutes."""
    Variance.objects.update(last_seen=now() - timedelta(minutes=6))
    StockEvent.objects.update(applied_at=now())
    compare(yard)
