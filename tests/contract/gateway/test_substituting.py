"""Another product in a line's place, on a confirmed order: at the old price, in the same delivery, once."""

from decimal import Decimal
from typing import Any

import pytest

from integration.canonical.erp import Swap
from integration.errors import Rejected
from tests.contract.gateway.world import World

PRICE = {"price_unit": 12.5, "discount": 10.0}


class Replaced:
    """An order of ten, and another product."""

    def __init__(self, world: World, **product: Any) -> None:
        self.world = world
        self.old, self.new = world.product(stock=50, **product), world.product(stock=50, **product)
        wanted = {"product_id": self.old, "product_uom_qty": 10, **PRICE}
        [self.order] = world.orders([{}], order_line=[[0, 0, wanted]])
        self.delivery = world.delivery_of(self.order)

    def swap(self, quantity: int = 3, **given: Any) -> Swap:
        codes = {n: self.world.read("product.product", n, "default_code")["default_code"] for n in (self.old, self.new)}
        move = self.delivery.moves[0]
        usual = {"line": str(move.id), "sale_line_id": move.sale_line_id, "sku": codes[self.old], "unit": move.unit}
        usual |= {"product_id": self.old}
        usual |= {"substitute": codes[self.new], "quantity": quantity, "shipment": f"SHP-1 of {self.delivery.name}"}
        return Swap(**{**usual, **given})

    def change(self, *swaps: Swap) -> None:
        gateway, company = self.world.gateway, self.world.company_id
        made = gateway.substitutes.add(self.order, swaps, company=company)
        gateway.substitutes.shrink(swaps, made, company=company)

    def lines(self) -> list[tuple[int, float, float, float, float]]:
        fields = ("product_id", "product_uom_qty", "qty_delivered", "price_unit", "discount")
        rows = self.world.call.rows("sale.order.line", [("order_id", "=", self.order)], fields, order="id")
        return [(row["product_id"][0], *(row[name] for name in fields[1:])) for row in rows]

    def untaxed(self) -> float:
        return float(self.world.read("sale.order", self.order, "amount_untaxed")["amount_untaxed"])


def test_the_order_has_a_line_of_it_at_the_same_price_and_the_same_total(world: World) -> None:
    it = Replaced(world)
    before = it.untaxed()
    it.change(it.swap())
    assert it.lines() == [(it.old, 7, 0, 12.5, 10), (it.new, 3, 0, 12.5, 10)]
    assert it.untaxed() == before


def test_the_same_delivery_asks_for_it_and_ships_it(world: World) -> None:
    it = Replaced(world)
    it.change(it.swap())
    now = world.delivery_of(it.order)
    assert (now.id, [(move.product_id, move.demand) for move in now.moves]) == (
        it.delivery.id,
        [(it.old, 7), (it.new, 3)],
    )
    posted = world.ship(now, [7, 3])
    assert (posted.picking.state, posted.backorders) == ("done", ())
    assert it.lines() == [(it.old, 7, 7, 12.5, 10), (it.new, 3, 3, 12.5, 10)]
    assert (world.stock_of(it.old), world.stock_of(it.new)) == (43, 47)


@pytest.mark.parametrize("policy", ["order", "delivery"])
def test_what_is_to_bill_is_what_left(world: World, policy: str) -> None:
    it = Replaced(world, invoice_policy=policy)
    it.change(it.swap())
    world.ship(world.delivery_of(it.order), [7, 3])
    rows = world.call.rows("sale.order.line", [("order_id", "=", it.order)], ["qty_to_invoice"], order="id")
    assert [row["qty_to_invoice"] for row in rows] == [7, 3]


def test_all_of_the_only_line_may_be_replaced_and_the_delivery_stays(world: World) -> None:
    it = Replaced(world)
    it.change(it.swap(10))
    now = world.delivery_of(it.order)
    open_moves = [(move.product_id, move.demand) for move in now.moves if move.state != "cancel"]
    assert (now.id, open_moves) == (it.delivery.id, [(it.new, 10)])
    assert it.lines() == [(it.old, 0, 0, 12.5, 10), (it.new, 10, 0, 12.5, 10)]


def test_what_is_on_the_order_is_found_and_never_added_again(world: World) -> None:
    it = Replaced(world)
    swap, company = it.swap(), world.company_id
    assert world.gateway.substitutes.find(it.order, [swap], company=company) is None
    made = world.gateway.substitutes.add(it.order, [swap], company=company)
    assert not world.gateway.substitutes.is_shrunk([swap], made, company=company)
    assert world.gateway.substitutes.add(it.order, [swap], company=company) == made
    for _ in range(2):
        world.gateway.substitutes.shrink([swap], made, company=company)
    assert world.gateway.substitutes.add(it.order, [swap], company=company) == made
    assert (made[0].before, made[0].quantity, made[0].price) == (10, 3, Decimal("12.5"))
    [stands_for] = world.gateway.substitutes.on(it.order, company=company)
    assert (stands_for.sale_line_id, stands_for.sku) == (made[0].sale_line_id, swap.sku)
    assert it.lines() == [(it.old, 7, 0, 12.5, 10), (it.new, 3, 0, 12.5, 10)]
    other = it.swap(shipment=f"SHP-11 of {it.delivery.name}")
    assert world.gateway.substitutes.find(it.order, [other], company=company) is None


def test_a_second_part_of_the_line_may_be_replaced_later(world: World) -> None:
    it = Replaced(world)
    it.change(it.swap())
    world.ship(world.delivery_of(it.order), [2, 3])
    it.change(it.swap(4, shipment=f"SHP-2 of {it.delivery.name}"))
    assert it.lines() == [(it.old, 3, 2, 12.5, 10), (it.new, 3, 3, 12.5, 10), (it.new, 4, 0, 12.5, 10)]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"substitute": "no-such-code"}, "Odoo has no product with the code no-such-code"),
        ({"unit": "Pallets"}, "the order counts it in Units, the delivery in Pallets"),
        ({"quantity": 11}, "less of it is open on the order"),
        ({"sale_line_id": 999_999_999}, "the line is not on the order any more"),
    ],
)
def test_what_cannot_be_is_refused_and_the_order_stays(world: World, given: dict[str, Any], says: str) -> None:
    it = Replaced(world)
    with pytest.raises(Rejected) as refused:
        world.gateway.substitutes.add(it.order, [it.swap(**given)], company=world.company_id)
    assert (refused.value.code, refused.value.context["detail"]) == ("CD-5021", says)
    assert it.lines() == [(it.old, 10, 0, 12.5, 10)]


def test_a_locked_order_is_left_alone(world: World) -> None:
    it = Replaced(world)
    world.call("sale.order", "action_done" if world.version == 16 else "action_lock", [it.order])
    with pytest.raises(Rejected) as refused:
        world.gateway.substitutes.add(it.order, [it.swap()], company=world.company_id)
    assert refused.value.context["detail"] == "the order is locked"
    assert it.lines() == [(it.old, 10, 0, 12.5, 10)]


def test_a_code_with_signs_that_mean_something_to_a_search_is_found_again(world: World) -> None:
    it = Replaced(world)
    code = world.unique("A\\B_50%")
    world.call("product.product", "write", [it.new], vals={"default_code": code})
    swap = it.swap()
    gateway, company = world.gateway, world.company_id
    made = gateway.substitutes.add(it.order, [swap], company=company)
    assert gateway.substitutes.find(it.order, [swap], company=company) == made
    assert gateway.substitutes.add(it.order, [swap], company=company) == made
    assert len(it.lines()) == 2
