"""Master data: what was written, what there is, and what it says."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integration.canonical.master import Item, Lot, Packaging, Party
from tests.contract.gateway.world import World

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def read(world: World, kind: str, *ids: int) -> list:
    return list(world.gateway.master_records(kind, list(ids)))


def written(world: World, kind: str) -> set[int]:
    """The records of which something was written in the last minute."""
    since, found = world.gateway.now() - timedelta(seconds=60), set()
    for source in world.gateway.master_sources(kind):
        after_id = 0
        while page := world.gateway.master_written(kind, source, since, after_id=after_id, limit=50):
            after_id = page[-1].id
            found |= {record for row in page for record in row.records}
    return found


def box(world: World, product: int, barcode: str) -> None:
    if world.version >= 19:
        dozens = world.call("uom.uom", "search", domain=[("name", "ilike", "dozen")], limit=1)[0]
        world.call.create("product.uom", {"product_id": product, "uom_id": dozens, "barcode": barcode})
    else:
        world.call.create("product.packaging", {"name": "Box", "product_id": product, "qty": 12, "barcode": barcode})


def test_a_product_is_read_with_what_a_warehouse_needs_of_it(world: World) -> None:
    barcode, boxed = world.unique("B").replace(" ", ""), world.unique("X").replace(" ", "")
    product = world.product(tracking="lot", barcode=barcode, weight=1.25, volume=0.5)
    box(world, product, boxed)
    [item] = read(world, "item", product)
    assert isinstance(item, Item)
    assert (item.barcode, item.weight, item.volume, item.tracking, item.active) == (
        barcode,
        Decimal("1.25"),
        Decimal("0.5"),
        "lot",
        True,
    )
    [packaging] = item.packagings
    assert (packaging.barcode, packaging.quantity) == (boxed, 12)
    assert isinstance(packaging, Packaging)
    assert item.code.startswith("SKU")
    assert item.unit == "Units"


def test_a_page_of_two_hundred_items_takes_two_calls_once_the_fields_are_known(world: World) -> None:
    ids = list(world.gateway.master_ids("item", after_id=0, limit=200))
    world.gateway.master_records("item", ids)
    world.guard.take()
    assert len(world.gateway.master_records("item", ids)) == len(ids)
    models = [call.rpartition(".")[0] for call in world.guard.take()]
    assert models.count("product.product") <= 2
    assert {*models} <= {"product.product", "mrp.bom"}  # the bills of kits, where they are known
    assert models.count("mrp.bom") <= 2


def test_every_id_is_met_in_pages_of_any_size_archived_ones_too(world: World) -> None:
    archived = world.product(active=False)
    all_at_once = list(world.gateway.master_ids("item", after_id=0, limit=100_000))
    found, after_id = [], 0
    while page := list(world.gateway.master_ids("item", after_id=after_id, limit=7)):
        found += page
        after_id = page[-1]
    assert found == all_at_once == sorted(all_at_once)
    assert archived in found
    assert read(world, "item", archived)[0].active is False


def test_a_service_is_no_item(world: World) -> None:
    service = world.product(
        type="service", **({"is_storable": False} if world.version >= 18 else {"detailed_type": "service"})
    )
    assert service not in world.gateway.master_ids("item", after_id=service - 1, limit=5)
    assert read(world, "item", service) == []


@pytest.mark.parametrize("model", ["product.product", "product.template"])
def test_a_write_to_a_product_or_its_template_is_met(world: World, model: str) -> None:
    product = world.product()
    template = world.read("product.product", product, "product_tmpl_id")["product_tmpl_id"][0]
    world.call(model, "write", [product if model == "product.product" else template], vals={"name": "Renamed"})
    assert product in written(world, "item")


def test_a_new_box_is_met_though_the_product_says_nothing_of_it(world: World) -> None:
    product = world.product()
    source = "product.uom" if world.version >= 19 else "product.packaging"
    box(world, product, world.unique("X").replace(" ", ""))
    since = world.gateway.now() - timedelta(seconds=60)
    rows = world.gateway.master_written("item", source, since, after_id=0, limit=1000)
    assert product in {record for row in rows for record in row.records}


def test_a_lot_is_read_with_its_product(world: World) -> None:
    product = world.product(tracking="lot")
    lot = world.lot(product, "L-77")
    [found] = read(world, "lot", lot)
    assert isinstance(found, Lot)
    assert (found.code, found.item, found.active) == ("L-77", read(world, "item", product)[0].code, True)
    assert lot in written(world, "lot")


def test_a_customer_is_read_with_its_address_and_so_is_a_place_of_its_own(world: World) -> None:
    name = world.unique("Harbour")
    company = world.customer(name, ref=world.unique("C"), is_company=True, customer_rank=1)
    dock = world.customer("Dock 2", parent_id=company, type="delivery")
    party, place = read(world, "customer", company, dock)
    assert isinstance(party, Party)
    assert (party.address.name, party.address.city, party.parent) == (name, "Fairfield", None)
    assert (place.parent, place.code) == (company, str(dock))
    assert read(world, "supplier", company) == []
    assert {company, dock} <= written(world, "customer")


@pytest.mark.parametrize(
    ("kind", "says"), [("unit", "code"), ("place", "usage"), ("site", "name"), ("carrier", "code")]
)
def test_every_other_kind_can_be_walked_and_read(world: World, kind: str, says: str) -> None:
    if not world.gateway.master_sources(kind):
        pytest.skip(f"this Odoo has no {kind}s: an app is not installed")
    ids = list(world.gateway.master_ids(kind, after_id=0, limit=50))
    found = read(world, kind, *ids)
    assert [each.id for each in found] == ids
    assert all(getattr(each, says) for each in found)
    source = world.gateway.master_sources(kind)[0]
    assert world.gateway.master_written(kind, source, LONG_AGO, after_id=0, limit=5)


def test_a_dozen_is_twelve(world: World) -> None:
    ids = list(world.gateway.master_ids("unit", after_id=0, limit=100))
    factors = {unit.code: unit.factor for unit in read(world, "unit", *ids)}
    assert factors["Units"] == 1
    assert next(factor for code, factor in factors.items() if code.startswith("Dozen")) == 12


def test_who_is_gone_is_left_out(world: World) -> None:
    product = world.product()
    world.call("product.product", "unlink", [product])
    assert read(world, "item", product) == []
    assert product not in world.gateway.master_ids("item", after_id=product - 1, limit=5)
