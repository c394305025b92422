"""What left the warehouse is what Odoo delivers: all, a part, less, more, by lot, by serial number, in parcels."""

from decimal import Decimal

import pytest

from integration.models import BusinessRule, Document, DocumentLine, ExternalReference, StockEvent
from tests.component.flows.wms import Held
from tests.component.flows.yard import Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)


def well(yard: Yard, sale: Sale, state: str) -> None:
    """Nothing is left to do or to mend."""
    assert (yard.state(sale.release), yard.cases(), yard.unfinished()) == (state, [], [])


def test_a_part_now_and_the_rest_later_is_one_release_and_two_transfers(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10))
    yard.shipped(sale, "partial")
    assert yard.left(sale) == {"CRATE-S": (5, 5, 5)}
    assert [state for _, state in yard.odoo.transfers(sale.id)] == ["done", "assigned"]
    well(yard, sale, "part_shipped")
    yard.look()
    yard.sweep()
    assert yard.wms.held() == [Held(sale.release, 1, "accepted", {"P-CRATE-S": "10"})]
    yard.shipped(sale)
    assert yard.left(sale) == {"CRATE-S": (10, 10, 10)}
    assert yard.odoo.shipped_by(sale.id) == [("SHP-000001", ""), ("SHP-000002", "")]
    well(yard, sale, "shipped")


def test_three_shipments_of_one_release(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 8), ("ROPE-10", 2))
    for _ in range(2):
        yard.shipped(sale, "partial")
    yard.shipped(sale)
    assert yard.left(sale) == {"CRATE-S": (8, 8, 8), "ROPE-10": (2, 2, 2)}
    assert [state for _, state in yard.odoo.transfers(sale.id)] == ["done", "done", "done"]
    assert yard.effects("ship") == ["landed"] * 3
    well(yard, sale, "shipped")


def test_a_final_short_shipment_leaves_a_backorder_that_is_released_as_its_own(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10))
    yard.shipped(sale, "short")
    yard.look()
    [(_, first), (backorder, second)] = yard.odoo.transfers(sale.id)
    assert (first, second, yard.left(sale)) == ("done", "assigned", {"CRATE-S": (9, 9, 9)})
    assert yard.wms.held() == [
        Held(sale.release, 1, "accepted", {"P-CRATE-S": "10"}),
        Held(backorder, 1, "received", {"P-CRATE-S": "1"}),
    ]
    yard.wms.ship(backorder)
    yard.run()
    assert yard.left(sale) == {"CRATE-S": (10, 10, 10)}
    assert (yard.state(backorder), yard.cases(), yard.unfinished()) == ("shipped", [], [])


def test_the_rest_of_a_final_short_shipment_is_cancelled_where_the_warehouse_is_set_so(yard: Yard) -> None:
    yard.set(remainder="cancel")
    sale = yard.released(("CRATE-S", 10))
    yard.shipped(sale, "short")
    yard.look()
    assert (yard.left(sale), yard.odoo.transfers(sale.id)) == ({"CRATE-S": (9, 9, 9)}, [(sale.release, "done")])
    line = DocumentLine.objects.get(document__reference=sale.release)
    assert (line.shipped, line.cancelled, len(yard.wms.held())) == (9, 1, 1)
    well(yard, sale, "shipped")


def test_a_line_that_did_not_ship_at_all_goes_to_the_backorder(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3), ("ROPE-10", 2))
    yard.shipped(sale, lines=[yard.line(sale), yard.line(sale, 1, quantity="0")], final=False)
    assert yard.left(sale) == {"CRATE-S": (3, 3, 3), "ROPE-10": (0, 0, 0)}
    well(yard, sale, "part_shipped")


def test_more_than_ordered_ships_within_the_tolerance_of_a_rule(yard: Yard) -> None:
    BusinessRule.objects.create(kind="over_percent", warehouse=yard.warehouse, sku="ROPE-10", value=Decimal(25))
    sale = yard.released(("ROPE-10", 4))
    yard.shipped(sale, "over")
    assert yard.left(sale) == {"ROPE-10": (5, 5, 5)}
    assert DocumentLine.objects.get(document__reference=sale.release).over == 1
    well(yard, sale, "shipped")


