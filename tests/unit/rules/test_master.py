"""What a warehouse is told of a record, in its own words."""

from decimal import Decimal

import pytest

from integration.canonical.base import Address
from integration.canonical.master import Component, Item, Lot, Method, Party, Record, Site, Unit
from integration.rules.codes import Code, CodeBook, CodeKind
from integration.rules.master import Words, batch, codes, mapped_by, told

BOOK = CodeBook(
    "north",
    "North",
    (
        Code(CodeKind.PRODUCT, "A", "P-A"),
        Code(CodeKind.PRODUCT, "A", "OLD-A", alias=True),
        Code(CodeKind.PRODUCT, "B", "P-B"),
        Code(CodeKind.UNIT, "Units", "EA"),
        Code(CodeKind.UNIT, "Units", "CS", sku="B"),
        Code(CodeKind.CARRIER, "Road", "DHL"),
    ),
)
MAPPED = Words(BOOK, sites={7: "NORTH"})
SAME = Words(BOOK, same=True)


def kit(*parts: str) -> Item:
    made = tuple(Component(code=part, quantity=Decimal(1), unit="Units") for part in parts)
    return Item(id=1, code="A", unit="Units", components=made)


@pytest.mark.parametrize(
    ("kind", "record", "code"),
    [
        ("item", Item(id=1, code="A"), "P-A"),
        ("item", Item(id=1, code="C"), None),
        ("item", Item(id=1, code=""), None),
        ("unit", Unit(id=1, code="Units"), "EA"),
        ("carrier", Method(id=1, code="Road"), "DHL"),
        ("carrier", Method(id=1, code="Sea"), None),
        ("site", Site(id=7, code="WH"), "NORTH"),
        ("site", Site(id=8, code="WH2"), None),
        ("customer", Party(id=1, code="17", address=Address()), "17"),
    ],
)
def test_the_code_is_the_warehouse_s_or_it_is_not_told(kind: str, record: Record, code: str | None) -> None:
    found = told(kind, record, MAPPED)
    assert (found.code if found else None) == code


def test_where_odoo_s_codes_serve_a_mapping_still_goes_before_them() -> None:
    found = [told("item", Item(id=1, code=code), SAME) for code in ("A", "C")]
    assert [each.code for each in found if each] == ["P-A", "C"]
    assert told("item", Item(id=1, code=""), SAME) is None


def test_a_lot_keeps_its_number_and_names_the_item_as_the_warehouse_does() -> None:
    found = told("lot", Lot(id=1, code="L1", item="A"), MAPPED)
    assert isinstance(found, Lot)
    assert (found.code, found.item) == ("L1", "P-A")
    assert told("lot", Lot(id=1, code="L1", item="C"), MAPPED) is None


def test_a_unit_is_the_product_s_own_where_there_is_one() -> None:
    found = [told("item", Item(id=1, code=code, unit="Units"), MAPPED) for code in ("A", "B")]
    assert [each.unit for each in found if isinstance(each, Item)] == ["EA", "CS"]


@pytest.mark.parametrize(("parts", "said"), [(("A", "B"), ["P-A", "P-B"]), (("A", "C"), [])])
def test_a_kit_is_told_with_all_components_or_none(parts: tuple[str, ...], said: list[str]) -> None:
    found = told("item", kit(*parts), MAPPED)
    assert isinstance(found, Item)
    assert [part.code for part in found.components] == said


def test_what_has_to_be_looked_up_is_named() -> None:
    assert codes([kit("B"), Lot(id=2, code="L1", item="C")]) == {"A", "B", "C", "Units", "L1"}
    assert [mapped_by("lot", Lot(id=2, code="L1", item="C")), mapped_by("customer", Party(id=1, code="17"))] == [
        "C",
        "",
    ]


def test_a_batch_holds_its_records_in_the_list_of_their_kind() -> None:
    made = batch("supplier", 3, "odoo", [Party(id=1, code="17")])
    assert (made.kind, made.batch, made.system, [each.id for each in made.parties]) == ("supplier", 3, "odoo", [1])
    assert (made.items, made.drift()) == ((), ())
