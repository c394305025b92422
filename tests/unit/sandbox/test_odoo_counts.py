"""Counts and scrap, beyond what was recorded: names, dates, rights, lots, packages, what the moves say."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.sandbox.odoo.faults import UserError, ValidationError
from tests.unit.sandbox.shop import Shop

MODE = {"inventory_mode": True}


def _counted(shop: Shop, product: int, counted: float, **values: Any) -> int:
    values = {"product_id": product, "location_id": shop.stock, "inventory_quantity": counted, **values}
    return shop.create("stock.quant", MODE, **values)


def _apply(shop: Shop, quant: int, **context: Any) -> Any:
    return shop.call("stock.quant", "action_apply_inventory", [quant], context={**MODE, **context})


def _last_move(shop: Shop, product: int) -> dict[str, Any]:
    names = ["reference", "is_inventory", "state", "product_uom_qty", "location_id", "location_dest_id"]
    names.append("inventory_name" if shop.version >= 19 else "name")
    found: list[dict[str, Any]] = shop.call(
        "stock.move", "search_read", [["product_id", "=", product]], names, order="id desc", limit=1
    )
    return found[0]


def _today() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def test_the_name_of_a_count_stands_where_the_version_keeps_it(shop: Shop) -> None:
    """16 keeps it as it is, 17 and 18 add who was to count, 19 keeps it in a field of its own too."""
    product = shop.product()
    assert _apply(shop, _counted(shop, product, 5), inventory_name="COUNT-4711") is None
    move = _last_move(shop, product)
    expected = "COUNT-4711 (Administrator)" if shop.version in (17, 18) else "COUNT-4711"
    assert (move["reference"], move.get("name", expected)) == (expected, expected)
    assert move.get("inventory_name", "COUNT-4711") == "COUNT-4711"


def test_a_count_by_writing_the_row_adds_no_name_of_a_person(shop: Shop) -> None:
    product = shop.product()
    quant = shop.count(product, 5)
    shop.call("stock.quant", "write", [quant], {"inventory_quantity": 4}, context=MODE)
    _apply(shop, quant, inventory_name="COUNT-4712")
    assert _last_move(shop, product)["reference"] == "COUNT-4712"


def test_a_person_who_updates_a_quantity_leaves_the_usual_text(shop: Shop) -> None:
    product = shop.product()
    quant = shop.count(product, 5)
    shop.call("stock.quant", "write", [quant], {"inventory_quantity_auto_apply": 7}, context=MODE)
    move = _last_move(shop, product)
    assert move["reference"] == "Product Quantity Updated" + (" (Administrator)" if shop.version >= 19 else "")
    assert (move["is_inventory"], move["state"], move["product_uom_qty"]) == (True, "done", 2)
    assert not move.get("inventory_name")


def test_a_count_that_finds_what_was_there_is_a_move_of_nothing(shop: Shop) -> None:
    product = shop.product()
    quant = shop.count(product, 5)
    shop.call("stock.quant", "write", [quant], {"inventory_quantity": 5}, context=MODE)
    _apply(shop, quant)
    move = _last_move(shop, product)
    assert move["reference"].startswith("Product Quantity Confirmed")
    assert move["product_uom_qty"] == 0


def test_the_difference_can_be_kept_when_goods_moved_meanwhile(shop: Shop) -> None:
    product = shop.product(stock=10)
    quant = _counted(shop, product, 12)
    shop.shipped((product, 4))
    action = _apply(shop, quant)
    assert action["res_model"] == "stock.inventory.conflict"
    wizard = shop.create("stock.inventory.conflict", action["context"])
    shop.call("stock.inventory.conflict", "action_keep_difference", [wizard])
    assert shop.on_hand(product) == 8


def test_one_conflict_among_many_rows_asks_once_and_applies_them_all(shop: Shop) -> None:
    moved, still = shop.product(stock=10), shop.product(stock=1)
    quants = [_counted(shop, moved, 20), _counted(shop, still, 3)]
    shop.shipped((moved, 4))
    action = shop.call("stock.quant", "action_apply_inventory", quants)
    assert action["context"]["default_quant_to_fix_ids"] == quants[:1]
    wizard = shop.create("stock.inventory.conflict", action["context"])
    shop.call("stock.inventory.conflict", "action_keep_counted_quantity", [wizard])
    assert (shop.on_hand(moved), shop.on_hand(still)) == (20, 3)


def test_counts_by_lot_and_by_package_are_rows_of_their_own(shop: Shop) -> None:
    product = shop.product("lot")
    lot = shop.lot(product, "L1")
    package = shop.create("stock.package" if shop.version >= 19 else "stock.quant.package", name="BOX")
    shop.count(product, 5, lot_id=lot)
    shop.count(product, 2, lot_id=lot, package_id=package)
    assert shop.on_hand(product, lot_id=lot) == 7
    shop.count(product, 0, lot_id=lot, package_id=package)
    assert (shop.on_hand(product), shop.on_hand(product, package_id=package)) == (5, 0)


def test_a_tracked_product_is_counted_without_a_lot_after_a_question_until_18(shop: Shop) -> None:
    product = shop.product("lot")
    quant = _counted(shop, product, 4)
    action = _apply(shop, quant)
    if shop.version <= 18:
        assert action["res_model"] == "stock.track.confirmation"
        assert shop.on_hand(product) == 0
        wizard = shop.create("stock.track.confirmation", action["context"])
        shop.call("stock.track.confirmation", "action_confirm", [wizard])
    assert shop.on_hand(product) == 4


def test_a_place_is_due_after_its_own_days_or_at_the_end_of_the_year(shop: Shop) -> None:
    today = _today().date()
    usual, weekly = shop.product(), shop.product()
    quant = shop.count(usual, 1)
    end = today.replace(month=12, day=31)
    assert shop.read("stock.quant", quant, "inventory_date") == str(
        end if end > today else end.replace(year=end.year + 1)
    )
    place = shop.create(
        "stock.location", name="Rack", location_id=shop.stock, usage="internal", cyclic_inventory_frequency=7
    )
    quant = shop.count(weekly, 1, location_id=place)
    assert shop.read("stock.location", place, "last_inventory_date") == str(today)
    assert shop.read("stock.quant", quant, "inventory_date") == str(today + timedelta(days=7))


def test_a_date_to_count_can_be_set_on_the_row(shop: Shop) -> None:
    quant = shop.count(shop.product(), 1)
    shop.call("stock.quant", "write", [quant], {"inventory_date": "2031-01-02"}, context=MODE)
    assert shop.read("stock.quant", quant, "inventory_date") == "2031-01-02"


def test_in_inventory_mode_a_row_keeps_its_place_and_takes_no_quantity(shop: Shop) -> None:
    product = shop.product(stock=1)
    quant = shop.search("stock.quant", ["product_id", "=", product], ["location_id", "=", shop.stock])[0]
    with pytest.raises(UserError, match="Quant's editing is restricted"):
        shop.call("stock.quant", "write", [quant], {"location_id": shop.place("WH/Stock")}, context=MODE)
    with pytest.raises(UserError, match="Quant's creation is restricted"):
        _counted(shop, product, 1, quantity=5)


def test_applying_a_row_that_nobody_counted_takes_the_goods_away_until_18(shop: Shop) -> None:
    """A new row says how far it is from a count of nothing; the server asks for no count before it believes that."""
    vendors = shop.search("stock.location", ["usage", "=", "supplier"])[0]
    product = shop.product()
    shop.validate(shop.transfer(
        shop.kind("incoming"), vendors, shop.stock, {"product_id": product, "product_uom_qty": 5}
    ))  # fmt: skip
    quant = shop.search("stock.quant", ["product_id", "=", product], ["location_id", "=", shop.stock])[0]
    shop.call("stock.quant", "action_apply_inventory", [quant])
    assert shop.on_hand(product) == (0 if shop.version <= 18 else 5)


def test_scrap_of_a_transfer_that_is_done_comes_from_where_it_went(shop: Shop) -> None:
    vendors = shop.search("stock.location", ["usage", "=", "supplier"])[0]
    product = shop.product()
    receipt = shop.transfer(shop.kind("incoming"), vendors, shop.stock, {"product_id": product, "product_uom_qty": 5})
    shop.validate(receipt)
    scrap = shop.create("stock.scrap", product_id=product, scrap_qty=2, picking_id=receipt)
    assert shop.read("stock.scrap", scrap, "location_id") == shop.stock
    assert shop.call("stock.scrap", "action_validate", [scrap]) is True
    name, target = shop.read("stock.scrap", scrap, "name", "scrap_location_id")
    move = shop.search("stock.move", ["location_dest_id", "=", target], ["product_id", "=", product])[0]
    number = shop.read("stock.picking", receipt, "name")
    reference = name if shop.version >= 19 else number
    assert shop.read("stock.move", move, "origin", "reference", "picking_id") == (number, reference, receipt)
    assert shop.on_hand(product) == 3


def test_scrap_of_a_lot_takes_that_lot(shop: Shop) -> None:
    product = shop.product("lot")
    lots = [shop.lot(product, name, 5) for name in ("A", "B")]
    scrap = shop.create("stock.scrap", product_id=product, scrap_qty=2, lot_id=lots[1], origin="DMG-1")
    shop.call("stock.scrap", "action_validate", [scrap])
    assert [shop.on_hand(product, lot_id=lot) for lot in lots] == [5, 3]


def test_a_done_scrap_cannot_be_deleted(shop: Shop) -> None:
    scrap = shop.create("stock.scrap", product_id=shop.product(stock=5), scrap_qty=2)
    shop.call("stock.scrap", "action_validate", [scrap])
    with pytest.raises(UserError, match="cannot delete a scrap which is done"):
        shop.call("stock.scrap", "unlink", [scrap])


def test_a_serial_number_is_counted_once(shop: Shop) -> None:
    product = shop.product("serial")
    lot = shop.lot(product, "S1")
    with pytest.raises(ValidationError, match="already been assigned"):
        shop.count(product, 2, lot_id=lot)
