"""What left in place of what was ordered: the order says so at the old price, and every unit is counted once."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integration.errors import Locked
from integration.handlers import HANDLERS
from integration.jobs import decisions, engine, sweep
from integration.jobs.work import Outcome, Work
from integration.models import (
    BusinessRule,
    ChangeRequest,
    Connection,
    Document,
    DocumentLine,
    ExceptionCase,
    Lane,
    StockEvent,
)
from integration.sandbox.wms.contract import ACCEPTS
from tests.component.engine.yard import time_passes
from tests.component.flows.yard import SOMEBODY, Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
every_odoo = pytest.mark.parametrize("odoo_server", ["16", "17", "18", "19"], indirect=True)
PRICE = {"price_unit": 12.5, "discount": 10.0}


@pytest.fixture(autouse=True)
def _takes_changes(yard: Yard) -> None:
    """So that every look at an order whose lines were changed may ask the warehouse, and must not."""
    Connection.objects.filter(pk=yard.partner.pk).update(profile={"facts": {"accepts": list(ACCEPTS)}})


def ordered(yard: Yard, quantity: float = 10) -> Sale:
    """At a price that is on no price list."""
    product = yard.odoo.id_of("product.product", "CRATE-S", "default_code")
    line = {"product_id": product, "product_uom_qty": quantity, **PRICE}
    return yard.released(order_line=[[0, 0, line]])


def shipped(yard: Yard, sale: Sale, own: str, instead: str, sku: str = "P-CRATE-M", **how: Any) -> None:
    lines = [yard.line(sale, quantity=own)] if own != "0" else []
    yard.shipped(sale, lines=[*lines, yard.line(sale, sku=sku, quantity=instead, substitute=True)], **how)


def allow(yard: Yard, **rule: Any) -> None:
    BusinessRule.objects.create(**{"kind": "substitute", "warehouse": yard.warehouse, "sku": "CRATE-S", **rule})


def order_lines(yard: Yard, sale: Sale) -> list[tuple[str, float, float, float, float]]:
    """Code, ordered, delivered, price and discount of Odoo's lines."""
    fields = ("product_id", "product_uom_qty", "qty_delivered", "price_unit", "discount")
    rows = yard.odoo.rows("sale.order.line", [["order_id", "=", sale.id]], *fields)
    codes = {row["id"]: row["default_code"] for row in yard.odoo.rows("product.product", [], "default_code")}
    return [(codes[row["product_id"]], *(row[name] for name in fields[1:])) for row in rows]


def busy(work: Work) -> Outcome:
    raise Locked("CD-1004", connection="Odoo", document=work.job.subject)


def line_of(sale: Sale) -> DocumentLine:
    return DocumentLine.objects.get(document__reference=sale.release)


def conserved(line: DocumentLine, still_open: int) -> bool:
    return line.ordered == line.shipped + line.substituted + line.cancelled + still_open


@every_odoo
def test_the_substitute_is_a_line_of_the_order_at_the_price_of_what_was_ordered(yard: Yard) -> None:
    allow(yard)
    sale = ordered(yard)
    [before] = yard.odoo.rows("sale.order", [["id", "=", sale.id]], "amount_untaxed")
    shipped(yard, sale, "7", "3")
    assert order_lines(yard, sale) == [("CRATE-S", 7, 7, 12.5, 10), ("CRATE-M", 3, 3, 12.5, 10)]
    assert yard.odoo.rows("sale.order", [["id", "=", sale.id]], "amount_untaxed") == [before]
    line = line_of(sale)
    assert (line.ordered, line.shipped, line.substituted, conserved(line, 0)) == (10, 7, 3, True)
    assert set(StockEvent.objects.values_list("sku", "quantity")) == {
        ("CRATE-S", Decimal(-7)),
        ("CRATE-M", Decimal(-3)),
    }
    assert yard.left(sale) == {"CRATE-S": (7, 7, 7), "CRATE-M": (3, 3, 3)}
    assert (yard.state(sale.release), yard.odoo.transfers(sale.id)) == ("shipped", [(sale.release, "done")])
    assert (yard.cases(), yard.unfinished(), yard.effects("substitute")) == ([], [], ["landed"])
    yard.look()
    yard.sweep()
    assert (len(yard.wms.held()), yard.cases(), DocumentLine.objects.count()) == (1, [], 1)


def test_all_of_a_line_may_go_as_another_product(yard: Yard) -> None:
    allow(yard)
    sale = ordered(yard)
    shipped(yard, sale, "0", "10")
    assert order_lines(yard, sale) == [("CRATE-S", 0, 0, 12.5, 10), ("CRATE-M", 10, 10, 12.5, 10)]
    assert (line_of(sale).substituted, conserved(line_of(sale), 0)) == (10, True)
    assert (yard.state(sale.release), yard.cases(), yard.unfinished()) == ("shipped", [], [])


