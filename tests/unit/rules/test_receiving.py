"""What came in, in Odoo's words: which move takes how much of it, and what stands against it."""

from decimal import Decimal
from typing import Any

import pytest

from integration.canonical.erp import Picking, PostingDetail
from integration.canonical.receipts import ReceiptConfirmed
from integration.errors import Causes, Permanent
from integration.rules.codes import Code, CodeKind
from integration.rules.policy import Rule, RuleKind, Rules
from integration.rules.receiving import Facts, Plan, extras_in, kept_in, plan, translate
from tests.unit.rules import make


def facts(*lines: Any, rules: Any = (), **given: Any) -> Facts:
    usual: dict[str, Any] = {"connection": "Northgate", "warehouse": "Leeds", "advice": "WH/IN/7", "book": make.book()}
    usual |= {"mark": "northgate/R-1", "source": "receipt/northgate/WH/IN/7/R-1", "is_last": True, "cancel_rest": False}
    return Facts(**{**usual, "lines": lines or (make.line(),), "rules": Rules(rules), **given})


def receipt(*lines: dict[str, Any], **given: Any) -> ReceiptConfirmed:
    usual: dict[str, Any] = {"receipt": "R-1", "advice": "WH/IN/7", "received_at": make.NOON}
    return ReceiptConfirmed.model_validate({**usual, "lines": lines or (make.shipped(),), **given})


def picking(*moves: Any, **given: Any) -> Picking:
    return make.picking(*moves, **{"source": "supplier", "destination": "internal", **given})


def planned(came: ReceiptConfirmed, facts: Facts, *pickings: Picking) -> Plan:
    return plan(came, translate(came, facts), pickings or (picking(),), facts)


def codes(came: ReceiptConfirmed, facts: Facts, *pickings: Picking) -> list[str]:
    with pytest.raises(Permanent) as stopped:
        planned(came, facts, *pickings)
    return [cause.code for cause in stopped.value.causes]


def test_all_of_it_goes_to_the_move_of_its_line() -> None:
    made = planned(receipt(), facts())
    [line] = made.posting.lines
    assert (line.move_id, line.quantity, line.details, made.posting.keep_backorder) == (318, 8, (), True)
    assert made.kept == {0: Decimal(8)}


@pytest.mark.parametrize(
    ("rules", "tolerated"),
    [
        ((), False),
        ((Rule(RuleKind.RECEIVE_OVER_UNITS, "", Decimal(2)),), True),
        ((Rule(RuleKind.RECEIVE_OVER_PERCENT, "", Decimal(25)),), True),
        ((Rule(RuleKind.RECEIVE_OVER_PERCENT, "", Decimal(24)),), False),
        ((Rule(RuleKind.OVER_UNITS, "", Decimal(2)),), False),
        ((Rule(RuleKind.RECEIVE_OVER_UNITS, "GLUE", Decimal(2)),), False),
    ],
)
def test_more_than_is_open_needs_a_rule_or_a_person(rules: Any, tolerated: bool) -> None:
    came = receipt(make.shipped("10"))
    if tolerated:
        assert planned(came, facts(rules=rules)).kept == {0: Decimal(10)}
    else:
        assert codes(came, facts(rules=rules)) == ["CD-7005"]


def test_a_person_s_word_on_the_surplus_counts() -> None:
    came = receipt(make.shipped("10"))
    assert planned(came, facts(decided={("CD-7005", "CHAIR"): "accept"})).kept == {0: Decimal(10)}
    assert planned(came, facts(decided={("CD-7005", "CHAIR"): "refuse"})).kept == {0: Decimal(8)}


def test_of_a_refused_surplus_the_good_ones_stay() -> None:
    bad = make.shipped("4", condition="damaged")
    wanted = facts(decided={("CD-7005", "CHAIR"): "refuse"}, places={("damaged", ""): 58})
    assert planned(receipt(bad, make.shipped("6")), wanted).kept == {0: Decimal(2), 1: Decimal(6)}


def test_of_a_transfer_only_what_has_left_can_come_in() -> None:
    on_the_way = picking(make.move(reserved=Decimal(5)), source="transit")
    assert codes(receipt(make.shipped("6")), facts(), on_the_way) == ["CD-7005"]
    assert planned(receipt(make.shipped("5")), facts(), on_the_way).kept == {0: Decimal(5)}


@pytest.mark.parametrize(
    ("source", "last", "cancels", "kept"),
    [
        ("supplier", True, True, False),
        ("supplier", False, True, True),
        ("supplier", True, False, True),
        ("transit", True, True, True),
    ],
)
def test_what_did_not_come_is_cancelled_by_the_last_receipt_alone(
    source: str, last: bool, cancels: bool, kept: bool
) -> None:
    some = receipt(make.shipped("3"))
    made = planned(some, facts(is_last=last, cancel_rest=cancels), picking(source=source))
    assert made.posting.keep_backorder is kept


def test_what_odoo_asks_for_beyond_the_advice_is_not_cancelled() -> None:
    raised = picking(make.move(demand=Decimal(12)))
    assert planned(receipt(make.shipped("3")), facts(cancel_rest=True), raised).posting.keep_backorder is True


