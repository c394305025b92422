"""Shipments that cannot be posted: one case with its words, nothing written to Odoo, and on they go once mended."""

import json
from decimal import Decimal

import pytest

from integration.jobs import acts
from integration.models import BusinessRule, ExceptionCase, OutboundMessage, Warehouse
from tests.component.flows.yard import SOMEBODY, Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)


def stopped(yard: Yard, *cases: tuple[str, str], state: str = "blocked") -> None:
    """These cases, one job that waits for them, and nothing written to Odoo; also not after another look."""
    assert yard.cases() == list(cases)
    assert yard.unfinished() == [("shipment_confirmation", state)]
    yard.later()
    assert (yard.odoo.writes(), yard.cases()) == ([], list(cases))


def posted(yard: Yard, sale: Sale, quantity: float, sku: str = "CRATE-S") -> None:
    """All three sides agree, and every case closed by itself."""
    assert yard.left(sale) == {sku: (quantity, quantity, quantity)}
    assert (yard.state(sale.release), yard.cases(), yard.unfinished()) == ("shipped", [], [])
    assert not ExceptionCase.objects.exclude(state="resolved", resolved_by=None).exists()


def test_an_unknown_sku_posts_once_it_is_mapped(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale, lines=[yard.line(sale, sku="NEW-SKU")])
    stopped(yard, ("CD-3002", "Northgate 3PL shipped SKU NEW-SKU, which is mapped to no Odoo product."))
    yard.map("product", "CRATE-S", "NEW-SKU")
    yard.run()
    assert yard.left(sale) == {"CRATE-S": (3, 0, 3), "NEW-SKU": (0, 3, 0)}
    assert (yard.state(sale.release), yard.cases(), yard.unfinished()) == ("shipped", [], [])


def test_an_alias_posts_what_the_warehouse_calls_otherwise_and_the_next_release_is_sent_as_before(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale, lines=[yard.line(sale, sku="NEW-SKU")], carrier="BALLOON")
    assert [code for code, _ in yard.cases()] == ["CD-3002", "CD-3006"]
    yard.map("product", "CRATE-S", "NEW-SKU", alias=True)
    yard.map("carrier", "Standard delivery", "BALLOON", alias=True)
    yard.run()
    assert yard.left(sale) == {"CRATE-S": (3, 0, 3), "NEW-SKU": (0, 3, 0)}
    assert (yard.state(sale.release), yard.cases(), yard.unfinished()) == ("shipped", [], [])
    yard.released(("CRATE-S", 2))
    sent = json.loads(OutboundMessage.objects.latest("pk").body)["data"]
    assert (sent["carrier"]["code"], [line["sku"] for line in sent["lines"]]) == ("STD", ["P-CRATE-S"])


def test_an_unknown_unit_posts_once_it_is_mapped(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 4))
    yard.shipped(sale, lines=[yard.line(sale, quantity="2", unit="PAIR")])
    words = "Northgate 3PL reported quantities in PAIR, which is mapped to no Odoo unit."
    stopped(yard, ("CD-3004", words))
    yard.map("unit", "Units", "PAIR", "0.5", sku="CRATE-S")
    yard.run()
    assert yard.left(sale) == {"CRATE-S": (4, 2, 4)}
    assert (yard.state(sale.release), yard.cases(), yard.unfinished()) == ("shipped", [], [])


def test_an_unknown_carrier_posts_once_it_is_mapped(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale, carrier="BALLOON")
    words = "Northgate 3PL shipped with carrier BALLOON, which is mapped to no Odoo delivery method."
    stopped(yard, ("CD-3006", words))
    yard.map("carrier", "Express", "BALLOON")
    yard.run()
    posted(yard, sale, 3)


def test_everything_wrong_in_a_shipment_is_told_at_once(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3), ("DRILL", 1))
    yard.shipped(sale, carrier="BALLOON", lines=[yard.line(sale, sku="NEW-SKU"), yard.line(sale, 1)])
    assert [code for code, _ in yard.cases()] == ["CD-3002", "CD-5006", "CD-3006"]
    assert yard.odoo.writes() == []


