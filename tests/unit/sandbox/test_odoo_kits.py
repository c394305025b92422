"""Kits: sold as one, shipped as their components. The app that knows them may be missing."""

import pytest

from integration.sandbox.odoo.faults import UnknownModel, ValidationError
from tests.unit.sandbox.shop import VERSIONS, Shop


@pytest.fixture(params=VERSIONS)
def maker(request: pytest.FixtureRequest) -> Shop:
    return Shop(request.param, apps=("mrp",))


def _kit(shop: Shop, *components: tuple[int, float], batch: float = 1.0, **values: object) -> int:
    """A kit of components, by a bill for so many kits."""
    product = shop.product()
    lines = [[0, 0, {"product_id": component, "product_qty": quantity}] for component, quantity in components]
    template = shop.read("product.product", product, "product_tmpl_id")
    bom = {"product_tmpl_id": template, "type": "phantom", "product_qty": batch, "bom_line_ids": lines}
    shop.create("mrp.bom", **{**bom, **values})
    return product


def _wanted(shop: Shop, picking: int) -> list[tuple[int, float]]:
    return [shop.read("stock.move", move, "product_id", "product_uom_qty") for move in shop.moves(picking)]


def test_without_the_app_nobody_knows_bills_of_materials(shop: Shop) -> None:
    with pytest.raises(UnknownModel, match=r"Object mrp\.bom doesn't exist"):
        shop.search("mrp.bom")
    assert "is_kits" not in shop.call("product.product", "fields_get")
    assert shop.search("ir.module.module", ["name", "=", "mrp"], ["state", "=", "installed"]) == []


def test_a_bill_is_read_with_its_lines(maker: Shop) -> None:
    box, tape = maker.product(), maker.product()
    product = _kit(maker, (box, 2), (tape, 0.5), code="KIT")
    template = maker.read("product.product", product, "product_tmpl_id")
    bom = maker.search("mrp.bom", ["product_tmpl_id", "=", template])[0]
    rows = maker.call("mrp.bom.line", "search_read", [["bom_id", "=", bom]], ["product_id", "product_qty"], load="")
    assert [(row["product_id"], row["product_qty"]) for row in rows] == [(box, 2), (tape, 0.5)]
    assert maker.read("mrp.bom", bom, "type", "display_name") == ("phantom", "KIT: [SKU-3] Product SKU-3")
    assert maker.read("product.product", product, "is_kits") is True
    assert maker.read("product.product", box, "is_kits") is False
    assert maker.search("ir.module.module", ["name", "=", "mrp"], ["state", "=", "installed"])


def test_an_order_of_kits_ships_components(maker: Shop) -> None:
    box, tape = maker.product(stock=50), maker.product(stock=50)
    order = maker.order((_kit(maker, (box, 2), (tape, 1)), 3))
    picking = maker.pickings(order)[0]
    assert _wanted(maker, picking) == [(box, 6), (tape, 3)]
    line = maker.line(order)
    assert [maker.read("stock.move", move, "sale_line_id") for move in maker.moves(picking)] == [line, line]
    assert all(maker.read("stock.move", move, "bom_line_id") for move in maker.moves(picking))
    maker.validate(picking)
    assert maker.read("sale.order.line", line, "qty_delivered") == 3
    assert maker.read("sale.order", order, "delivery_status") == "full"


def test_the_scarcest_component_says_how_many_kits_are_delivered(maker: Shop) -> None:
    box, tape = maker.product(stock=50), maker.product(stock=50)
    order = maker.order((_kit(maker, (box, 2), (tape, 1)), 3))
    picking = maker.pickings(order)[0]
    for move, quantity in zip(maker.moves(picking), (5, 3), strict=True):
        maker.set_done(move, quantity)
    maker.validate(picking)
    assert maker.read("sale.order.line", maker.line(order), "qty_delivered") == 2
    rest = maker.search("stock.picking", ["backorder_id", "=", picking])[0]
    assert _wanted(maker, rest) == [(box, 1)]
    maker.validate(rest)
    assert maker.read("sale.order.line", maker.line(order), "qty_delivered") == 3