def test_goods_in_a_condition_go_to_its_place() -> None:
    came = receipt(make.shipped("6"), make.shipped("2", condition="damaged", location="CAGE-1"))
    places = {("damaged", ""): 58, ("damaged", "CAGE-1"): 59}
    [line] = planned(came, facts(places=places)).posting.lines
    assert line.details == (PostingDetail(quantity=Decimal(6)), PostingDetail(quantity=Decimal(2), location_id=59))
    assert codes(came, facts()) == ["CD-7013"]


TRACKED = make.line(tracking="lot")
SERIAL = make.line(tracking="serial")


@pytest.mark.parametrize(
    ("line", "numbers", "fits"),
    [
        (TRACKED, {"lots": [{"lot": "A", "quantity": "8"}]}, True),
        (TRACKED, {"lots": [{"lot": "A", "quantity": "7"}]}, False),
        (TRACKED, {"lots": [{"lot": "A", "quantity": "9"}]}, False),
        (TRACKED, {}, False),
        (SERIAL, {"serials": list("ABCDEFGH")}, True),
        (SERIAL, {"serials": list("ABCDEFGG")}, False),
        (SERIAL, {"serials": list("ABCDEFG")}, False),
        (SERIAL, {"lots": [{"lot": "A", "quantity": "8"}]}, False),
    ],
)
def test_tracked_goods_have_a_number_for_all_of_them(line: Any, numbers: dict[str, Any], fits: bool) -> None:
    came = receipt(make.shipped("8", **numbers))
    if fits:
        assert planned(came, facts(line)).kept
    else:
        assert codes(came, facts(line)) == ["CD-7007"]


def test_goods_that_were_not_announced() -> None:
    stray = {"sku": "100-555", "quantity": "2", "unit": "EA"}
    came = receipt(make.shipped(), stray)
    assert codes(came, facts()) == ["CD-7006"]
    [extra] = planned(came, facts(decided={("CD-7006", "GLUE"): "take_in"})).posting.extras
    assert (extra.sku, extra.unit, extra.quantity) == ("GLUE", "Units", 2)
    assert planned(came, facts(decided={("CD-7006", "GLUE"): "leave_out"})).posting.extras == ()


def test_an_unknown_code_is_a_mapping_s_case() -> None:
    assert codes(receipt({"sku": "NEW", "quantity": "2", "unit": "EA"}), facts()) == ["CD-3002"]


def test_without_a_name_the_line_with_something_open_is_meant() -> None:
    full, waiting = make.line(received=Decimal(8)), make.line(319)
    moves = (make.move(state="done"), make.move(319))
    [line] = planned(receipt(make.shipped(line=None)), facts(full, waiting), picking(*moves)).posting.lines
    assert line.move_id == 319


def test_a_later_receipt_goes_to_the_backorder_s_move() -> None:
    done = picking(make.move(state="done"), state="done", mark="northgate/R-0")
    rest = picking(make.move(401, sale_line_id=1318, demand=Decimal(3)), id=43, name="WH/IN/8", backorder_of=42)
    [line] = planned(receipt(make.shipped("3")), facts(make.line(received=Decimal(5))), done, rest).posting.lines
    assert line.move_id == 401


@pytest.mark.parametrize(
    ("state", "mark", "code"),
    [("cancel", None, "CD-7015"), ("done", None, "CD-7011"), ("done", "northgate/R-0", "CD-7005")],
)
def test_when_nothing_is_open_the_case_says_why(state: str, mark: str | None, code: str) -> None:
    closed = picking(make.move(state=state), state=state, mark=mark)
    assert codes(receipt(), facts(), closed) == [code]


def test_cases_are_turned_into_pieces_exactly_or_not_at_all() -> None:
    boxes = make.book(Code(CodeKind.UNIT, "Units", "BOX", factor=Decimal("0.25")))
    assert planned(receipt(make.shipped("2", unit="BOX")), facts(book=boxes)).kept == {0: Decimal(8)}
    odd = make.book(Code(CodeKind.UNIT, "Units", "TRIO", factor=Decimal(7)))
    assert codes(receipt(make.shipped("1", unit="TRIO")), facts(book=odd)) == ["CD-7016"]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = receipt(make.shipped("2", condition="hold"), {"sku": "NEW", "quantity": "2", "unit": "EA"})
    with pytest.raises(Causes) as stopped:
        translate(wrong, facts())
    assert [cause.code for cause in stopped.value.causes] == ["CD-7013", "CD-3002"]


def test_what_a_forgotten_receipt_had_booked_is_read_off_its_transfer() -> None:
    stray = {"sku": "100-555", "quantity": "2", "unit": "EA"}
    shares = translate(receipt(make.shipped("10"), stray), facts(decided={("CD-7006", "GLUE"): "take_in"}))
    posted = picking(
        make.move(done=Decimal(8)), make.move(500, sku="GLUE", product_id=9, done=Decimal(2)), state="done"
    )
    assert (kept_in(posted, shares), extras_in(posted, shares)) == ({0: Decimal(8), 1: Decimal(2)}, {"GLUE": 500})
