"""What an Odoo has is seen without doing anything to it."""

from typing import Any

import pytest

from integration.adapters.odoo import recorded
from integration.adapters.odoo.shape import EVERYWHERE, Shapes
from integration.canonical.shapes import all_of
from tests.contract.gateway.world import World


def test_what_the_gateway_uses_is_there(world: World) -> None:
    used = all_of(recorded.uses(world.version))
    shape = world.gateway.shape()

    for model in shape:
        assert set(shape[model].fields) <= used[model].fields
        assert set(shape[model].methods) == used[model].methods - EVERYWHERE
        assert {name for name, there in shape[model].methods.items() if not there} == set()
    assert {"sale.order", "stock.picking", "stock.move", "stock.quant"} <= set(shape)
    assert shape["stock.move"].fields["product_id"].relation == "product.product"
    assert "assigned" in shape["stock.picking"].fields["state"].values


@pytest.mark.parametrize(
    ("model", "method", "there"),
    [
        ("stock.picking", "button_validate", True),
        ("stock.picking", "action_cancel", True),
        ("stock.picking", "ship_it_all", False),
        ("sale.order", "action_confirm", True),
        ("stock.scrap", "action_undo", False),
    ],
)
def test_a_method_is_there_or_not(world: World, model: str, method: str, there: bool) -> None:
    assert Shapes(world.call)._has(model, method) is there


def test_to_ask_for_a_method_does_nothing(world: World, monkeypatch: Any) -> None:
    """Even if it were called on a record: the argument that nobody has is refused before."""
    product = world.product(stock=5)
    order = world.order({product: 2})
    picking = world.delivery_of(order)
    call = type(world.call).__call__
    monkeypatch.setattr(
        type(world.call),
        "__call__",
        lambda self, model, method, ids, **named: call(self, model, method, [picking.id], **named),
    )

    assert Shapes(world.call)._has("stock.picking", "action_cancel") is True
    monkeypatch.undo()
    assert world.read("stock.picking", picking.id, "state")["state"] == "assigned"
