"""Kits as master data: the app that knows them is there."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from integration.adapters.base import ConnectionSettings
from integration.adapters.odoo.caller import Caller
from integration.canonical.master import Component
from integration.sandbox.odoo.server import SandboxOdoo
from tests.contract.gateway.conftest import REAL, real_settings
from tests.contract.gateway.guard import CountingGuard
from tests.contract.gateway.world import World


@pytest.fixture(scope="module", params=["real"] if REAL else ["16", "17", "18", "19"])
def maker(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "real":
        world = World(real_settings())
        if not world.call(
            "ir.module.module", "search_count", domain=[("name", "=", "mrp"), ("state", "=", "installed")]
        ):
            pytest.skip("Manufacturing is not installed there")
        yield world
        return
    with SandboxOdoo(version=request.param, apps=("mrp",)) as server:
        options = {"database": server.db, "login": server.login, "transport": "jsonrpc"}
        settings = ConnectionSettings(f"mrp-{request.param}", "odoo", server.url, {"key": server.api_key}, options)
        add_company(replace(settings, slug="founder"))
        yield World(settings)


def add_company(settings: ConnectionSettings) -> None:
    """A second one, which our user may see."""
    call = Caller(settings, CountingGuard())
    made = call.create("res.company", {"name": "Second"})
    call("res.users", "write", [call.uid()], vals={"company_ids": [[4, made, 0]]})


def kit(world: World, part: int, quantity: float, **bill: object) -> tuple[int, int]:
    """A kit of this part, and its bill of materials."""
    product = world.product()
    template = world.read("product.product", product, "product_tmpl_id")["product_tmpl_id"][0]
    lines = [[0, 0, {"product_id": part, "product_qty": quantity}]]
    of = {"company_id": world.company_id}  # else it is the first one's that our user may see
    values = {"product_tmpl_id": template, "type": "phantom", "bom_line_ids": lines, **of, **bill}
    return product, world.call.create("mrp.bom", values)


def kit_of_two(world: World) -> tuple[int, tuple[int, int]]:
    """A kit of one piece of each of two parts in stock."""
    parts = (world.product(stock=20), world.product(stock=20))
    product, _ = kit(
        world, parts[0], 1, bom_line_ids=[[0, 0, {"product_id": part, "product_qty": 1}] for part in parts]
    )
    return product, parts


def test_a_kit_is_read_with_its_components_for_one(maker: World) -> None:
    part = maker.product()
    product, _ = kit(maker, part, 6, product_qty=3)
    [item, whole] = sorted(maker.gateway.master_records("item", [part, product]), key=lambda each: each.id)
    assert whole.components == (Component(code=item.code, quantity=Decimal(2), unit="Units"),)
    assert item.components == ()


def test_a_kit_of_any_of_our_companies_is_one(maker: World) -> None:
    """Odoo says of a product whether it is a kit of the first company only (17, 18)."""
    part = maker.product()
    for company in maker.call.company_ids():
        product, _ = kit(maker, part, 2, company_id=company)
        [whole] = maker.gateway.master_records("item", [product])
        assert [each.quantity for each in whole.components] == [2]


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


def test_kits_are_delivered_as_many_as_are_whole(maker: World) -> None:
    product, _ = kit_of_two(maker)
    order = maker.order({product: 5})
    maker.ship(maker.delivery_of(order), [3, 2])
    assert maker.delivered(order) == [2]
    maker.ship(maker.delivery_of(order), [2, 3])
    assert maker.delivered(order) == [5]


def test_a_bill_for_kits_is_for_whole_ones(maker: World) -> None:
    product, _ = kit_of_two(maker)
    maker.call("product.product", "write", [product], vals={"invoice_policy": "delivery"})
    order = maker.order({product: 5})
    maker.ship(maker.delivery_of(order), [3, 2])
    books = maker.gateway.books("sale.order", order)
    assert books is not None
    assert [(line.moved, line.open) for line in books.lines] == [(Decimal(2), Decimal(2))]
