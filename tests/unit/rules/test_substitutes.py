"""What may go in a line's place, what the order is asked to change for it, and where it is booked then."""

from decimal import Decimal
from typing import Any

import pytest

from integration.canonical.erp import Swapped
from integration.errors import Causes, IntegrationError
from integration.rules import shipping, substitutes
from integration.rules.policy import Rule, RuleKind
from tests.unit.rules.make import facts, line, move, picking, shipment, shipped

ANY = Rule(RuleKind.SUBSTITUTE, "", Decimal(0))
THREE = shipped("3", sku="100-555", substitute=True)


def codes_of(error: Causes) -> list[str]:
    return [cause.code for cause in error.causes]


def test_what_went_instead_is_a_share_of_the_line_in_its_unit() -> None:
    box = line(factor=Decimal(3))
    shares = shipping.translate(shipment(shipped("6"), THREE), facts(box, rules=[ANY]))
    assert [(share.sku, share.substitute, share.quantity) for share in shares] == [
        ("CHAIR", "", 2),
        ("GLUE", "GLUE", 1),
    ]


@pytest.mark.parametrize(
    ("rules", "given", "allowed"),
    [
        ([], {}, False),
        ([ANY], {}, True),
        ([Rule(RuleKind.SUBSTITUTE, "CHAIR", Decimal(0))], {}, True),
        ([Rule(RuleKind.SUBSTITUTE, "GLUE", Decimal(0))], {}, False),
        ([Rule(RuleKind.SUBSTITUTE, "", Decimal(0), customer=9)], {"customer": 9}, True),
        ([Rule(RuleKind.SUBSTITUTE, "", Decimal(0), customer=9)], {"customer": 8}, False),
        ([Rule(RuleKind.SUBSTITUTE, "", Decimal(0), customer=9)], {}, False),
        ([], {"decided": {("CD-5020", "GLUE in place of CHAIR"): "accept"}}, True),
        ([], {"decided": {("CD-5020", "GLUE in place of STOOL"): "accept"}}, False),
    ],
)
def test_a_rule_or_a_person_allows_it(rules: list[Rule], given: dict[str, Any], allowed: bool) -> None:
    told = facts(rules=rules, **given)
    if allowed:
        assert shipping.translate(shipment(THREE), told)[0].substitute == "GLUE"
        return
    with pytest.raises(Causes) as stopped:
        shipping.translate(shipment(THREE), told)
    assert codes_of(stopped.value) == ["CD-5020"]


def test_what_a_person_refused_is_not_posted_whatever_a_rule_says() -> None:
    told = facts(rules=[ANY], decided={("CD-5020", "GLUE in place of CHAIR"): "refuse"})
    with pytest.raises(shipping.Refused):
        shipping.translate(shipment(shipped("5"), THREE), told)


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ({"sku": "X-1"}, "CD-3002"),
        ({"line": "999"}, "CD-5002"),
        ({"serials": ["S1", "S2"]}, "CD-5006"),
    ],
)
def test_what_is_wrong_with_it_is_told(part: dict[str, Any], code: str) -> None:
    with pytest.raises(IntegrationError) as stopped:
        shipping.translate(shipment({**THREE, **part}), facts(rules=[ANY]))
    assert codes_of(stopped.value) == [code]  # type: ignore[arg-type]


def test_a_substitute_for_no_line_is_named_in_odoo_s_code_with_the_warehouse_s_beside_it() -> None:
    with pytest.raises(Causes) as stopped:
        shipping.translate(shipment({**THREE, "line": "999"}), facts(rules=[ANY]))
    assert (stopped.value.context["sku"], stopped.value.context["code"]) == ("GLUE", THREE["sku"])


def test_the_line_s_own_product_called_a_substitute_is_no_substitute() -> None:
    [share] = shipping.translate(shipment(shipped("3", substitute=True)), facts())
    assert (share.substitute, share.sku) == ("", "CHAIR")


def test_the_order_is_asked_for_one_change_for_each_product() -> None:
    lots = [{"lot": "L1", "quantity": "1"}, {"lot": "L2", "quantity": "2"}]
    told = facts(rules=[ANY])
    of = shipment(shipped("5"), {**THREE, "lots": lots})
    [swap] = substitutes.swaps(of, picking(), shipping.translate(of, told), told)
    assert (swap.line, swap.sale_line_id, swap.sku, swap.substitute, swap.quantity) == ("318", 1318, "CHAIR", "GLUE", 3)
    assert swap.shipment == "SHP-1 of WH/OUT/00042"


def test_more_than_is_open_changes_nothing() -> None:
    told = facts(rules=[ANY])
    of = shipment(shipped("6"), THREE)
    with pytest.raises(Causes) as stopped:
        substitutes.swaps(of, picking(), shipping.translate(of, told), told)
    assert codes_of(stopped.value) == ["CD-5004"]


def test_a_line_of_no_order_has_no_substitute() -> None:
    told = facts(line(sale_line_id=None), rules=[ANY])
    of = shipment(THREE)
    with pytest.raises(Causes) as stopped:
        substitutes.swaps(of, picking(move(sale_line_id=None)), shipping.translate(of, told), told)
    assert codes_of(stopped.value) == ["CD-5021"]


def test_a_delivery_that_waits_for_earlier_steps_has_no_substitute() -> None:
    told = facts(rules=[ANY])
    of = shipment(THREE)
    with pytest.raises(Causes) as stopped:
        substitutes.swaps(of, picking(move(chained=True)), shipping.translate(of, told), told)
    assert codes_of(stopped.value) == ["CD-5021"]


def test_it_is_booked_on_the_move_of_its_own_line() -> None:
    told = facts(rules=[ANY], cancel_rest=True)
    of = shipment(shipped("5"), THREE)
    shares = shipping.translate(of, told)
    made = {
        ("318", "GLUE"): Swapped(
            line="318", substitute="GLUE", sale_line_id=77, product_id=8, quantity=3, price=1, before=8
        )
    }
    changed = picking(move(demand=Decimal(5)), move(400, sale_line_id=77, product_id=8, sku="GLUE", demand=Decimal(3)))
    moved, known = substitutes.booked_as(shares, made, told)
    plan = shipping.plan(of, moved, [changed], known)
    assert [(part.move_id, part.quantity) for part in plan.posting.lines] == [(318, 5), (400, 3)]
    assert plan.posting.keep_backorder is False
    assert substitutes.asked(changed, shares) == {"318": 8}
