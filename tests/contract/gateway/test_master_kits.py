"""Kits as master data: the app that knows them is there."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from integration.adapters.base import ConnectionSettings
from integration.canonical.master import Component
from integration.sandbox.odoo.server import SandboxOdoo
from tests.contract.gateway.world import World


@pytest.fixture(scope="module", params=["16", "17", "18", "19"])
def maker(request: pytest.FixtureRequest) -> Iterator[World]:
    with SandboxOdoo(version=request.param, apps=("mrp",)) as server:
        options = {"database": server.db, "login": server.login, "transport": "jsonrpc"}
        yield World(ConnectionSettings(f"mrp-{request.param}", "odoo", server.url, {"key": server.api_key}, options))


def kit(world: World, part: int, quantity: float, **bill: object) -> tuple[int, int]:
    """A kit of this part, and its bill of materials."""
    product = world.product()
    template = world.read("product.product", product, "product_tmpl_id")["product_tmpl_id"][0]
    lines = [[0, 0, {"product_id": part, "product_qty": quantity}]]
    values = {"product_tmpl_id": template, "type": "phantom", "bom_line_ids": lines, **bill}
    return product, world.call.create("mrp.bom", values)


def test_a_kit_is_read_with_its_components_for_one(maker: World) -> None:
    part = maker.product()
    product, _ = kit(maker, part, 6, product_qty=3)
    [item, whole] = sorted(maker.gateway.master_records("item", [part, product]), key=lambda each: each.id)
    assert whole.components == (Component(code=item.code, quantity=Decimal(2), unit="Units"),)
    assert item.components == ()


def test_what_is_manufactured_is_no_kit(maker: World) -> None:
    product, _ = kit(maker, maker.product(), 6, type="normal")
    assert maker.gateway.master_records("item", [product])[0].components == ()


def test_a_bill_that_changes_changes_the_kit(maker: World) -> None:
    product, bill = kit(maker, maker.product(), 6)
    since = maker.gateway.now() - timedelta(seconds=60)
    rows = maker.gateway.master_written("item", "mrp.bom", since, after_id=bill - 1, limit=5)
    assert [row.records for row in rows] == [(product,)]
    assert "mrp.bom.line" in maker.gateway.master_sources("item")


def test_an_order_s_components_name_their_kit(maker: World) -> None:
    part = maker.product(stock=10)
    product, _ = kit(maker, part, 2)
    [order] = maker.gateway.orders([maker.order({product: 3, part: 1})])
    code = maker.read("product.product", product, "default_code")["default_code"]
    assert [(move.demand, move.kit) for move in order.pickings[0].moves] == [(6, code), (1, "")]
