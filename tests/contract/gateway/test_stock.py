"""Stock as Odoo has it: what lies where, what is added and lost, what moves inside the warehouse, what people did."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integration.adapters.base import ConnectionSettings
from integration.canonical.stock import Adjustment, Layout, Relocation
from integration.errors import InvalidDocument, Locked, OutcomeUnknown, Rejected
from tests.contract.gateway.cutting import BAD_GATEWAY, LOST_AFTER, LOST_BEFORE, Relay
from tests.contract.gateway.world import World
from tests.rig.poll import until

D = Decimal


@pytest.fixture(scope="module")
def relay(settings: ConnectionSettings) -> Iterator[Relay]:
    with Relay(settings.base_url) as relay:
        yield relay


@pytest.fixture(scope="module")
def behind(settings: ConnectionSettings, relay: Relay) -> World:
    return World(dataclasses.replace(settings, slug=f"{settings.slug}-stock-relay", base_url=relay.url))


def place(world: World, name: str = "Damaged", below: int | None = None) -> int:
    values = {"name": world.unique(name), "location_id": below or world.stock_id, "usage": "internal"}
    return world.call.create("stock.location", values, companies=[world.company_id])


def layout(world: World, *places: int) -> Layout:
    return world.gateway.stock.layout(world.warehouse_id, places)


def change(world: World, product: int, quantity: str, **values: Any) -> Adjustment:
    usual = {"mark": world.unique("Crossdock"), "text": "wms/A-1 line 1: LOST"}
    about = {"company_id": world.company_id, "product_id": product, "sku": "X", "location_id": world.stock_id}
    return Adjustment(**{**usual, **about, "quantity": D(quantity), **values})


def move(world: World, product: int, quantity: str, to: int, **values: Any) -> Relocation:
    usual = {"mark": world.unique("Crossdock"), "text": "wms/A-1 line 1: WET", "sku": "X", "from_id": world.stock_id}
    about = {"company_id": world.company_id, "warehouse_id": world.warehouse_id, "product_id": product}
    return Relocation(**{**usual, **about, "to_id": to, "quantity": D(quantity), **values})


def held(world: World, product: int, *places: int) -> dict[tuple[int, str], Decimal]:
    """By place and lot, what is not zero."""
    rows = world.gateway.stock.quantities(layout(world, *places), [product])
    return {(row.location_id, row.lot): row.on_hand for row in rows if row.on_hand}


def test_the_layout_names_every_place_and_what_it_lies_in(world: World) -> None:
    damaged = place(world)
    shelf = place(world, "Shelf", damaged)
    found = layout(world, damaged)
    assert (found.main, found.company_id) == (world.stock_id, world.company_id)
    assert (found.parents[shelf], found.parents[damaged]) == (damaged, world.stock_id)
    assert found.names[shelf].startswith(found.names[damaged] + "/")
    assert found.currency


def test_a_place_outside_of_the_warehouse_counts_when_it_is_named(world: World) -> None:
    outside = world.call.create("stock.location", {"name": world.unique("Hold"), "usage": "internal"})
    assert outside not in layout(world).parents
    assert outside in layout(world, outside).parents


def test_products_are_found_by_code_and_by_id_with_their_cost(world: World) -> None:
    made = world.product()
    world.call("product.product", "write", [made], vals={"standard_price": 2.5}, companies=[world.company_id])
    code = world.read("product.product", made, "default_code")["default_code"]
    [by_code] = world.gateway.stock.products(world.company_id, skus=[code, "nothing"])
    [by_id] = world.gateway.stock.products(world.company_id, ids=[made])
    assert by_code == by_id
    assert (by_code.id, by_code.sku, by_code.tracking, by_code.cost) == (made, code, "none", D("2.5"))
    assert by_code.rounding > 0


def test_all_products_are_walked_through_by_their_numbers_archived_ones_too(world: World) -> None:
    first, archived, last = world.product(), world.product(), world.product()
    world.call("product.product", "write", [archived], vals={"active": False}, companies=[world.company_id])
    service = world.call.create("product.product", {"name": world.unique("Advice"), "type": "service"})
    found = list(world.gateway.stock.products_after(world.company_id, first - 1, 2))
    assert [(one.id, one.active) for one in found] == [(first, True), (archived, False)]
    rest = [one.id for one in world.gateway.stock.products_after(world.company_id, archived, 1_000)]
    assert (last in rest, service in rest) == (True, False)
    assert world.gateway.stock.products_after(world.company_id, max(rest), 1_000) == []


def test_more_than_a_page_lies_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integration.adapters.odoo.inventory.PAGE", 2)
    product = world.product("lot")
    for name in "ABCDE":
        world.lot(product, name, 3)
    assert {lot: quantity for (_, lot), quantity in held(world, product).items()} == dict.fromkeys("ABCDE", D(3))


def test_quantities_by_place_and_lot_with_what_is_reserved(world: World) -> None:
    product, shelf = world.product("lot"), place(world, "Shelf")
    lot = world.lot(product, "A", 10)
    world.put(product, 4, lot, shelf)
    world.order({product: 3})
    rows = world.gateway.stock.quantities(layout(world), [product])
    assert {(row.location_id, row.lot): row.on_hand for row in rows} == {(world.stock_id, "A"): 10, (shelf, "A"): 4}
    assert sum(row.reserved for row in rows) == 3


def test_what_was_written_since_is_named_and_nothing_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integration.adapters.odoo.inventory.PAGE", 1)
    same, more, renamed, elsewhere = (world.product() for _ in range(4))
    relabelled = world.product("lot")
    lot = world.lot(relabelled, "A", 3)
    for product in (same, more, renamed, elsewhere):
        world.put(product, 1)
    since = next_second()
    world.put(more, 2)
    world.call("product.product", "write", [renamed], vals={"default_code": world.unique("R")})
    world.call("stock.lot", "write", [lot], vals={"name": "B"})
    outside = world.call.create("stock.location", {"name": world.unique("Hold"), "usage": "internal"})
    world.put(elsewhere, 1, location_id=outside)
    found = world.gateway.stock.written(layout(world), since)
    assert found & {same, more, renamed, relabelled, elsewhere} == {more, renamed, relabelled}


def next_second() -> datetime:
    """Odoo's moments are whole seconds."""
    began = datetime.now(UTC).replace(microsecond=0)
    until(lambda: datetime.now(UTC) >= began + timedelta(seconds=1), seconds=5)
    return began + timedelta(seconds=1)


