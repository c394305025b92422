"""What a warehouse is told to expect, and when that has changed."""

from decimal import Decimal
from typing import Any

import pytest

from integration.canonical.erp import LotLine, Picking, Purchase
from integration.errors import Causes
from integration.rules import advices
from tests.unit.rules import make


def picking(*moves: Any, **given: Any) -> Picking:
    return make.picking(*moves, **{"source": "supplier", "destination": "internal", "name": "WH/IN/7", **given})


def purchase(*pickings: Picking, **given: Any) -> Purchase:
    usual: dict[str, Any] = {"id": 12, "name": "P00012", "state": "purchase", "company_id": 1, "supplier_id": 3}
    usual |= {"supplier": "Acme", "partner_ref": "Q-7", "written_at": make.NOON, "pickings": pickings}
    return Purchase(**{**usual, **given})


def expected(*chain: Picking, told: Any = ()) -> dict[str, Decimal]:
    return {each.name: each.quantity for each in advices.expected(chain, told)}


def test_a_purchase_asks_for_all_that_is_open() -> None:
    assert expected(picking(make.move(), make.move(319, demand=Decimal(2)))) == {"318": 8, "319": 2}


def test_a_transfer_asks_for_what_has_left() -> None:
    assert expected(picking(make.move(reserved=Decimal(5)), source="transit")) == {"318": 5}
    assert not advices.is_open((picking(make.move(reserved=Decimal(0)), source="transit"),))


def test_what_came_already_counts_with_what_is_open() -> None:
    done = picking(make.move(state="done"), state="done")
    rest = picking(make.move(401, sale_line_id=1318, demand=Decimal(3)), id=43, backorder_of=42)
    assert expected(done, rest, told=(make.line(received=Decimal(5)),)) == {"318": 8}


def test_a_surplus_that_came_is_no_news() -> None:
    done = picking(make.move(state="done"), state="done")
    assert expected(done, told=(make.line(received=Decimal(9)),)) == {"318": 8}


def test_lines_of_a_cancelled_transfer_are_not_expected() -> None:
    assert expected(picking(make.move(state="cancel"), state="cancel")) == {}


def test_only_what_an_advice_says_makes_it_differ() -> None:
    first = picking()
    wanted = advices.expected((first,), ())
    same = advices.digest(purchase(first), first, wanted)
    assert advices.digest(purchase(first, written_at=make.NOON.replace(hour=13)), first, wanted) == same
    assert advices.digest(purchase(first, partner_ref="Q-8"), first, wanted) != same
    fewer = picking(make.move(demand=Decimal(7)))
    assert advices.digest(purchase(fewer), fewer, advices.expected((fewer,), ())) != same


def test_an_advice_says_who_sends_what() -> None:
    first = picking()
    made = advices.decide(purchase(first), first, advices.expected((first,), ()), make.site()).document
    assert (made.advice, made.kind, made.order, made.sender, made.sender_reference) == (
        "WH/IN/7", "purchase", "P00012", "Acme", "Q-7",
    )  # fmt: skip
    assert [(line.line, line.sku, line.quantity, line.unit) for line in made.lines] == [("318", "100-441", 8, "EA")]


@pytest.mark.parametrize(("tracking", "lots", "serials"), [("lot", {"A": 3, "B": 5}, ()), ("serial", {}, ("A", "B"))])
def test_a_transfer_names_the_numbers_that_left(tracking: str, lots: dict[str, int], serials: tuple[str, ...]) -> None:
    lines = tuple(
        LotLine(id=number, lot=lot, quantity=Decimal(quantity))
        for number, (lot, quantity) in enumerate({"A": 3, "B": 5}.items())
    )
    leg = picking(make.move(tracking=tracking, lines=lines), source="transit")
    made = advices.decide(purchase(leg), leg, advices.expected((leg,), ()), make.site()).document
    assert ({lot.lot: lot.quantity for lot in made.lines[0].lots}, made.lines[0].serials) == (lots, serials)


def test_a_code_without_a_counterpart_stops_it() -> None:
    first = picking(make.move(sku="NEW"), make.move(319, unit="Pallets"))
    with pytest.raises(Causes) as stopped:
        advices.decide(purchase(first), first, advices.expected((first,), ()), make.site())
    assert [cause.code for cause in stopped.value.causes] == ["CD-3001", "CD-3003"]


@pytest.mark.parametrize(
    ("source", "kind"), [("supplier", "purchase"), ("customer", "return"), ("transit", "transfer"), ("", "return")]
)
def test_its_kind_is_where_it_comes_from(source: str, kind: str) -> None:
    assert advices.kind_of(picking(source=source)) == kind
