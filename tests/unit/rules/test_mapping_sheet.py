"""What a sheet of mappings would do, and everything that is wrong with it, at once."""

from decimal import Decimal

import pytest

from integration.rules.mapping_sheet import COLUMNS, Entry, Fault, plan

KNOWN = (
    Entry("product", "A", "P-A"),
    Entry("product", "A", "P-A2", alias=True),
    Entry("unit", "Dozens", "EA", factor=Decimal(12)),
)


def look(*rows: tuple[str, ...], heads: tuple[str, ...] = COLUMNS, known: tuple[Entry, ...] = KNOWN):
    return plan(heads, list(enumerate(rows, start=2)), known)


def test_new_changed_and_same_are_told_apart() -> None:
    made = look(
        ("product", "B", "P-B"),
        ("product", "A", "P-NEW"),
        ("Product", "A", "P-A2", "", "", "", "yes"),
        ("unit", "Dozens", "EA", "", "12.0", "1"),
        ("unit", "Dozens", "CS", "A", "1", "12"),
    )
    assert made.faults == []
    assert made.new == [Entry("product", "B", "P-B"), Entry("unit", "Dozens", "CS", "A", Decimal(1), Decimal(12))]
    assert made.changed == [(Entry("product", "A", "P-A"), Entry("product", "A", "P-NEW"))]
    assert made.same == 2


def test_two_products_may_swap_their_codes() -> None:
    known = (Entry("product", "A", "1"), Entry("product", "B", "2"))
    made = look(("product", "A", "2"), ("product", "B", "1"), known=known)
    assert (made.faults, len(made.changed)) == ([], 2)


def test_a_code_that_another_product_keeps_is_not_free() -> None:
    [fault] = look(("product", "B", "P-A")).faults
    assert fault == Fault(2, "partner_code", "P-A is mapped to A already")


def test_two_carriers_may_go_by_one_code() -> None:
    assert look(("carrier", "Road", "DHL"), ("carrier", "Air", "DHL")).faults == []


WRONG = [
    ("pallet", "X1", "Y1", "", "", "", ""),
    ("", "X2", "Y2", "", "", "", ""),
    ("product", "", "Y3", "", "", "", ""),
    ("product", "X4", "", "", "", "", ""),
    ("product", "X" * 101, "Y5", "", "", "", ""),
    ("product", "X6", "Y" * 101, "", "", "", ""),
    ("product", "X7", "Y\x07", "", "", "", ""),
    ("product", "X8", "Y8", "SKU", "", "", ""),
    ("product", "X9", "Y9", "", "2", "", ""),
    ("carrier", "X10", "Y10", "", "", "3", ""),
    ("unit", "X11", "Y11", "", "twelve", "", ""),
    ("unit", "X12", "Y12", "", "0", "", ""),
    ("unit", "X13", "Y13", "", "-1", "", ""),
    ("unit", "X14", "Y14", "", "1", "NaN", ""),
    ("unit", "X15", "Y15", "", "1.1234567", "", ""),
    ("unit", "X16", "Y16", "", "1000000000000", "", ""),
    ("product", "X17", "Y17", "", "", "", "maybe"),
    ("product", "X18", "P-A", "", "", "", ""),
    ("product", "X19", "Y19", "", "", "", "yes"),
    ("product", "X20", "Y20", "", "", "", ""),
    ("product", "X20", "Y21", "", "", "", ""),
]


def test_twenty_different_mistakes_are_told_at_once_by_row_and_column() -> None:
    made = look(*WRONG)
    told = [(fault.row, fault.column) for fault in made.faults]
    columns = ["kind", "kind", "odoo_code", "partner_code", "odoo_code", "partner_code", "partner_code", "sku"]
    columns += ["factor", "per", "factor", "factor", "factor", "per", "factor", "factor", "alias"]
    columns += ["partner_code", "alias", "odoo_code"]
    rows = [*range(2, 21), 22]
    assert told == list(zip(rows, columns, strict=True))
    assert len({fault.words for fault in made.faults}) >= 14
    assert made.faults[-1].words == "row 21 is about the same mapping"


@pytest.mark.parametrize(
    ("heads", "words"),
    [
        (("kind", "odoo_code"), "the column partner_code is missing"),
        ((*COLUMNS, "price"), f"there is no column price: there are {', '.join(COLUMNS)}"),
        ((*COLUMNS, "Odoo code"), "the column odoo_code is there twice"),
    ],
)
def test_heads_that_are_wrong(heads: tuple[str, ...], words: str) -> None:
    assert words in [fault.words for fault in look(("product", "B", "C"), heads=heads).faults]


def test_empty_rows_and_the_order_of_columns_do_not_matter() -> None:
    made = look(("P-B", "B", "product"), ("", " ", ""), heads=("Partner code", "odoo_code", "KIND"))
    assert (made.new, made.faults) == ([Entry("product", "B", "P-B")], [])


def test_an_alias_is_not_wrong_because_the_row_of_its_code_is() -> None:
    faults = look(("product", "B", "P-B", "", "2", "", ""), ("product", "B", "P-B2", "", "", "", "yes")).faults
    assert [(fault.row, fault.column) for fault in faults] == [(2, "factor")]
