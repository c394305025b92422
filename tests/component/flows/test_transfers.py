"""From one warehouse to another: out of A, on the way, into B, with what got lost told and settled."""

from dataclasses import dataclass
from typing import Any

import pytest

from integration.models import (
    BusinessRule,
    CodeMapping,
    Connection,
    Document,
    InTransit,
    OrderDecision,
    OrderRule,
    StockEvent,
    SyncJob,
    Warehouse,
)
from tests.component.flows.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Route:
    """Two warehouses of one Odoo at one partner, A ``NORTH`` and B ``SOUTH``."""

    yard: Yard
    south: Warehouse
    stock_b: int
    transit: int

    def send(self, *basket: tuple[str, float]) -> tuple[str, str]:
        """A transfer with both its legs confirmed; their names."""
        odoo = self.yard.odoo
        [a] = odoo.rows("stock.warehouse", [["code", "=", "WH"]], "lot_stock_id", "out_type_id")
        [b] = odoo.rows("stock.warehouse", [["code", "=", "SW"]], "lot_stock_id", "in_type_id")
        legs = [(a["out_type_id"], a["lot_stock_id"], self.transit), (b["in_type_id"], self.transit, b["lot_stock_id"])]
        first = self._leg(*legs[0], basket, {})
        origins = {
            row["product_id"]: row["id"] for row in odoo.rows("stock.move", [["picking_id", "=", first]], "product_id")
        }
        second = self._leg(*legs[1], basket, origins)
        odoo.call("stock.picking", "action_confirm", [first, second])
        odoo.call("stock.picking", "action_assign", [first])
        rows = odoo.rows("stock.picking", [["id", "in", [first, second]]], "name")
        return rows[0]["name"], rows[1]["name"]

    def _leg(self, kind: int, source: int, to: int, basket: Any, origins: dict[int, int]) -> int:
        odoo, moves = self.yard.odoo, []
        for code, quantity in basket:
            product = odoo.id_of("product.product", code, "default_code")
            linked = (
                {"move_orig_ids": [[6, 0, [origins[product]]]], "procure_method": "make_to_order"} if origins else {}
            )
            unit = odoo.rows("product.product", [["id", "=", product]], "uom_id")[0]["uom_id"]
            goods = {"product_id": product, "product_uom_qty": quantity, "product_uom": unit, "name": code}
            moves.append([0, 0, {**goods, "location_id": source, "location_dest_id": to, **linked}])
        values = {"picking_type_id": kind, "location_id": source, "location_dest_id": to, "move_ids": moves}
        return int(odoo.call("stock.picking", "create", values))

    def on_the_way(self) -> list[tuple[str, str, float]]:
        return [(row.sku, row.lot, float(row.quantity)) for row in InTransit.objects.all()]


@pytest.fixture
def route(yard: Yard) -> Route:
    odoo = yard.odoo
    company = yard.warehouse.company_id
    address = {
        "name": "South depot",
        "street": "2 Quay",
        "city": "Dover",
        "zip": "CT17",
        "country_id": odoo.id_of("res.country", "US", "code"),
    }
    partner = odoo.call("res.partner", "create", address)
    made = odoo.call(
        "stock.warehouse", "create", {"name": "South", "code": "SW", "partner_id": partner, "company_id": company}
    )
    transit = odoo.call("stock.location", "create", {"name": "On the road", "usage": "transit", "company_id": company})
    [b] = odoo.rows("stock.warehouse", [["id", "=", made]], "lot_stock_id")
    modes = dict.fromkeys(("transfer_mode", "receipt_mode", "shipment_mode"), "live")
    yard.set(**modes)
    south = Warehouse.objects.create(
        name="South", erp=yard.erp, company_id=company, erp_warehouse_id=made, wms=yard.partner, site="SOUTH", **modes
    )
    return Route(yard, south, b["lot_stock_id"], transit)