def test_two_parcels_become_packages_with_their_tracking_numbers(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 4))
    yard.shipped(sale, packages=2)
    assert yard.odoo.packages(sale.id) == [("SHP-000001-P1", 2), ("SHP-000001-P2", 2)]
    assert yard.odoo.shipped_by(sale.id) == [("SHP-000001", "TRK-SHP-000001-P1, TRK-SHP-000001-P2")]
    assert yard.left(sale) == {"CRATE-S": (4, 4, 4)}
    assert sorted(StockEvent.objects.values_list("package", flat=True)) == ["SHP-000001-P1", "SHP-000001-P2"]
    tracking = ExternalReference.objects.filter(document_type="tracking").values_list("reference", flat=True)
    assert sorted(tracking) == ["TRK-SHP-000001-P1", "TRK-SHP-000001-P2"]
    well(yard, sale, "shipped")


def test_the_lots_that_left_are_the_warehouse_s_not_those_that_odoo_had_reserved(yard: Yard) -> None:
    sale = yard.released(("PAINT-W", 6))
    lots = [{"lot": "PAINT-W-002", "quantity": "4"}, {"lot": "PAINT-W-001", "quantity": "2"}]
    yard.shipped(sale, lines=[yard.line(sale, lots=lots)])
    assert yard.odoo.lots(sale.id) == [("PAINT-W-001", 2), ("PAINT-W-002", 4)]
    assert yard.left(sale) == {"PAINT-W": (6, 6, 6)}
    assert set(StockEvent.objects.values_list("lot", "quantity")) == {
        ("PAINT-W-002", Decimal(-4)),
        ("PAINT-W-001", Decimal(-2)),
    }
    well(yard, sale, "shipped")


def test_the_serial_numbers_that_left_are_the_warehouse_s(yard: Yard) -> None:
    sale = yard.released(("DRILL", 2))
    yard.shipped(sale, lines=[yard.line(sale, serials=["DRILL-009", "DRILL-007"])])
    assert yard.odoo.lots(sale.id) == [("DRILL-007", 1), ("DRILL-009", 1)]
    assert yard.left(sale) == {"DRILL": (2, 2, 2)}
    well(yard, sale, "shipped")


def test_the_same_lot_in_two_lines_is_one_line_in_odoo(yard: Yard) -> None:
    sale = yard.released(("PAINT-W", 6))
    part = yard.line(sale, quantity="3", lots=[{"lot": "PAINT-W-001", "quantity": "3"}])
    yard.shipped(sale, lines=[part, part])
    assert yard.odoo.lots(sale.id) == [("PAINT-W-001", 6)]
    well(yard, sale, "shipped")


def test_pieces_of_dozens_are_counted_back_exactly(yard: Yard) -> None:
    dozens = yard.odoo.id_of("uom.uom", "Dozens")
    yard.odoo.product("EGG", stock=10, uom_id=dozens, uom_po_id=dozens)
    yard.map("product", "EGG", "P-EGG")
    sale = yard.released(("EGG", 2))
    yard.shipped(sale, lines=[yard.line(sale, quantity="18")], final=False)
    assert yard.left(sale) == {"EGG": (1.5, 18, 1.5)}
    well(yard, sale, "part_shipped")


def test_another_carrier_and_the_freight_are_written(yard: Yard) -> None:
    yard.map("carrier", "Express", "EXP")
    sale = yard.released(("CRATE-S", 1))
    yard.shipped(sale, carrier="EXP", freight={"amount": "7.25", "currency": "USD"})
    [row] = yard.odoo.rows("stock.picking", [["sale_id", "=", sale.id]], "carrier_id", "carrier_price")
    assert (row["carrier_id"], row["carrier_price"]) == (yard.odoo.id_of("delivery.carrier", "Express"), 7.25)
    well(yard, sale, "shipped")


def test_two_shipments_that_came_in_the_wrong_order_both_count(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10))
    yard.wms.ship(sale.release, "partial", faults=["reorder"])
    yard.wms.ship(sale.release, "full", final=False)
    yard.run()
    assert yard.left(sale) == {"CRATE-S": (10, 10, 10)}
    assert (yard.cases(), yard.unfinished()) == ([], [])


def test_a_final_shipment_that_overtook_an_earlier_one_leaves_no_goods_behind(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10))
    yard.wms.ship(sale.release, "partial", faults=["reorder"])
    yard.wms.ship(sale.release, "full")
    yard.run()
    yard.look()
    assert yard.left(sale) == {"CRATE-S": (10, 10, 10)}
    assert (len(yard.wms.held()), yard.cases(), yard.unfinished()) == (1, [], [])


def test_shipped_in_full_the_order_is_not_released_again(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale)
    yard.look()
    yard.sweep()
    assert yard.wms.held() == [Held(sale.release, 1, "accepted", {"P-CRATE-S": "3"})]
    assert Document.objects.filter(kind="delivery").count() == 1
    well(yard, sale, "shipped")