@pytest.mark.parametrize("quantity", ["3", "-4"])
def test_a_difference_is_added_to_what_is_there(world: World, quantity: str) -> None:
    product = world.product(stock=10)
    wanted = change(world, product, quantity)
    landed = world.gateway.stock.adjust(wanted)
    assert (landed.quantity, world.stock_of(product)) == (D(quantity), 10 + int(quantity))
    assert world.gateway.stock.adjusted(wanted) == landed
    [text] = [world.read("stock.move", number, "reference")["reference"] for number in landed.moves]
    assert text == f"{wanted.mark} wms/A-1 line 1: LOST"


def test_a_plain_difference_takes_six_calls(world: World) -> None:
    product = world.product(stock=10)
    world.gateway.stock.adjust(change(world, product, "-1"))
    world.guard.take()
    world.gateway.stock.adjust(change(world, product, "-1"))
    assert len(world.guard.take()) == 6


def test_where_nothing_was_and_below_zero(world: World) -> None:
    product = world.product()
    world.gateway.stock.adjust(change(world, product, "2.5"))
    world.gateway.stock.adjust(change(world, product, "-4"))
    assert held(world, product) == {(world.stock_id, ""): D("-1.5")}


def test_lost_goods_are_taken_from_where_they_lie(world: World) -> None:
    product, shelf, other = world.product(), place(world, "Shelf"), place(world, "Shelf")
    world.put(product, 5, location_id=shelf)
    world.put(product, 8, location_id=other)
    world.put(product, 1)
    landed = world.gateway.stock.adjust(change(world, product, "-12", also=(shelf, other)))
    assert (landed.quantity, len(landed.moves)) == (-12, 3)
    assert held(world, product) == {(shelf, ""): 2}


def test_found_goods_lie_at_the_place_itself_and_not_below_it(world: World) -> None:
    product, shelf = world.product(), place(world, "Shelf")
    world.put(product, 5, location_id=shelf)
    world.gateway.stock.adjust(change(world, product, "3", also=(shelf,)))
    assert held(world, product) == {(shelf, ""): 5, (world.stock_id, ""): 3}