def test_goods_leave_a_are_on_the_way_and_come_in_at_b(route: Route) -> None:
    yard = route.yard
    out, into = route.send(("CRATE-S", 10))
    yard.look()
    [held] = yard.wms.books()
    assert (held["release"], held["site"], held["document"]["ship_to"]["street"]) == (out, "NORTH", "2 Quay")
    assert yard.wms.advices() == [], "nothing has left yet"
    yard.wms.accept(out)
    yard.wms.ship(out)
    yard.run()
    assert route.on_the_way() == [("CRATE-S", "", 10)]
    [advice] = yard.wms.advices()
    assert (advice["advice"], advice["kind"], advice["site"], advice["order"]) == (into, "transfer", "SOUTH", out)
    yard.wms.accept("", advice=into)
    yard.receive(into)
    assert (route.on_the_way(), yard.came(into), yard.state(out)) == ([], "received", "shipped")
    assert yard.odoo.lies("CRATE-S")["Stock", ""] > 0
    kinds = StockEvent.objects.order_by("id").values_list("kind", "warehouse__site", "quantity")
    assert list(kinds) == [("shipped", "NORTH", -10), ("received", "SOUTH", 10)]
    parents = set(
        Document.objects.filter(reference__in=[out, into], parent__isnull=False).values_list("parent__kind", flat=True)
    )
    assert (parents, yard.cases(), yard.unfinished()) == ({"transfer"}, [], [])


def test_rules_for_orders_are_not_asked_about_a_transfer(route: Route) -> None:
    OrderRule.objects.create(kind="hold", name="All", condition="true", outcome={"why": "other"}, version=1)
    out, _ = route.send(("CRATE-S", 10))
    route.yard.look()
    assert [held["release"] for held in route.yard.wms.books()] == [out]
    assert (route.yard.cases(), OrderDecision.objects.count()) == ([], 0)


def test_a_transfer_that_is_complete_is_invoiced_to_nobody(route: Route) -> None:
    """Its number in Odoo is that of some sales order as well."""
    yard = route.yard
    BusinessRule.objects.create(kind="invoice", when="on_completion", posted=True)
    out, _ = route.send(("CRATE-S", 10))
    yard.look()
    yard.wms.accept(out)
    yard.wms.ship(out)
    yard.run()
    yard.sweep()
    assert (yard.cases(), SyncJob.objects.filter(flow="posting").count()) == ([], 0)


def test_what_leaves_in_two_parts_is_announced_as_it_leaves(route: Route) -> None:
    yard = route.yard
    out, into = route.send(("CRATE-S", 10))
    yard.look()
    yard.wms.accept(out)
    yard.wms.ship(out, "partial")
    yard.run()
    yard.look()
    assert [(number, version, lines) for number, version, _, lines in yard.wms.expected(out)] == [
        (into, 1, {"P-CRATE-S": "5"})
    ]
    yard.wms.ship(out)
    yard.run()
    yard.look()
    assert [(number, version, lines) for number, version, _, lines in yard.wms.expected(out)] == [
        (into, 2, {"P-CRATE-S": "10"})
    ]
    yard.receive(into)
    assert (route.on_the_way(), yard.cases(), yard.unfinished()) == ([], [], [])


def test_what_leaves_after_the_first_part_has_come_in_is_announced_by_itself(route: Route) -> None:
    yard = route.yard
    out, into = route.send(("CRATE-S", 10))
    yard.look()
    yard.wms.accept(out)
    yard.wms.ship(out, "partial")
    yard.run()
    yard.look()
    yard.receive(into)
    yard.wms.ship(out)
    yard.run()
    yard.look()
    second = yard.wms.expected(out)[1:]
    assert [(kind, lines) for _, _, kind, lines in second] == [("transfer", {"P-CRATE-S": "5"})]
    yard.receive(second[0][0])
    assert (route.on_the_way(), yard.cases(), yard.unfinished()) == ([], [], [])


def lots(route: Route) -> tuple[str, str]:
    yard = route.yard
    product = yard.odoo.product("OIL", tracking="lot")
    yard.odoo.put(product, 6, lot_id=yard.odoo.lot(product, "L-1"))
    yard.map("product", "OIL", "P-OIL")
    return route.send(("OIL", 6))


