"""Master data: packagings and units with barcodes, weights, lots with dates, the tree of places."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from integration.sandbox.odoo.faults import UserError, ValidationError
from tests.unit.sandbox.shop import Shop

TIMES = {"expiration_time": 30, "use_time": 10, "removal_time": 5, "alert_time": 20}


def _boxed(shop: Shop, product: int, barcode: str, size: float = 6.0) -> int:
    """A box of the product with a barcode, in the way of the version."""
    if shop.version <= 18:
        return shop.create("product.packaging", name="Box", product_id=product, qty=size, barcode=barcode)
    unit = shop.create("uom.uom", name=f"Box of {size}", relative_factor=size, relative_uom_id=1)
    shop.call("product.product", "write", [product], {"uom_ids": [[4, unit]]})
    return shop.create("product.uom", product_id=product, uom_id=unit, barcode=barcode)


def test_a_box_of_a_product_has_a_barcode_of_its_own(shop: Shop) -> None:
    product = shop.product(barcode="111", weight=1.25, volume=0.5)
    box = _boxed(shop, product, "222")
    if shop.version <= 18:
        assert shop.read("product.packaging", box, "qty", "barcode") == (6, "222")
        assert shop.read("product.product", product, "packaging_ids") == [box]
        template = shop.read("product.product", product, "product_tmpl_id")
        assert shop.read("product.template", template, "packaging_ids") == [box]
    else:
        unit = shop.read("product.uom", box, "uom_id")
        assert shop.read("uom.uom", unit, "factor") == 6
        assert shop.read("product.product", product, "uom_ids", "product_uom_ids") == ([unit], [box])
    assert shop.read("product.product", product, "weight", "volume") == (1.25, 0.5)


def test_a_barcode_is_of_one_box_or_of_one_product(shop: Shop) -> None:
    product, other = shop.product(barcode="111"), shop.product()
    _boxed(shop, product, "222")
    with pytest.raises(ValidationError, match="only be assigned to one packaging"):
        _boxed(shop, other, "222", 12)
    with pytest.raises(ValidationError, match="A product already uses the barcode"):
        _boxed(shop, other, "111", 12)
    with pytest.raises(ValidationError, match="A packaging already uses the barcode"):
        shop.product(barcode="222")


def test_a_box_of_nothing_is_refused_until_18(shop: Shop) -> None:
    if shop.version <= 18:
        with pytest.raises(ValidationError, match="Contained Quantity should be positive"):
            _boxed(shop, shop.product(), "333", 0)


def _dates(shop: Shop, lot: int) -> tuple[Any, ...]:
    names = ("expiration_date", "use_date", "removal_date", "alert_date")
    return tuple(shop.read("stock.lot", lot, *names))


def test_the_dates_of_a_lot_lie_as_far_before_its_expiration_as_the_product_says(shop: Shop) -> None:
    product = shop.product("lot", use_expiration_date=True, **TIMES)
    row = ["L1", str(product), "2030-01-31 00:00:00"]
    lot = shop.call("stock.lot", "load", ["name", "product_id/.id", "expiration_date"], [row])["ids"][0]
    assert _dates(shop, lot) == (
        "2030-01-31 00:00:00", "2030-01-21 00:00:00", "2030-01-26 00:00:00", "2030-01-11 00:00:00",
    )  # fmt: skip
    shop.call("stock.lot", "write", [lot], {"expiration_date": "2030-02-02 00:00:00", "alert_date": False})
    assert _dates(shop, lot) == ("2030-02-02 00:00:00", "2030-01-23 00:00:00", "2030-01-28 00:00:00", False)


def test_a_lot_without_a_date_expires_after_the_products_days(shop: Shop) -> None:
    product = shop.product("lot", use_expiration_date=True, **TIMES)
    lot = shop.lot(product, "L1")
    made = datetime.fromisoformat(shop.read("stock.lot", lot, "create_date"))
    expires, removal = (
        datetime.fromisoformat(shop.read("stock.lot", lot, name)) for name in ("expiration_date", "removal_date")
    )
    assert expires - made == timedelta(days=30)
    assert expires - removal == timedelta(days=5)


def test_a_product_without_dates_has_lots_without_dates(shop: Shop) -> None:
    lot = shop.lot(shop.product("lot"), "L1", expiration_date="2030-01-31 00:00:00")
    assert _dates(shop, lot) == ("2030-01-31 00:00:00", False, False, False)


def test_places_are_a_tree_with_barcodes(shop: Shop) -> None:
    aisle = shop.create("stock.location", name="Aisle 1", location_id=shop.stock, usage="view")
    shelf = shop.create("stock.location", name="Shelf 2", location_id=aisle, barcode="A1-S2")
    assert shop.read("stock.location", shelf, "complete_name", "usage") == ("Aisle 1/Shelf 2", "internal")
    assert shop.read("stock.location", shelf, "parent_path").endswith(f"/{shop.stock}/{aisle}/{shelf}/")
    assert shop.search("stock.location", ["id", "child_of", shop.stock], ["barcode", "=", "A1-S2"]) == [shelf]
    assert shop.read("stock.location", shop.stock, "child_ids") == [aisle]
    with pytest.raises(ValidationError, match="must be unique per company"):
        shop.create("stock.location", name="Shelf 3", location_id=aisle, barcode="A1-S2")


def test_a_place_is_archived_with_what_is_inside_but_not_with_goods(shop: Shop) -> None:
    aisle = shop.create("stock.location", name="Aisle 1", location_id=shop.stock)
    shelf = shop.create("stock.location", name="Shelf 2", location_id=aisle)
    product = shop.product()
    shop.count(product, 3, location_id=shelf)
    with pytest.raises(UserError, match="still contain products"):
        shop.call("stock.location", "write", [aisle], {"active": False})
    shop.count(product, 0, location_id=shelf)
    shop.call("stock.location", "write", [aisle], {"active": False})
    assert shop.read("stock.location", shelf, "active") is False


def test_a_warehouses_own_stock_is_not_archived(shop: Shop) -> None:
    with pytest.raises(UserError, match="used by your warehouse"):
        shop.call("stock.location", "write", [shop.stock], {"active": False})
