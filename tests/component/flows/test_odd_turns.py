"""Turns that an order takes rarely, and that once went wrong."""

from typing import Any

import pytest

from integration.models import DocumentLine
from tests.component.flows.yard import Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)


def confirm(yard: Yard, sale: Sale, number: str, quantity: str, *, final: bool) -> None:
    """The warehouse confirms so much of the order's only line, whatever its books say."""
    told: dict[str, Any] = {"shipment": number, "release": sale.release, "shipped_at": "2026-05-05T14:30:00Z"}
    yard.wms.send("shipment.confirmed", {**told, "final": final, "lines": [yard.line(sale, quantity=quantity)]})
    yard.run()
    yard.look()


def named_like(yard: Yard, sale: Sale, other: Sale) -> None:
    """Another company may number its deliveries alike."""
    [delivery] = yard.odoo.rows("stock.picking", [["sale_id", "=", sale.id]], "id")
    yard.odoo.call("stock.picking", "write", [delivery["id"]], {"name": other.release})


def test_what_the_warehouse_was_not_asked_for_is_not_cancelled(yard: Yard) -> None:
    yard.set(remainder="cancel", release_point="reserved_part")
    yard.odoo.product("NEW", stock=6)
    yard.map("product", "NEW", "P-NEW")
    sale = yard.released(("NEW", 10))
    yard.shipped(sale)
    assert [state for _, state in yard.odoo.transfers(sale.id)] != ["done"]
    assert DocumentLine.objects.values_list("shipped", "cancelled").get() == (6, 0)


def test_an_order_that_went_back_to_quotation_is_told_to_a_person(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.odoo.cancel(sale.id)
    yard.odoo.call("sale.order", "action_draft", [sale.id])
    yard.look()
    assert [code for code, _ in yard.cases()] == ["CD-4005"]


def test_a_second_delivery_of_one_number_is_told_and_mixed_up_with_nothing(yard: Yard) -> None:
    first = yard.released(("CRATE-S", 3))
    second = yard.sell(("CRATE-S", 2))
    named_like(yard, second, first)
    yard.look()
    assert [code for code, _ in yard.cases()] == ["CD-4011"]
    assert [(held.release, held.version) for held in yard.wms.held()] == [(first.release, 1)]
    yard.shipped(first)
    assert (yard.odoo.delivered(first.id), yard.odoo.delivered(second.id)) == ({"CRATE-S": 3}, {"CRATE-S": 0})


def test_an_order_that_was_refused_and_then_cancelled_leaves_no_case(yard: Yard) -> None:
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    yard.wms.reject(sale.release, "no")
    yard.run()
    assert [code for code, _ in yard.cases()] == ["CD-4006"]
    yard.odoo.cancel(sale.id)
    yard.look()
    assert (yard.cases(), yard.state(sale.release)) == ([], "cancelled")


def test_the_same_shipment_with_its_numbers_written_otherwise_is_the_same(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10))
    shipped: dict[str, Any] = yard.shipped(sale)
    lines = [{**line, "quantity": f"{line['quantity']}.0"} for line in shipped["lines"]]
    yard.wms.send("shipment.confirmed", {**shipped, "lines": lines})
    yard.run()
    assert (yard.cases(), yard.unfinished(), yard.odoo.delivered(sale.id)) == ([], [], {"CRATE-S": 10})


def test_a_part_that_the_final_shipment_overtook_opens_nothing_again(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10))
    confirm(yard, sale, "S2", "6", final=True)
    confirm(yard, sale, "S1", "2", final=False)
    assert yard.state(sale.release) == "shipped"


def test_a_part_that_comes_after_the_rest_was_released_anew_goes_to_a_person(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10))
    confirm(yard, sale, "S2", "6", final=True)
    assert len(yard.wms.held()) == 2
    confirm(yard, sale, "S1", "4", final=False)
    assert [code for code, _ in yard.cases()] == ["CD-5004"]
    assert yard.odoo.delivered(sale.id) == {"CRATE-S": 6}