def test_lots_are_announced_as_they_left(route: Route) -> None:
    yard = route.yard
    out, into = lots(route)
    yard.look()
    yard.wms.accept(out)
    line = yard.wms.books()[0]["lines"][0]
    said = {
        "line": line["line"],
        "sku": "P-OIL",
        "quantity": "6",
        "unit": "EA",
        "lots": [{"lot": "L-1", "quantity": "6"}],
    }
    yard.wms.ship(out, lines=[said])
    yard.run()
    yard.look()
    assert route.on_the_way() == [("OIL", "L-1", 6)]
    [advice] = yard.wms.advices()
    assert advice["document"]["lines"][0]["lots"] == [{"lot": "L-1", "quantity": "6"}]
    yard.receive(into)
    assert (route.on_the_way(), yard.cases()) == ([], [])


def short(route: Route) -> tuple[str, str]:
    """Ten left, five came, and no more will."""
    yard = route.yard
    out, into = route.send(("CRATE-S", 10))
    yard.look()
    yard.wms.accept(out)
    yard.wms.ship(out)
    yard.run()
    yard.look()
    yard.receive(into, "short")
    yard.look()
    return out, into


def test_what_did_not_arrive_is_one_case_and_stays_on_the_way(route: Route) -> None:
    yard = route.yard
    out, into = short(route)
    words = f"Of {out}, 5 CRATE-S left and did not come in by {into}, and the warehouse expects no more."
    assert (yard.cases(), route.on_the_way()) == ([("CD-7020", words)], [("CRATE-S", "", 5)])
    assert (len(yard.wms.advices()), yard.unfinished()) == (1, [])


@pytest.mark.parametrize(("choice", "left"), [("accept", [("CRATE-S", "", -1)]), ("refuse", [])])
def test_more_came_in_than_left(route: Route, choice: str, left: list[tuple[str, str, float]]) -> None:
    """As Odoo's place in between says: what nobody has sent is missing there until somebody corrects it."""
    yard = route.yard
    out, into = route.send(("CRATE-S", 10))
    yard.look()
    yard.wms.accept(out)
    yard.wms.ship(out)
    yard.run()
    yard.wms.accept("", advice=into)
    yard.receive(into, "over")
    assert [code for code, _ in yard.cases()] == ["CD-7005"]
    yard.choose("CD-7005", choice)
    yard.look()
    rows = yard.odoo.rows("stock.quant", [["location_id", "=", route.transit]], "quantity")
    assert (route.on_the_way(), [row["quantity"] for row in rows if row["quantity"]]) == (left, [q for *_, q in left])
    assert (yard.cases(), yard.unfinished()) == ([], [])


def test_it_is_still_coming(route: Route) -> None:
    yard = route.yard
    out, _ = short(route)
    yard.choose("CD-7020", "coming")
    [_, again] = yard.wms.expected(out)
    assert again[3] == {"P-CRATE-S": "5"}
    yard.receive(again[0])
    assert (route.on_the_way(), yard.cases(), yard.unfinished()) == ([], [], [])


def test_it_is_lost_and_written_off(route: Route) -> None:
    yard = route.yard
    _, into = short(route)
    in_b = stock_of(route, "CRATE-S")
    yard.choose("CD-7020", "lost")
    assert (route.on_the_way(), yard.cases(), yard.unfinished()) == ([], [], [])
    assert (stock_of(route, "CRATE-S"), ("On the road", "") in yard.odoo.lies("CRATE-S")) == (in_b, False)
    assert (yard.effects("write off"), len(yard.wms.advices())) == (["landed"], 1)
    domain = [["backorder_id.name", "=", into]]
    assert [row["state"] for row in yard.odoo.rows("stock.picking", domain, "state")] == ["done"]


def stock_of(route: Route, code: str) -> float:
    product = route.yard.odoo.id_of("product.product", code, "default_code")
    domain = [["product_id", "=", product], ["location_id", "=", route.stock_b]]
    return sum(row["quantity"] for row in route.yard.odoo.rows("stock.quant", domain, "quantity"))


def test_a_loss_whose_answer_was_lost_is_written_off_once(route: Route) -> None:
    yard = route.yard
    short(route)
    yard.odoo.fault("button_validate", "cut_after_commit")
    yard.choose("CD-7020", "lost")
    yard.later()
    yard.later()
    assert (yard.effects("write off"), route.on_the_way(), yard.cases()) == (["landed"], [], [])