def test_more_than_ordered_posts_once_a_rule_allows_it(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale, "over")
    words = f"Shipment SHP-000001 holds 4 of CRATE-S; {sale.release} has 3 open and the tolerance is 0."
    stopped(yard, ("CD-5004", words))
    assert yard.left(sale) == {"CRATE-S": (0, 4, 0)}
    BusinessRule.objects.create(kind="over_units", warehouse=yard.warehouse, sku="CRATE-S", value=Decimal(1))
    yard.later()
    posted(yard, sale, 4)


def test_more_than_ordered_posts_once_the_order_says_so(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale, "over")
    assert [code for code, _ in yard.cases()] == ["CD-5004"]
    yard.odoo.order_more(sale.id, "CRATE-S", 4)
    yard.later()
    posted(yard, sale, 4)


def test_raising_the_line_for_what_was_shipped_over_leaves_no_case_behind(yard: Yard) -> None:
    """Odoo's change is seen before the shipment is looked at again."""
    sale = yard.released(("CRATE-S", 3), ("ROPE-10", 1))
    yard.shipped(sale, lines=[yard.line(sale, quantity="4"), yard.line(sale, 1)])
    yard.odoo.order_more(sale.id, "CRATE-S", 4)
    yard.look()
    assert [code for code, _ in yard.cases()] == ["CD-5004", "CD-4004"]
    yard.later()
    assert yard.left(sale) == {"CRATE-S": (4, 4, 4), "ROPE-10": (1, 1, 1)}
    assert (yard.state(sale.release), yard.cases(), yard.unfinished()) == ("shipped", [], [])
    words = dict(ExceptionCase.objects.values_list("code", "resolution"))
    assert words == {"CD-5004": "It went through.", "CD-4004": "The goods left as Odoo asks for them now."}


def test_zero_of_everything(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale, "zero")
    words = f"Shipment SHP-000001 for {sale.release} has no line with a quantity."
    stopped(yard, ("CD-5011", words), state="needs_attention")


def test_fewer_serial_numbers_than_pieces(yard: Yard) -> None:
    sale = yard.released(("DRILL", 3))
    yard.shipped(sale, lines=[yard.line(sale, serials=["DRILL-001", "DRILL-002"])])
    words = "Shipment SHP-000001: 3 of DRILL shipped with 2 serial or lot numbers."
    stopped(yard, ("CD-5006", words), state="needs_attention")


def test_a_corrected_confirmation_posts_when_the_wrong_one_was_ended_by_hand(yard: Yard) -> None:
    sale = yard.released(("DRILL", 2))
    wrong = yard.shipped(sale, lines=[yard.line(sale, serials=["DRILL-001"])])
    [line] = wrong["lines"]
    yard.wms.send("shipment.confirmed", {**wrong, "lines": [{**line, "serials": ["DRILL-001", "DRILL-002"]}]})
    yard.run()
    assert (yard.cases()[0][0], yard.odoo.writes(), len(yard.unfinished())) == ("CD-5006", [], 2)
    acts.done_by_hand(yard.case("CD-5006").pk, SOMEBODY, "Asked for all numbers.")
    yard.run()
    assert (yard.odoo.lots(sale.id), yard.state(sale.release)) == ([("DRILL-001", 1), ("DRILL-002", 1)], "shipped")
    assert (yard.cases(), yard.unfinished()) == ([], [])


def test_a_serial_number_twice(yard: Yard) -> None:
    sale = yard.released(("DRILL", 2))
    yard.shipped(sale, lines=[yard.line(sale, serials=["DRILL-001", "DRILL-001"])])
    words = "Shipment SHP-000001: 2 of DRILL shipped with 1 serial or lot numbers."
    stopped(yard, ("CD-5006", words), state="needs_attention")


def test_a_lot_that_odoo_does_not_have_posts_once_it_is_there(yard: Yard) -> None:
    sale = yard.released(("PAINT-W", 2))
    yard.shipped(sale, lines=[yard.line(sale, lots=[{"lot": "GHOST", "quantity": "2"}])])
    stopped(yard, ("CD-5005", "Shipment SHP-000001 names lot GHOST of PAINT-W, which Odoo does not have."))
    product = yard.odoo.id_of("product.product", "PAINT-W", "default_code")
    [lot] = yard.odoo.call("stock.lot", "load", ["name", "product_id/.id"], [["GHOST", product]])["ids"]
    yard.odoo.put(product, 5, lot_id=lot)
    yard.later()
    posted(yard, sale, 2, "PAINT-W")