def test_what_is_nowhere_is_lost_at_the_place_itself(world: World) -> None:
    product, shelf = world.product(), place(world, "Shelf")
    world.put(product, 5, location_id=shelf)
    world.gateway.stock.adjust(change(world, product, "-7", also=(shelf,)))
    assert held(world, product) == {(world.stock_id, ""): -2}


def test_lots_apart_and_a_new_one_when_goods_are_found(world: World) -> None:
    product = world.product("lot")
    world.lot(product, "A", 10), world.lot(product, "B", 10)
    world.gateway.stock.adjust(change(world, product, "-3", lot="A", tracking="lot"))
    world.gateway.stock.adjust(change(world, product, "2", lot="C", tracking="lot"))
    world.gateway.stock.adjust(change(world, product, "1", lot="C", tracking="lot"))
    stock = world.stock_id
    assert held(world, product) == {(stock, "A"): 7, (stock, "B"): 10, (stock, "C"): 3}


def test_an_unknown_lot_cannot_be_lost(world: World) -> None:
    product = world.product("lot")
    with pytest.raises(InvalidDocument) as caught:
        world.gateway.stock.adjust(change(world, product, "-1", lot="Z", tracking="lot"))
    assert caught.value.code == "CD-8007"


def test_what_odoo_refuses_leaves_no_count_behind(world: World) -> None:
    product = world.product("serial")
    world.lot(product, "S1", 1)
    with pytest.raises(Rejected) as caught:
        world.gateway.stock.adjust(change(world, product, "1", lot="S1", tracking="serial"))
    assert caught.value.code == "CD-8008"
    rows = world.call.rows("stock.quant", [("product_id", "=", product)], ["inventory_quantity_set", "quantity"])
    assert [row["quantity"] for row in rows if row["quantity"] > 0] == [1]
    assert not any(row["inventory_quantity_set"] for row in rows)


def test_a_count_that_somebody_has_begun_is_left_alone(world: World) -> None:
    product = world.product(stock=10)
    [quant] = world.call("stock.quant", "search", domain=[("product_id", "=", product), ("quantity", ">", 0)])
    person = world.call.create("res.users", {"name": "Ada", "login": world.unique("ada"), "email": "a@example.com"})
    count = {"inventory_quantity": 9, "user_id": person}
    world.call("stock.quant", "write", [quant], vals=count, context={"inventory_mode": True})
    with pytest.raises(Rejected) as caught:
        world.gateway.stock.adjust(change(world, product, "-1"))
    assert (caught.value.code, caught.value.context["user"]) == ("CD-8006", "Ada")
    assert world.read("stock.quant", quant, "inventory_quantity")["inventory_quantity"] == 9


@pytest.mark.parametrize("word", ["inventory_diff_quantity", "inventory_mode"])
def test_stock_that_changes_meanwhile_keeps_the_difference(behind: World, relay: Relay, word: str) -> None:
    """Goods leave between our reading and our count, or between our count and its application."""
    behind.gateway.stock.adjust(change(behind, behind.product(stock=1), "1"))  # it knows the fields by now
    product = behind.product(stock=10)
    order = behind.order({product: 4})
    picking = behind.delivery_of(order)
    relay.fail(word, lambda: behind.validate_by_hand(picking))
    assert behind.gateway.stock.adjust(change(behind, product, "-1")).quantity == -1
    assert (behind.stock_of(product), behind.delivered(order)) == (5, [4])


def test_a_count_that_went_out_of_date_is_left_behind_nowhere(behind: World, relay: Relay) -> None:
    """Goods leave the fullest shelf, so that another one is by the time that it is counted anew."""
    behind.gateway.stock.adjust(change(behind, behind.product(stock=1), "1"))  # it knows the fields by now
    product, full, other = behind.product(), place(behind, "Shelf"), place(behind, "Shelf")
    behind.put(product, 10, location_id=full)
    picking = behind.delivery_of(behind.order({product: 8}))
    behind.put(product, 6, location_id=other)
    relay.fail(
        "inventory_diff_quantity",
        lambda: relay.fail("inventory_diff_quantity", lambda: behind.validate_by_hand(picking)),
    )
    assert behind.gateway.stock.adjust(change(behind, product, "-1", also=(full, other))).quantity == -1
    assert held(behind, product) == {(full, ""): 2, (other, ""): 5}
    rows = behind.call.rows("stock.quant", [("product_id", "=", product)], ["inventory_quantity_set"])
    assert not any(row["inventory_quantity_set"] for row in rows)