def test_the_pages_say_what_left_in_its_place(yard: Yard, admin_client: Client) -> None:
    allow(yard)
    sale = ordered(yard)
    shipped(yard, sale, "4", "3", final=False)
    shipped(yard, sale, "1", "2")
    [told] = admin_client.get(reverse("admin:service"), {"q": sale.name}).context["told"]
    assert (told.words, told.goods) == (
        ["All of it has left the warehouse."],
        [
            ("CRATE-S", "5 of 10 have left; 5 have left as another product"),
            ("CRATE-M", "5 have left in place of CRATE-S"),
        ],
    )
    page = admin_client.get(reverse("admin:timeline", args=[Document.objects.get(kind="order").pk]))
    assert [dict(row.instead) for row in page.context["lines"]] == [{"CRATE-M": 5}]
    assert 'CRATE-M <span class="cd-quiet-text">in place of CRATE-S</span>' in page.text


def test_the_rest_stays_open_and_comes_later(yard: Yard) -> None:
    allow(yard)
    sale = ordered(yard)
    shipped(yard, sale, "4", "3", final=False)
    line = line_of(sale)
    assert (line.shipped, line.substituted, conserved(line, 3), yard.state(sale.release)) == (
        4,
        3,
        True,
        "part_shipped",
    )
    yard.look()
    yard.sweep()
    assert ChangeRequest.objects.count() == 0
    yard.shipped(sale)
    assert order_lines(yard, sale) == [("CRATE-S", 7, 7, 12.5, 10), ("CRATE-M", 3, 3, 12.5, 10)]
    assert (conserved(line_of(sale), 0), yard.state(sale.release)) == (True, "shipped")
    assert (len(yard.wms.held()), yard.cases(), yard.unfinished()) == (1, [], [])


def test_what_is_short_beside_a_substitute_is_cancelled_where_the_warehouse_is_set_so(yard: Yard) -> None:
    allow(yard)
    yard.set(remainder="cancel")
    sale = ordered(yard)
    shipped(yard, sale, "4", "3")
    line = line_of(sale)
    assert (line.shipped, line.substituted, line.cancelled, conserved(line, 0)) == (4, 3, 3, True)
    assert yard.odoo.transfers(sale.id) == [(sale.release, "done")]
    assert (yard.state(sale.release), yard.cases(), yard.unfinished()) == ("shipped", [], [])


def test_without_a_rule_a_person_accepts_it_once(yard: Yard) -> None:
    sale = ordered(yard)
    shipped(yard, sale, "7", "3")
    cause = f"Shipment SHP-000001 of {sale.release} holds 3 of CRATE-M in place of CRATE-S. No rule allows it."
    assert (yard.cases(), yard.odoo.writes(), yard.unfinished()) == (
        [("CD-5020", cause)],
        [],
        [("shipment_confirmation", "blocked")],
    )
    assert decisions.decide(yard.case("CD-5020").pk, "accept", SOMEBODY, "the customer agreed") == 1
    yard.run()
    assert order_lines(yard, sale) == [("CRATE-S", 7, 7, 12.5, 10), ("CRATE-M", 3, 3, 12.5, 10)]
    assert (yard.cases(), yard.unfinished()) == ([], [])
    other = ordered(yard)
    shipped(yard, other, "7", "3")
    assert [code for code, _ in yard.cases()] == ["CD-5020"]


def test_or_refuses_it_and_nothing_is_posted(yard: Yard) -> None:
    sale = ordered(yard)
    shipped(yard, sale, "7", "3")
    assert decisions.decide(yard.case("CD-5020").pk, "refuse", SOMEBODY, "wrong colour") == 1
    yard.run()
    assert (yard.odoo.writes(), yard.unfinished(), yard.cases()) == ([], [], [])
    assert ExceptionCase.objects.get(code="CD-5020").resolution == "Refuse: wrong colour"
    yard.wms.control("correct", shipment="SHP-000001")
    yard.run()
    assert order_lines(yard, sale) == [("CRATE-S", 10, 10, 12.5, 10)]


@pytest.mark.parametrize(("customer", "case"), [("Alder Outdoor", []), ("Birch Sports", ["CD-5020"])])
def test_a_rule_may_be_one_customer_s(yard: Yard, customer: str, case: list[str]) -> None:
    yard.odoo.call("res.partner", "create", {"name": "Birch Sports"})
    allow(yard, customer_id=yard.odoo.id_of("res.partner", customer))
    sale = ordered(yard)
    shipped(yard, sale, "7", "3")
    assert [code for code, _ in yard.cases()] == case


@pytest.mark.parametrize("fault", ["cut_after_commit", "cut_before"])
def test_an_order_whose_change_had_no_answer_is_changed_once(yard: Yard, fault: str) -> None:
    allow(yard)
    sale = ordered(yard)
    yard.odoo.fault("write", fault, model="sale.order")
    shipped(yard, sale, "7", "3", faults=["duplicate"])
    yard.later()
    assert order_lines(yard, sale) == [("CRATE-S", 7, 7, 12.5, 10), ("CRATE-M", 3, 3, 12.5, 10)]
    assert (yard.left(sale)["CRATE-M"], yard.cases(), yard.unfinished()) == ((3, 3, 3), [], [])