def test_a_product_that_the_order_does_not_hold_posts_once_it_is_on_the_order(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale, lines=[yard.line(sale), {"line": "999", "sku": "P-ROPE-10", "quantity": "1", "unit": "EA"}])
    words = f"Shipment SHP-000001 holds 1 of ROPE-10, which {sale.release} does not ask for."
    stopped(yard, ("CD-5002", words))
    assert "the mapping ROPE-10 = P-ROPE-10 is wrong" in yard.case("CD-5002").fix
    yard.odoo.add_line(sale.id, "ROPE-10", 1)
    yard.look()
    yard.later()
    assert yard.left(sale) == {"CRATE-S": (3, 3, 3), "ROPE-10": (1, 1, 1)}
    assert (yard.state(sale.release), yard.cases(), yard.unfinished()) == ("shipped", [], [])


def test_a_delivery_method_that_odoo_does_not_have_is_told_with_the_code_that_is_mapped_to_it(yard: Yard) -> None:
    yard.map("carrier", "Expres", "EXP")
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale, carrier="EXP")
    [(code, words)] = yard.cases()
    assert (code, words.partition(": ")[2]) == (
        "CD-5009", "there is no delivery method Expres, which EXP is mapped to.",
    )  # fmt: skip
    context = yard.case("CD-5009").context
    assert (context["method"], context["carrier"], yard.odoo.writes()) == ("Expres", "EXP", [])


def test_a_release_that_never_was_posts_once_it_is_one(yard: Yard) -> None:
    sale = yard.sell(("CRATE-S", 3))
    [move] = yard.odoo.rows("stock.move", [["sale_line_id.order_id", "=", sale.id]], "state")
    line = {"line": str(move["id"]), "sku": "P-CRATE-S", "quantity": "3", "unit": "EA"}
    yard.wms.ship(sale.release, shipment="SHP-1", lines=[line], carrier="STD")
    yard.run()
    words = f"Northgate 3PL confirmed shipment SHP-1 for {sale.release}, which was never released to it."
    stopped(yard, ("CD-5001", words))
    yard.look()
    yard.later()
    assert (yard.odoo.delivered(sale.id), yard.state(sale.release)) == ({"CRATE-S": 3}, "shipped")
    assert (yard.wms.held(), yard.cases(), yard.unfinished()) == ([], [], [])  # it left: asking for it would be twice


def test_a_delivery_that_somebody_validated_by_hand(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.odoo.validate_by_hand(sale.id)
    yard.shipped(sale)
    words = f"Shipment SHP-000001 arrived, but {sale.release} was validated in Odoo by hand."
    stopped(yard, ("CD-5007", words), state="needs_attention")
    assert yard.left(sale) == {"CRATE-S": (3, 3, 0)}


def test_a_backorder_that_somebody_validated_by_hand(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10))
    yard.shipped(sale, "partial")
    yard.odoo.validate_by_hand(sale.id)
    yard.odoo.forget_calls()
    yard.shipped(sale)
    backorder = yard.odoo.transfers(sale.id)[1][0]
    words = f"Shipment SHP-000002 arrived, but {backorder} was validated in Odoo by hand."
    stopped(yard, ("CD-5007", words), state="needs_attention")


def test_where_shipments_are_switched_off_they_wait(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.set(shipment_mode=Warehouse.Mode.OFF)
    yard.shipped(sale)
    words = "Northgate 3PL sent a document for Main warehouse, where shipment confirmation is switched off."
    stopped(yard, ("CD-2011", words))
    yard.set(shipment_mode=Warehouse.Mode.LIVE)
    yard.later()
    posted(yard, sale, 3)


def test_a_bad_shipment_holds_up_its_own_delivery_only(yard: Yard) -> None:
    bad, good = yard.released(("CRATE-S", 3)), yard.released(("CRATE-S", 4))
    yard.wms.ship(bad.release, carrier="BALLOON")
    yard.shipped(good)
    posted_good = yard.left(good)
    assert (posted_good, yard.left(bad)) == ({"CRATE-S": (4, 4, 4)}, {"CRATE-S": (0, 3, 0)})
    assert yard.unfinished() == [("shipment_confirmation", "blocked")]