@pytest.mark.parametrize(("how", "landed"), [(LOST_AFTER, True), (LOST_BEFORE, False), (BAD_GATEWAY, False)])
def test_a_lost_answer_is_found_by_the_mark(behind: World, relay: Relay, how: str | int, landed: bool) -> None:
    product = behind.product(stock=10)
    wanted = change(behind, product, "-2")
    relay.fail("action_apply_inventory", how)
    with pytest.raises(OutcomeUnknown):
        behind.gateway.stock.adjust(wanted)
    found = behind.gateway.stock.adjusted(wanted)
    assert (found.quantity if found else None) == (-2 if landed else None)
    if not landed:
        behind.gateway.stock.adjust(wanted)
    assert behind.stock_of(product) == 8


def test_two_counts_of_one_quant_at_once_are_both_right(behind: World, relay: Relay) -> None:
    """Between our count and its application another one of ours writes its own over it."""
    behind.gateway.stock.adjust(change(behind, behind.product(stock=1), "1"))  # it knows the fields by now
    product = behind.product(stock=10)
    one, other = change(behind, product, "-1"), change(behind, product, "3")
    gateway = World(behind.settings).gateway
    relay.fail(
        "inventory_diff_quantity", lambda: relay.fail("inventory_diff_quantity", lambda: overwrite(behind, product))
    )
    behind.gateway.stock.adjust(one)
    gateway.stock.adjust(other)
    found = (behind.gateway.stock.adjusted(one), behind.gateway.stock.adjusted(other))
    assert [landed.quantity if landed else None for landed in found] == [-1, 3]
    assert behind.stock_of(product) == 12


def overwrite(world: World, product: int) -> None:
    """What the other one had written, and not applied."""
    [quant] = world.call("stock.quant", "search", domain=[("product_id", "=", product), ("quantity", ">", 0)])
    world.call("stock.quant", "write", [quant], vals={"inventory_quantity": 13}, context={"inventory_mode": True})


def test_what_was_applied_and_cannot_be_read_back_is_not_refused(behind: World, relay: Relay) -> None:
    product, damaged = behind.product(stock=10), place(behind)
    wanted, moving = change(behind, product, "-2"), move(behind, product, "3", damaged)
    relay.fail("action_apply_inventory", lambda: relay.fail("stock.move", LOST_AFTER))
    with pytest.raises(OutcomeUnknown):
        behind.gateway.stock.adjust(wanted)
    assert behind.gateway.stock.adjusted(wanted) is not None
    relay.fail("button_validate", lambda: relay.fail("stock.picking", LOST_AFTER))
    with pytest.raises(OutcomeUnknown):
        behind.gateway.stock.relocate(moving)
    assert behind.gateway.stock.relocated(moving) is not None
    assert held(behind, product) == {(behind.stock_id, ""): 5, (damaged, ""): 3}


def test_a_mark_is_found_among_others_that_begin_alike(world: World) -> None:
    product = world.product(stock=10)
    one = change(world, product, "-1", mark="Crossdock 00000000000a")
    world.gateway.stock.adjust(one.model_copy(update={"mark": "Crossdock 00000000000ab", "quantity": D(-2)}))
    assert world.gateway.stock.adjusted(one) is None


def test_goods_move_to_another_place_and_back(world: World) -> None:
    product, damaged = world.product(stock=10), place(world)
    wanted = move(world, product, "4", damaged)
    landed = world.gateway.stock.relocate(wanted)
    assert (landed.quantity, world.gateway.stock.relocated(wanted)) == (4, landed)
    assert held(world, product) == {(world.stock_id, ""): 6, (damaged, ""): 4}
    world.gateway.stock.relocate(move(world, product, "1", world.stock_id, from_id=damaged))
    assert held(world, product) == {(world.stock_id, ""): 7, (damaged, ""): 3}


