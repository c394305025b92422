"""Every field has one owner, the page says what the code does, and what is Odoo's is met wherever a message says it."""

from collections import Counter
from pathlib import Path

import pytest

from integration.errors.catalogue import PROBLEMS
from integration.rules.ownership import FOREIGN, OWNERSHIP, Entity, Owner, code_of, foreign

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "ownership.md").read_text()


def test_the_page_says_what_the_code_does() -> None:
    rows = [
        f"| {field.entity} | {field.name} | {field.owner} | {', '.join(f'`{word}`' for word in field.words)} | "
        f"[{field.code}](../runbook/{field.code}.md) |"
        for field in OWNERSHIP
    ]
    assert [line for line in PAGE.splitlines() if "../runbook/" in line] == rows


def test_each_field_has_one_row_each_word_one_field_and_each_code_a_problem() -> None:
    assert max(Counter((field.entity, field.name) for field in OWNERSHIP).values()) == 1
    assert max(Counter(word for field in OWNERSHIP for word in field.words).values()) == 1
    assert {field.code for field in OWNERSHIP} <= set(PROBLEMS)


def test_a_message_is_compared_with_what_is_odoo_s_alone() -> None:
    assert all(bool(field.words) == (field.owner == Owner.ODOO) for field in OWNERSHIP)
    assert all((field.code == FOREIGN) == (field.owner == Owner.ODOO) for field in OWNERSHIP)


@pytest.mark.parametrize(
    ("drift", "paths"),
    [
        (["data.lines.0.barcode", "data.lines.7.barcode"], ["data.lines.barcode"]),
        (["data.Unit_Price"], ["data.Unit_Price"]),
        (["data.ship_to", "data.lines.0.weight"], ["data.lines.weight", "data.ship_to"]),
        (["data.colour", "data.barcode_scanner", "price.of", "0", "1.2"], []),
    ],
)
def test_a_foreign_field_is_met_by_its_name_wherever_it_stands(drift: list[str], paths: list[str]) -> None:
    assert [each.path for each in foreign(drift)] == paths


def test_what_the_warehouse_owns_has_a_code_of_its_own() -> None:
    assert code_of(Entity.DELIVERY, "tracking number") == "CD-5029"
    with pytest.raises(KeyError):
        code_of(Entity.DELIVERY, "colour")