def test_a_posting_that_had_no_answer_after_the_order_was_changed_is_found(yard: Yard) -> None:
    allow(yard)
    sale = ordered(yard)
    yard.odoo.fault("button_validate", "cut_after_commit")
    shipped(yard, sale, "7", "3")
    yard.look()
    yard.later()
    assert (line_of(sale).ordered, line_of(sale).substituted, DocumentLine.objects.count()) == (10, 3, 1)
    assert yard.left(sale) == {"CRATE-S": (7, 7, 7), "CRATE-M": (3, 3, 3)}
    assert (yard.cases(), yard.unfinished()) == ([], [])


def test_a_look_at_the_order_between_its_change_and_the_posting_counts_nothing_twice(yard: Yard) -> None:
    allow(yard)
    sale = ordered(yard)
    yard.odoo.fault("button_validate", "cut_before")
    shipped(yard, sale, "4", "3", final=False)
    yard.look()
    yard.later()
    line = line_of(sale)
    assert (line.ordered, line.shipped, line.substituted, DocumentLine.objects.count()) == (10, 4, 3, 1)
    assert (yard.left(sale)["CRATE-M"], yard.cases(), yard.unfinished()) == ((3, 3, 3), [], [])


def test_a_look_that_read_the_order_before_the_posting_and_decides_after_it_counts_nothing_twice(yard: Yard) -> None:
    allow(yard)
    sale = ordered(yard)
    yard.odoo.fault("button_validate", "cut_before")
    shipped(yard, sale, "4", "3", final=False)
    sweep.start_polls("odoo_poll")
    while engine.run_lane(Lane.ORDER, {**HANDLERS, "order_release": busy}, seconds=60):
        pass
    assert yard.unfinished() == [("shipment_confirmation", "retry"), ("order_release", "retry")]
    time_passes(3600)
    engine.run_lane(Lane.SHIPMENT, HANDLERS, seconds=60)
    assert yard.state(sale.release) == "part_shipped"
    yard.run()
    line = line_of(sale)
    assert (line.ordered, line.shipped, line.substituted, DocumentLine.objects.count()) == (10, 4, 3, 1)
    assert (yard.cases(), yard.unfinished(), ChangeRequest.objects.count()) == ([], [], 0)


def test_a_wish_for_more_after_a_part_was_substituted_asks_for_what_is_wanted_in_all(yard: Yard) -> None:
    allow(yard)
    sale = ordered(yard)
    shipped(yard, sale, "4", "3", final=False)
    yard.odoo.order_more(sale.id, "CRATE-S", 9)
    yard.look()
    asked = ChangeRequest.objects.get()
    assert [(line.sku, line.was, line.wanted) for line in asked.lines.all()] == [("CRATE-S", 10, 12)]
    yard.shipped(sale)
    line = line_of(sale)
    assert (line.ordered, line.shipped, line.substituted, conserved(line, 0)) == (12, 9, 3, True)
    assert (yard.left(sale)["CRATE-S"], yard.cases(), yard.unfinished()) == ((9, 9, 9), [], [])


def test_more_than_is_open_is_refused_before_the_order_is_touched(yard: Yard) -> None:
    allow(yard)
    sale = ordered(yard)
    shipped(yard, sale, "8", "3")
    assert ([code for code, _ in yard.cases()], yard.odoo.writes()) == (["CD-5004"], [])


def test_what_odoo_cannot_book_is_told_before_the_order_is_touched(yard: Yard) -> None:
    allow(yard)
    dozens = yard.odoo.id_of("uom.uom", "Dozens")
    yard.odoo.product("EGG", stock=10, uom_id=dozens, uom_po_id=dozens)
    yard.map("product", "EGG", "P-EGG")
    sale = ordered(yard)
    shipped(yard, sale, "7", "3", sku="P-EGG")
    [(code, cause)] = yard.cases()
    assert (code, yard.odoo.writes()) == ("CD-5021", [])
    assert cause.endswith("EGG is counted in Dozens, CRATE-S in Units.")


def test_a_substitute_by_lot_leaves_from_that_lot(yard: Yard) -> None:
    allow(yard)
    sale = ordered(yard)
    lots = [{"lot": "PAINT-W-002", "quantity": "3"}]
    instead = yard.line(sale, sku="P-PAINT-W", quantity="3", substitute=True, lots=lots)
    yard.shipped(sale, lines=[yard.line(sale, quantity="7"), instead])
    assert yard.odoo.lots(sale.id) == [("", 7), ("PAINT-W-002", 3)]
    assert (yard.left(sale)["PAINT-W"], yard.cases(), yard.unfinished()) == ((3, 3, 3), [], [])