def test_a_plain_move_takes_thirteen_calls(world: World) -> None:
    product, damaged = world.product(stock=10), place(world)
    world.gateway.stock.relocate(move(world, product, "1", damaged))
    world.guard.take()
    world.gateway.stock.relocate(move(world, product, "1", damaged))
    assert len(world.guard.take()) == 13


def test_the_lot_that_is_named_moves_though_another_one_was_reserved(world: World) -> None:
    product, damaged = world.product("lot"), place(world)
    world.lot(product, "A", 10), world.lot(product, "B", 10)
    world.gateway.stock.relocate(move(world, product, "4", damaged, lot="B"))
    assert held(world, product) == {(world.stock_id, "A"): 10, (world.stock_id, "B"): 6, (damaged, "B"): 4}


def test_goods_that_an_order_has_reserved_move_all_the_same(world: World) -> None:
    product, damaged = world.product(stock=5), place(world)
    world.order({product: 5})
    world.gateway.stock.relocate(move(world, product, "2", damaged))
    assert held(world, product) == {(world.stock_id, ""): 3, (damaged, ""): 2}


def test_an_unknown_lot_does_not_move(world: World) -> None:
    product, damaged = world.product("lot"), place(world)
    with pytest.raises(Rejected) as caught:
        world.gateway.stock.relocate(move(world, product, "1", damaged, lot="Z"))
    assert caught.value.code == "CD-8008"
    assert held(world, product) == {}


@pytest.mark.parametrize("word", ["load", "action_confirm", "action_assign", "button_validate"])
@pytest.mark.parametrize("how", [LOST_AFTER, LOST_BEFORE])
def test_a_move_is_made_once_wherever_its_answer_is_lost(behind: World, relay: Relay, word: str, how: str) -> None:
    product, damaged = behind.product(stock=10), place(behind)
    wanted = move(behind, product, "4", damaged)
    relay.fail(word, how)
    with pytest.raises((OutcomeUnknown, Locked)):
        behind.gateway.stock.relocate(wanted)
    if behind.gateway.stock.relocated(wanted) is None:
        behind.gateway.stock.relocate(wanted)
    assert held(behind, product) == {(behind.stock_id, ""): 6, (damaged, ""): 4}


def by_hand(world: World, product: int, limit: int = 50) -> list[tuple[str, Decimal, bool, bool]]:
    """What people did to it: text, quantity, whether it left the stock and whether it came into it."""
    since = world.gateway.now() - timedelta(minutes=10)
    met, after_id = [], 0
    while page := world.gateway.stock.by_hand(layout(world), since, after_id=after_id, limit=limit):
        met, after_id = [*met, *page], max(each.id for each in page)
    mine = [each for each in met if each.product_id == product]
    return [(each.text, each.quantity, each.from_id is not None, each.to_id is not None) for each in mine]


def test_what_people_did_is_told_from_what_we_did(world: World) -> None:
    product, damaged = world.product(stock=10), place(world)
    world.gateway.stock.adjust(change(world, product, "-1"))
    world.gateway.stock.relocate(move(world, product, "2", damaged))
    world.ship(world.delivery_of(world.order({product: 1})), [1])
    unit = world.read("product.product", product, "uom_id")["uom_id"][0]
    scrap = {"product_id": product, "scrap_qty": 3, "product_uom_id": unit, "location_id": world.stock_id}
    own = {"companies": [world.company_id]}
    world.call("stock.scrap", "action_validate", [world.call.create("stock.scrap", scrap, **own)], **own)
    found = by_hand(world, product)
    assert found == by_hand(world, product, limit=1)
    assert [(quantity, taken, put) for _, quantity, taken, put in found] == [(10, False, True), (3, True, False)]
    assert found[0][0].startswith("Product Quantity Updated")


def test_what_people_scrap_by_the_dozen_is_told_in_the_product_s_own_unit(world: World) -> None:
    product = world.product(stock=30)
    [dozen] = world.call("uom.uom", "search", domain=[("name", "=", "Dozens")], limit=1)
    scrap = {"product_id": product, "scrap_qty": 2, "product_uom_id": dozen, "location_id": world.stock_id}
    own = {"companies": [world.company_id]}
    world.call("stock.scrap", "action_validate", [world.call.create("stock.scrap", scrap, **own)], **own)
    assert [(quantity, taken) for _, quantity, taken, _ in by_hand(world, product)] == [(30, False), (24, True)]
