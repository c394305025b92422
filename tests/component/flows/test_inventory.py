"""What there is, by Odoo and by the warehouse, side by side; and what people changed in Odoo itself."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from integration.jobs import differences, inventories, warehouses
from integration.models import AuditEvent, Availability, Connection, ExceptionCase, StockSnapshot
from tests.component.engine.yard import until
from tests.component.flows.shelves import SITE, Shelves, now
from tests.component.flows.yard import SOMEBODY

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
FIGURES = ("sku", "lot", "condition", "on_hand", "in_flight", "to_ship", "reported", "expected", "difference")


def table(*skus: str) -> list[tuple[Any, ...]]:
    """As people see it."""
    return list(Availability.objects.filter(sku__in=skus).order_by("sku", "lot", "condition").values_list(*FIGURES))


def snapshot(shelves: Shelves, **how: object) -> None:
    shelves.yard.wms.control("snapshot", site=SITE, **how)
    shelves.yard.run()


def lose(shelves: Shelves, code: str, quantity: int) -> None:
    shelves.yard.wms.control("stock", site=SITE, lines=[{"sku": f"P-{code}", "quantity": str(-quantity)}])


def test_each_figure_stands_for_itself(shelves: Shelves) -> None:
    shelves.place("damaged")
    shelves.stock("NAIL", 20)
    shelves.adjust({"sku": "P-NAIL", "quantity": "3", "to_condition": "damaged"})
    sale = shelves.yard.released(("NAIL", 8))
    shelves.yard.shipped(sale, lines=[shelves.yard.line(sale, quantity="5")], final=False, carrier="NEW")
    shelves.adjust({"sku": "P-NAIL", "quantity": "-1"})
    shelves.yard.run()
    shelves.read()
    assert table("NAIL") == [
        ("NAIL", "", "damaged", D(3), D(0), D(0), None, None, None),
        ("NAIL", "", "good", D(17), D(-6), D(8), None, None, None),
    ]
    reserved = Availability.objects.get(sku="NAIL", condition="good").reserved
    assert reserved == 8


def test_what_left_in_a_line_s_place_is_not_to_be_shipped_any_more(shelves: Shelves) -> None:
    for code in ("NAIL", "BOLT"):
        shelves.stock(code, 20)
    shelves.allow("substitute", sku="NAIL")
    sale, line = shelves.yard.released(("NAIL", 8)), shelves.yard.line
    instead = line(sale, sku="P-BOLT", quantity="3", substitute=True)
    shelves.yard.shipped(sale, lines=[line(sale, quantity="2"), instead], final=False)
    shelves.read()
    assert Availability.objects.get(sku="NAIL").to_ship == 3


def test_a_snapshot_is_compared_net_of_what_is_under_way(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    shelves.stock("GLUE", lots={"L1": 5})
    sale = shelves.yard.released(("NAIL", 5))
    shelves.yard.shipped(sale, carrier="NEW")
    lose(shelves, "NAIL", 2)
    snapshot(shelves)
    assert table("NAIL", "GLUE") == [
        ("GLUE", "L1", "good", D(5), D(0), D(0), D(5), D(5), D(0)),
        ("NAIL", "", "good", D(20), D(-5), D(5), D(13), D(15), D(-2)),
    ]
    shelves.yard.map("carrier", "Express", "NEW")
    shelves.yard.run()
    shelves.read()
    assert table("NAIL") == [("NAIL", "", "good", D(15), D(0), D(0), D(13), D(15), D(-2))]


def test_what_moved_after_the_snapshot_is_no_difference(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    sale = shelves.yard.released(("NAIL", 5))
    snapshot(shelves)
    shelves.yard.shipped(sale)
    shelves.read()
    assert table("NAIL") == [("NAIL", "", "good", D(15), D(0), D(0), D(20), D(20), D(0))]


def test_pages_count_when_all_are_here_in_any_order_and_twice(shelves: Shelves) -> None:
    for code in ("NAIL", "BOLT", "NUT"):
        shelves.stock(code, 5)
    pages = shelves.yard.wms.server.world.list_stock(SITE, page_size=1, number="S-1")
    for page in (pages[2], pages[0], pages[0]):
        shelves.yard.wms.send("inventory.snapshot", page.model_dump(mode="json", exclude_none=True))
        shelves.yard.run()
    assert (StockSnapshot.objects.get().complete, Availability.objects.count()) == (False, 0)
    shelves.yard.wms.send("inventory.snapshot", pages[1].model_dump(mode="json", exclude_none=True))
    shelves.yard.run()
    assert StockSnapshot.objects.get().levels.count() == 3
    assert [row[6] for row in table("NAIL", "BOLT", "NUT")] == [D(5), D(5), D(5)]


def test_a_product_that_is_not_mapped_is_shown_as_the_warehouse_calls_it(shelves: Shelves) -> None:
    shelves.yard.wms.control("stock", site=SITE, lines=[{"sku": "WHAT", "quantity": "4"}])
    snapshot(shelves)
    assert table("WHAT") == [("WHAT", "", "good", D(0), D(0), D(0), D(4), None, None)]
    assert [code for code, cause in shelves.yard.cases() if "WHAT" in cause] == ["CD-8204"]


def test_a_warehouse_that_can_be_asked_is_asked_page_by_page(shelves: Shelves, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integration.sandbox.wms.contract.PAGE_SIZE", 1)
    Connection.objects.filter(pk=shelves.yard.partner.pk).update(profile={"facts": {"serves": ["inventory"]}})
    shelves.stock("NAIL", 20)
    shelves.stock("BOLT", 7)
    lose(shelves, "BOLT", 1)
    assert inventories.start_fetches() == 1
    shelves.yard.run()
    assert [row[-3:] for row in table("BOLT", "NAIL")] == [(D(6), D(7), D(-1)), (D(20), D(20), D(0))]
    assert StockSnapshot.objects.get().pages == 2


def test_one_that_gives_a_number_again_is_told_so(shelves: Shelves) -> None:
    Connection.objects.filter(pk=shelves.yard.partner.pk).update(profile={"facts": {"serves": ["inventory"]}})
    shelves.stock("NAIL", 20)
    snapshot(shelves, snapshot="SNAP-000001")
    lose(shelves, "NAIL", 1)
    inventories.start_fetches()
    shelves.yard.run()
    assert [code for code, _ in shelves.yard.cases() if code != "CD-8204"] == ["CD-8005"]


def test_one_that_cannot_is_left_alone(shelves: Shelves) -> None:
    assert inventories.start_fetches() == 0


def test_old_snapshots_leave(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    for number in range(inventories.KEPT + 2):
        snapshot(shelves, snapshot=f"S-{number}")
    assert StockSnapshot.objects.count() == inventories.KEPT


def test_snapshots_that_never_got_complete_leave_with_them_and_cost_none_of_them(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    snapshot(shelves, snapshot="S-0")
    [page] = shelves.yard.wms.server.world.list_stock(SITE, number="S-0")
    for number in range(1, inventories.KEPT + 1):
        torn = {**page.model_dump(mode="json", exclude_none=True), "taken_at": now().isoformat(), "pages": 2}
        shelves.yard.wms.send("inventory.snapshot", {**torn, "snapshot": f"T-{number}"})
    snapshot(shelves, snapshot="S-1")
    assert StockSnapshot.objects.filter(complete=True).count() == 2
    for number in range(2, inventories.KEPT + 2):
        snapshot(shelves, snapshot=f"S-{number}")
    assert (StockSnapshot.objects.count(), StockSnapshot.objects.filter(complete=False).count()) == (
        inventories.KEPT,
        0,
    )


def by_hand(shelves: Shelves, code: str, quantity: float) -> None:
    """A person corrects what Odoo holds. What they filled in before is met as well: it is seconds old."""
    place = {"location_id": shelves.places["good"]}
    shelves.yard.odoo.put(shelves.products[code], quantity, **place)


@pytest.fixture
def watched(shelves: Shelves) -> Shelves:
    shelves.place("damaged")
    shelves.stock("NAIL", 20)
    shelves.watch()
    assert shelves.yard.cases() == []
    later = now() - timedelta(seconds=1)
    shelves.yard.erp.cursors.update(read_to=later)
    return shelves


def test_what_a_person_counts_in_odoo_is_told_once(watched: Shelves) -> None:
    by_hand(watched, "NAIL", 23)
    watched.watch()
    watched.watch()
    case = undo_of(watched, D(3))
    assert ("3 of NAIL added at WH/Stock" in case.cause, case.count) == (True, 1)
    differences.told(case.pk, SOMEBODY, "Tom keyed it")
    assert [state for _, state in watched.states()].count("told") == 1
    assert ExceptionCase.objects.get(pk=case.pk).state == "resolved"
    assert AuditEvent.objects.get(verb="warehouse told").detail["reason"] == "Tom keyed it"
    watched.watch()
    assert watched.odoo() == {("NAIL", "", "good"): D(23)}
    assert ExceptionCase.objects.filter(fingerprint=case.fingerprint).count() == 1


def test_and_may_be_undone(watched: Shelves) -> None:
    by_hand(watched, "NAIL", 23)
    watched.watch()
    differences.undo(undo_of(watched, D(3)).pk, SOMEBODY, "a slip")
    watched.yard.run()
    assert watched.odoo() == {("NAIL", "", "good"): D(20)}
    watched.watch()
    assert [state for kind, state in watched.states() if state == "undone"] == ["undone"]


def test_a_count_that_had_corrected_it_is_judged_again_when_it_is_undone(watched: Shelves) -> None:
    watched.allow()
    by_hand(watched, "NAIL", 23)
    watched.watch()
    watched.count()
    watched.yard.run()
    assert watched.odoo() == {("NAIL", "", "good"): D(20)}
    differences.undo(undo_of(watched, D(3)).pk, SOMEBODY, "a slip")
    watched.yard.run()
    assert (watched.odoo(), watched.yard.unfinished()) == ({("NAIL", "", "good"): D(20)}, [])


def undo_of(shelves: Shelves, quantity: Decimal) -> ExceptionCase:
    return next(
        case
        for case in ExceptionCase.objects.filter(code="CD-8020", state="open")
        if case.context["quantity"] == format(quantity.normalize(), "f")
    )


def test_scrap_and_a_transfer_by_hand_are_told_and_ours_are_not(watched: Shelves) -> None:
    odoo, product = watched.yard.odoo, watched.products["NAIL"]
    unit = odoo.id_of("uom.uom", "Units")
    scrap = {"product_id": product, "scrap_qty": 2, "location_id": watched.places["good"], "product_uom_id": unit}
    odoo.call("stock.scrap", "action_validate", [odoo.call("stock.scrap", "create", scrap)])
    move_by_hand(watched, product, unit, 4)
    watched.allow()
    watched.adjust({"sku": "P-NAIL", "quantity": "-1"}, {"sku": "P-NAIL", "quantity": "1", "to_condition": "damaged"})
    watched.yard.run()
    watched.watch()
    words = sorted(cause.partition("): ")[2] for _, cause in watched.yard.cases())
    told = [word for word in words if "20 of NAIL" not in word]
    assert told == [
        "2 of NAIL taken from WH/Stock. The warehouse does not know.",
        "4 of NAIL moved from WH/Stock to WH/Stock/damaged. The warehouse does not know.",
    ]


def move_by_hand(shelves: Shelves, product: int, unit: int, quantity: float) -> None:
    odoo = shelves.yard.odoo
    kind = odoo.call("stock.picking.type", "search", [["code", "=", "internal"]], context={"active_test": False})[0]
    between = {"location_id": shelves.places["good"], "location_dest_id": shelves.places["damaged"]}
    move = {"product_id": product, "product_uom_qty": quantity, "product_uom": unit, "name": "by hand", **between}
    picking = odoo.call("stock.picking", "create", {"picking_type_id": kind, **between, "move_ids": [[0, 0, move]]})
    odoo.call("stock.picking", "action_confirm", [picking])
    odoo.call("stock.picking", "action_assign", [picking])
    for row in odoo.rows("stock.move", [["picking_id", "=", picking]], "id"):
        odoo.call("stock.move", "write", [row["id"]], {"quantity": quantity, "picked": True})
    odoo.call("stock.picking", "button_validate", [picking], context={"skip_backorder": True})


def test_an_undone_transfer_goes_back(watched: Shelves) -> None:
    odoo, product = watched.yard.odoo, watched.products["NAIL"]
    move_by_hand(watched, product, odoo.id_of("uom.uom", "Units"), 4)
    watched.watch()
    differences.undo(undo_of(watched, D(4)).pk, SOMEBODY, "the wrong shelf")
    watched.yard.run()
    assert watched.odoo() == {("NAIL", "", "good"): D(20)}


def test_what_was_done_since_the_warehouse_went_live_is_told_though_nobody_had_looked_yet(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    another_second = now() + timedelta(seconds=1)
    until(lambda: now() > another_second)
    shelves.yard.warehouse.refresh_from_db()
    with transaction.atomic():
        warehouses.changed(shelves.yard.warehouse)
    by_hand(shelves, "NAIL", 23)
    shelves.watch()
    assert [case.context["quantity"] for case in ExceptionCase.objects.filter(code="CD-8020")] == ["3"]


def test_what_was_counted_before_anybody_looked_is_how_it_began(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    another_second = now() + timedelta(seconds=1)
    until(lambda: now() > another_second)
    shelves.watch()
    by_hand(shelves, "NAIL", 23)
    shelves.watch()
    assert [case.context["quantity"] for case in ExceptionCase.objects.filter(code="CD-8020")] == ["3"]