def test_a_that_is_not_connected_ships_by_hand(route: Route) -> None:
    yard = route.yard
    yard.warehouse.delete()
    out, into = route.send(("CRATE-S", 10))
    yard.look()
    assert (yard.wms.books(), yard.wms.advices()) == ([], [])
    yard.odoo.receive_by_hand(out)
    yard.look()
    assert [(number, lines) for number, _, _, lines in yard.wms.expected(out)] == [(into, {"P-CRATE-S": "10"})]
    yard.receive(into)
    assert (route.on_the_way(), yard.cases(), yard.unfinished()) == ([], [], [])


def test_b_that_is_not_connected_receives_by_hand(route: Route) -> None:
    yard = route.yard
    route.south.delete()
    out, into = route.send(("CRATE-S", 10))
    yard.look()
    yard.wms.accept(out)
    yard.wms.ship(out)
    yard.run()
    assert (route.on_the_way(), yard.wms.advices()) == ([("CRATE-S", "", 10)], [])
    yard.odoo.receive_by_hand(into)
    yard.look()
    assert (route.on_the_way(), yard.cases(), yard.unfinished()) == ([], [], [])


def test_b_may_be_at_another_partner(route: Route) -> None:
    """The same stand-in under another name, with the codes of its own."""
    yard = route.yard
    secrets = Connection.objects.get(pk=yard.partner.pk).secrets
    other = Connection.objects.create(
        slug="southgate",
        name="Southgate",
        kind="http_json",
        base_url=yard.partner.base_url,
        secrets=secrets,
        profile=yard.partner.profile,
    )
    for row in CodeMapping.objects.filter(partner=yard.partner):
        row.pk, row.partner = None, other
        row.save(force_insert=True)
    Warehouse.objects.filter(pk=route.south.pk).update(wms=other)
    out, into = route.send(("CRATE-S", 10))
    yard.look()
    yard.wms.accept(out)
    yard.wms.ship(out)
    yard.run()
    told = {row.reference: row.connection.slug for row in Document.objects.get(reference=into).outbound.all()}
    assert (told, [each["site"] for each in yard.wms.advices()]) == ({into: "southgate"}, ["SOUTH"])
    assert yard.cases() == []


def test_what_left_though_the_transfer_was_cancelled_is_on_the_way(route: Route) -> None:
    """Nothing of it is linked to the delivery that was made for the goods."""
    yard = route.yard
    out, into = route.send(("CRATE-S", 6))
    yard.look()
    yard.wms.accept(out)
    yard.wms.ship(out, faults=["lost"])
    legs = [row["id"] for row in yard.odoo.rows("stock.picking", [["name", "in", [out, into]]], "name")]
    yard.odoo.call("stock.picking", "action_cancel", legs)
    yard.wms.control("correct", shipment="SHP-000001")
    yard.run()
    yard.look()
    assert [code for code, _ in yard.cases()] == ["CD-4013"]
    assert (route.on_the_way(), yard.odoo.lies("CRATE-S")["On the road", ""]) == ([("CRATE-S", "", 6)], 6)


@pytest.mark.parametrize("odoo_server", ["16", "17", "18", "19"], indirect=True)
def test_a_receipt_that_broke_off_half_way_goes_on_and_is_not_more_than_left(route: Route) -> None:
    """Its lines were written, and it was not validated: what is done is no longer reserved."""
    yard = route.yard
    out, into = route.send(("CRATE-S", 10))
    yard.look()
    yard.wms.accept(out)
    yard.wms.ship(out)
    yard.run()
    yard.odoo.fault("button_validate", "cut_before")
    yard.receive(into, "partial")
    yard.odoo.call("stock.picking", "write", [yard.odoo.rows("stock.picking", [["name", "=", into]])[0]["id"]], {})
    yard.look()
    assert yard.wms.expected(out) == [(into, 1, "transfer", {"P-CRATE-S": "10"})]
    yard.later()
    yard.receive(into)
    assert (route.on_the_way(), yard.cases(), yard.unfinished()) == ([], [], [])
    assert len(yard.wms.expected(out)) == 1