def test_more_and_fewer_kits_are_more_and_fewer_of_each_component(maker: Shop) -> None:
    box, tape = maker.product(stock=50), maker.product(stock=50)
    order = maker.order((_kit(maker, (box, 2), (tape, 1)), 3))
    picking, line = maker.pickings(order)[0], maker.line(order)
    maker.call("sale.order.line", "write", [line], {"product_uom_qty": 5})
    assert _wanted(maker, picking) == [(box, 10), (tape, 5)]
    maker.call("sale.order.line", "write", [line], {"product_uom_qty": 1})
    assert _wanted(maker, picking) == [(box, 2), (tape, 1)]


def test_a_kit_in_a_kit_ships_its_own_components(maker: Shop) -> None:
    screw, box = maker.product(stock=99), maker.product(stock=99)
    bag = _kit(maker, (screw, 4))
    order = maker.order((_kit(maker, (bag, 2), (box, 1)), 2))
    assert sorted(_wanted(maker, maker.pickings(order)[0])) == [(screw, 16), (box, 2)]


def test_a_bill_for_several_kits_is_shared_out(maker: Shop) -> None:
    glue = maker.product(stock=99)
    order = maker.order((_kit(maker, (glue, 3), batch=6), 4))
    assert _wanted(maker, maker.pickings(order)[0]) == [(glue, 2)]


def test_components_that_come_back_take_kits_off_what_is_delivered(maker: Shop) -> None:
    box, tape = maker.product(stock=50), maker.product(stock=50)
    order, picking = maker.shipped((_kit(maker, (box, 2), (tape, 1)), 3))
    moves = maker.moves(picking)
    back = maker.send_back(picking, {"product_id": box, "quantity": 2, "move_id": moves[0], "to_refund": True})
    maker.validate(back)
    assert maker.read("sale.order.line", maker.line(order), "qty_delivered") == 2


def test_there_are_as_many_kits_as_the_scarcest_component_makes(maker: Shop) -> None:
    box, tape = maker.product(stock=7), maker.product(stock=50)
    kit = _kit(maker, (box, 2), (tape, 1))
    assert maker.read("product.product", kit, "qty_available", "free_qty") == (3, 3)
    maker.order((kit, 2))
    assert maker.read("product.product", kit, "qty_available", "free_qty") == (3, 1)


def test_a_plain_bill_of_materials_makes_no_kit(maker: Shop) -> None:
    board = maker.product(stock=50)
    table = _kit(maker, (board, 4), type="normal")
    order = maker.order((table, 1))
    assert _wanted(maker, maker.pickings(order)[0]) == [(table, 1)]


def test_a_bill_for_nothing_is_refused(maker: Shop) -> None:
    with pytest.raises(ValidationError, match="quantity to produce must be positive"):
        _kit(maker, (maker.product(), 1), batch=0)


def test_a_service_in_a_kit_does_not_ship(maker: Shop) -> None:
    kind = {"type": "service"} if maker.version >= 18 else {"detailed_type": "service"}
    service = maker.create("product.product", name="Gift wrapping", **kind)
    box = maker.product(stock=5)
    order, picking = maker.shipped((_kit(maker, (box, 1), (service, 1)), 2))
    assert _wanted(maker, picking) == [(box, 2)]
    assert maker.read("sale.order.line", maker.line(order), "qty_delivered") == 2


def test_components_of_a_kit_go_through_each_step_of_a_warehouse(maker: Shop) -> None:
    warehouse = maker.create("stock.warehouse", name="Steps", code="ST", delivery_steps="pick_pack_ship")
    box, tape = maker.product(), maker.product()
    for component in (box, tape):
        maker.count(component, 50, location_id=maker.place("ST/Stock"))
    order = maker.order((_kit(maker, (box, 2), (tape, 1)), 3), warehouse_id=warehouse)
    for _step in range(3):
        ready = [one for one in maker.pickings(order) if maker.read("stock.picking", one, "state") == "assigned"]
        assert _wanted(maker, ready[0]) == [(box, 6), (tape, 3)]
        maker.validate(ready[0])
    assert maker.read("sale.order.line", maker.line(order), "qty_delivered") == 3


def test_the_demo_sells_a_kit_when_it_has_the_app() -> None:
    shop = Shop("18", apps=("mrp",), seed="demo")
    kit = shop.search("product.product", ["default_code", "=", "KIT-DOCK"])[0]
    assert shop.read("product.product", kit, "is_kits", "qty_available") == (True, 300)
    assert Shop("18", seed="demo").search("product.product", ["default_code", "=", "KIT-DOCK"]) == []
