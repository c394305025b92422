"""What becomes of the rest of an order, and whether another product may go: as a rule said when it was released."""

from typing import Any

import pytest

from integration.models import Document
from tests.component.flows.test_order_rules import keep, rule, said
from tests.component.flows.yard import Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)


def rest(**outcome: str) -> Any:
    return rule('"CRATE-S" in delivery.quantities', kind="rest", name="Crates", outcome=outcome)


def short(yard: Yard, sale: Sale) -> list[tuple[str, str]]:
    """Two of what was ordered leave, and nothing else will."""
    yard.shipped(sale, lines=[yard.line(sale, quantity="2")], final=True)
    return yard.odoo.transfers(sale.id)


def quiet(yard: Yard) -> bool:
    return (yard.cases(), yard.unfinished()) == ([], [])


def test_what_a_rule_cancels_is_cancelled_although_the_warehouse_keeps_its_backorders(yard: Yard) -> None:
    rest(backorder="cancel")
    crates, rope = yard.released(("CRATE-S", 5)), yard.released(("ROPE-10", 5))
    assert [state for _, state in short(yard, crates)] == ["done"]
    assert sorted(state for _, state in short(yard, rope)) == ["assigned", "done"]
    assert said(crates)[0][:2] == ("rest", ["Crates 1"])
    assert [row.remainder for row in Document.objects.filter(kind="delivery").order_by("pk")][:2] == ["cancel", ""]


def test_and_what_it_keeps_is_kept_although_the_warehouse_cancels_them(yard: Yard) -> None:
    rest(backorder="keep")
    yard.set(remainder="cancel")
    crates, rope = yard.released(("CRATE-S", 5)), yard.released(("ROPE-10", 5))
    assert sorted(state for _, state in short(yard, crates)) == ["assigned", "done"]
    assert [state for _, state in short(yard, rope)] == ["done"]
    assert quiet(yard)


def test_what_it_holds_is_released_when_a_person_lets_it_go(yard: Yard) -> None:
    rest(backorder="hold")
    sale = yard.released(("CRATE-S", 5))
    assert quiet(yard), "the first one goes"
    assert sorted(state for _, state in short(yard, sale)) == ["assigned", "done"]
    yard.look()
    told = f"Order {sale.name} is held by the rule Crates, version 1. delivery.quantities: 3 of CRATE-S."
    assert yard.cases() == [("CD-4032", told)]
    assert len(yard.wms.held()) == 1
    yard.choose("CD-4032", "let_go")
    assert ([held.lines for held in yard.wms.held()], quiet(yard)) == ([{"P-CRATE-S": "5"}, {"P-CRATE-S": "3"}], True)


def test_a_rule_that_is_edited_after_the_release_changes_nothing_of_it(yard: Yard) -> None:
    made = rest(backorder="cancel")
    sale = yard.released(("CRATE-S", 5))
    keep(made, outcome={"backorder": "keep"})
    assert [state for _, state in short(yard, sale)] == ["done"]


@pytest.mark.parametrize(("says", "asked"), [("yes", []), ("no", ["CD-5020"]), ("", ["CD-5020"])])
def test_whether_another_product_may_go_in_its_place(yard: Yard, says: str, asked: list[str]) -> None:
    rest(substitutes=says)
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale, lines=[yard.line(sale, sku="P-CRATE-M", substitute=True)])
    assert [code for code, _ in yard.cases()] == asked
    if not asked:
        assert yard.left(sale)["CRATE-M"] == (3, 3, 3)
