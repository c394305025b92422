"""Which units came back, where each goes, and what a later look at them moves."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from integration.canonical.receipts import ReturnReceived
from integration.errors import IntegrationError
from integration.rules.codes import Code, CodeKind
from integration.rules.inspecting import Contradiction, Judged, Said, after, judged
from integration.rules.returns import Facts, Returnable, Returned, Target, allocate, target, translate
from tests.unit.rules.make import book, line

D = Decimal
NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)
KEY = ("", "CHAIR", "")


def told(*lines: dict[str, Any]) -> ReturnReceived:
    usual = {"sku": "100-441", "unit": "EA", "quantity": "1"}
    whole = {"receipt": "RT-1", "site": "LEEDS", "received_at": NOON, "lines": [{**usual, **each} for each in lines]}
    return ReturnReceived.model_validate(whole)


def left(move: int = 318, quantity: str = "5", lots: dict[str, Decimal] | None = None, **given: Any) -> Returnable:
    usual: dict[str, Any] = {"picking_id": 42, "sale_line_id": 1, "product_id": 7, "sku": "CHAIR", "unit": "Units"}
    usual |= {"tracking": "lot" if lots else "none", "left": D(quantity), "lots": lots or {}}
    return Returnable(**{"move_id": move, **usual, **given})


def facts(decided: dict[tuple[str, str], str] | None = None, *codes: Code) -> Facts:
    return Facts("Northgate 3PL", "return/northgate/LEEDS/RT-1", book(*codes), [line()], {}, decided or {})


def taken(message: ReturnReceived, *known: Returnable, **decided: str) -> list[tuple[int | None, Decimal, str | None]]:
    how = facts({(code.replace("_", "-"), "CHAIR"): choice for code, choice in decided.items()})
    shares = translate(message, how, known)
    found = allocate(message, shares, how, known)
    return [(share.move.move_id if share.move else None, share.quantity, share.lot) for share in found]


def against(message: ReturnReceived, *known: Returnable) -> list[str]:
    with pytest.raises(IntegrationError) as caught:
        taken(message, *known)
    assert all("not known" not in cause.cause + cause.fix for cause in caught.value.causes)
    return [cause.code for cause in caught.value.causes]


def test_goods_come_off_the_move_that_they_left_with() -> None:
    assert taken(told({"quantity": "3"}), left()) == [(318, D(3), None)]


def test_the_line_that_the_warehouse_names_goes_first() -> None:
    assert taken(told({"quantity": "6", "line": "319"}), left(), left(319)) == [(319, D(5), None), (318, D(1), None)]


def test_a_lot_comes_off_the_move_that_it_left_with() -> None:
    lots = [{"lot": "B", "quantity": "2"}]
    known = left(lots={"A": D(5)}), left(319, lots={"B": D(2)})
    assert taken(told({"quantity": "2", "lots": lots}), *known) == [(319, D(2), "B")]


def test_more_than_left_is_a_person_s() -> None:
    assert against(told({"quantity": "6"}), left()) == ["CD-7031"]
    assert taken(told({"quantity": "6"}), left(), CD_7031="take_in") == [(318, D(5), None), (318, D(1), None)]
    assert taken(told({"quantity": "6"}), left(), CD_7031="leave_out") == [(318, D(5), None)]


def test_a_number_that_did_not_leave_is_a_person_s() -> None:
    message = told({"lots": [{"lot": "Z", "quantity": "1"}]})
    assert against(message, left(lots={"A": D(5)})) == ["CD-7032"]
    assert taken(message, left(lots={"A": D(5)}), CD_7032="take_in") == [(318, D(1), "Z")]
    assert taken(message, left(lots={"A": D(5)}), CD_7032="leave_out") == []


def test_a_product_that_did_not_leave_is_a_person_s() -> None:
    assert against(told({})) == ["CD-7033"]
    assert taken(told({}), CD_7033="take_in") == [(None, D(1), None)]
    assert taken(told({}), CD_7033="leave_out") == []


def test_all_that_is_wrong_is_told_at_once() -> None:
    message = told({"sku": "unknown"}, {"unit": "PALLET"}, {"lots": []})
    assert against(message, left(lots={"A": D(5)})) == ["CD-3002", "CD-3004", "CD-7038"]


def test_one_code_may_stand_for_several_units_of_odoo_s() -> None:
    dozens = Code(CodeKind.UNIT, "Dozens", "EA", factor=D(12))
    message = told({"sku": "100-555"})
    known = [left(sku="GLUE")]
    assert [share.unit for share in translate(message, facts(None, dozens), known)] == ["Units"]


@pytest.mark.parametrize(
    ("condition", "disposition", "where"),
    [
        ("good", "resell", Target.GOOD),
        ("damaged", "resell", Target.DAMAGED),
        ("good", "quarantine", Target.QUARANTINE),
        ("damaged", "scrap", Target.SCRAP),
        ("good", "", Target.QUARANTINE),
        ("damaged", "", Target.QUARANTINE),
    ],
)
def test_what_becomes_of_goods_says_where_they_lie(condition: str, disposition: str, where: Target) -> None:
    assert target(condition, disposition) == where


def said(quantity: str, disposition: str = "", condition: str = "good") -> Said:
    return Said(KEY, condition, disposition, D(quantity))


@pytest.mark.parametrize(
    ("before", "now", "moved"),
    [
        ([said("5")], [said("5")], []),
        ([said("5")], [said("5", "resell")], [Judged(KEY, "good", "resell", D(5))]),
        ([said("5")], [said("2", "resell"), said("3")], [Judged(KEY, "good", "resell", D(2))]),
        ([said("2", "resell"), said("3")], [said("4", "resell"), said("1")], [Judged(KEY, "good", "resell", D(2))]),
        ([said("5")], [said("5", "scrap", "damaged")], [Judged(KEY, "damaged", "scrap", D(5))]),
        ([said("5", "resell")], [said("5")], []),
        ([said("4", "resell"), said("1")], [said("2", "resell"), said("3")], []),
        ([said("2", "resell"), said("3")], [said("3", "scrap"), said("2")], [Judged(KEY, "good", "scrap", D(3))]),
    ],
)
def test_a_later_message_judges_what_was_not_judged(before: list[Said], now: list[Said], moved: list[Judged]) -> None:
    assert judged(before, now) == moved
    assert judged(after(before, moved), now) == []


@pytest.mark.parametrize(
    ("before", "now", "where"),
    [
        ([said("5")], [said("4", "resell")], "5 of CHAIR before, now 4"),
        ([said("5", "resell")], [said("5", "scrap")], "5 of CHAIR were to resell before"),
        ([said("2", "resell"), said("3")], [said("4", "scrap"), said("1")], "2 of CHAIR were to resell before"),
    ],
)
def test_two_messages_that_cannot_both_be_true(before: list[Said], now: list[Said], where: str) -> None:
    with pytest.raises(Contradiction, match=where):
        judged(before, now)


def test_a_share_knows_its_units_whatever_becomes_of_them() -> None:
    share = Returned(0, "318", "CHAIR", "Units", D(1), "A", None, "damaged", "resell")
    assert (share.key, share.target) == (("318", "CHAIR", "A"), Target.DAMAGED)
