"""What Odoo wants of a delivery that the warehouse has, line by line."""

from decimal import Decimal
from typing import Any

import pytest

from integration.canonical.base import Address
from integration.canonical.erp import Carrier, Picking
from integration.rules.changes import Wish, as_told, chain, header, wish
from integration.rules.policy import ReleasePoint
from integration.rules.shipping import ReleasedLine
from tests.unit.rules.make import NOON, line, move, order, picking

CONFIRMED, RESERVED, PART = ReleasePoint.CONFIRMED, ReleasePoint.RESERVED, ReleasePoint.RESERVED_PART
D = Decimal


def wanted(
    *pickings: Picking, told: tuple[ReleasedLine, ...] = (), point: ReleasePoint = CONFIRMED, **of_order: Any
) -> Wish:
    whole = order(*pickings, **of_order)
    return wish(whole, pickings, told or (line(),), header(order(picking()), picking()), point)


@pytest.mark.parametrize(
    ("demand", "reserved", "point", "total"),
    [
        (8, 8, CONFIRMED, 8),
        (12, 0, CONFIRMED, 12),
        (3, 0, CONFIRMED, 3),
        (12, 12, RESERVED, 12),
        (12, 10, RESERVED, 8),  # more is only wanted at the release point ...
        (3, 0, RESERVED, 3),  # ... less at once
        (12, 10, PART, 10),
        (12, 2, PART, 8),
    ],
)
def test_a_line_that_changed(demand: int, reserved: int, point: ReleasePoint, total: int) -> None:
    now = wanted(picking(move(demand=D(demand), reserved=D(reserved))), point=point)
    assert (now.totals, now.cancels, now.added) == ({"318": D(total)}, False, {})


def test_nothing_changed_is_what_the_warehouse_knows() -> None:
    told = as_told((line(),), header(order(picking()), picking()))
    assert wanted(picking()).as_json() == told.as_json()


def test_what_has_left_counts_and_is_never_taken_back() -> None:
    left = picking(move(state="done", done=D(5), demand=D(5)), state="done")
    rest = picking(move(618, sale_line_id=1318, demand=D(1)), id=43, backorder_of=42)
    assert wanted(left, rest, told=(line(shipped=D(5)),)).totals == {"318": D(6)}
    assert wanted(left, told=(line(shipped=D(7)),)).totals == {"318": D(7)}


def test_a_snapshot_from_before_a_shipment_says_the_same_as_one_from_after() -> None:
    before = wanted(picking(move(reserved=D(3))), told=(line(shipped=D(5)),), point=RESERVED)
    assert before.totals == {"318": D(8)}


def test_more_than_was_told_that_has_left_is_no_wish() -> None:
    left = picking(move(state="done", done=D(9), demand=D(9)), state="done")
    assert wanted(left, told=(line(shipped=D(9)),)).totals == {"318": D(8)}


def test_a_cancelled_delivery_wants_nothing_more() -> None:
    now = wanted(picking(move(state="cancel"), state="cancel"))
    assert (now.totals, now.cancels) == ({"318": D(0)}, True)


def test_a_delivery_that_somebody_validated_by_hand_is_no_cancel() -> None:
    now = wanted(picking(move(state="done", done=D(8)), state="done"))
    assert (now.totals, now.cancels) == ({"318": D(8)}, False)


def test_a_line_that_was_cancelled_and_is_back_by_another_move_is_as_it_was() -> None:
    now = wanted(picking(move(state="cancel"), move(618, sale_line_id=1318)))
    assert (now.totals, now.added) == ({"318": D(8)}, {})


def test_a_line_that_was_added_is_named_by_its_move() -> None:
    added = move(319, product_id=8, sku="GLUE", demand=D(2))
    now = wanted(picking(move(), added))
    assert (now.totals, now.added) == ({"318": D(8), "319": D(2)}, {"319": added})


def test_an_added_line_that_waits_for_stock_is_not_wanted_yet() -> None:
    now = wanted(picking(move(), move(319, product_id=8, demand=D(2), reserved=D(0))), point=RESERVED)
    assert (now.totals, now.added) == ({"318": D(8)}, {})


def test_two_lines_of_one_order_line_share_what_is_wanted() -> None:
    twins = line(318, sale_line_id=9, released=D(4)), line(319, sale_line_id=9, released=D(4), shipped=D(1))
    moves = move(318, sale_line_id=9, demand=D(2)), move(319, sale_line_id=9, state="cancel")
    assert wanted(picking(*moves), told=twins).totals == {"318": D(1), "319": D(1)}
    grown = move(318, sale_line_id=9, demand=D(9)), move(319, sale_line_id=9, demand=D(4))
    assert wanted(picking(*grown), told=twins).totals == {"318": D(9), "319": D(4)}


def test_a_unit_that_changed_cannot_be_told_in_numbers() -> None:
    assert wanted(picking(move(unit="Dozens"))).unclear == ("CHAIR",)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("ship_to", {"ship_to": Address(name="Roe", street="2 Quay")}),
        ("carrier", {"carrier": Carrier(id=7, name="Drone")}),
        ("ship_by", {"scheduled_at": NOON}),
    ],
)
def test_a_field_that_changed(field: str, change: dict[str, Any]) -> None:
    told = header(order(picking()), picking())
    now = wanted(picking(**change)).header
    assert {name for name in told if told[name] != now[name]} == {field}


def test_a_backorders_date_is_odoos_own_affair() -> None:
    left = picking(move(state="done", done=D(5), demand=D(5)), state="done")
    rest = picking(move(618, sale_line_id=1318, demand=D(3)), id=43, backorder_of=42, scheduled_at=NOON)
    assert wanted(left, rest).header == header(order(picking()), picking())


def test_a_chain_follows_backorders_but_for_those_released_by_themselves() -> None:
    rest = picking(id=43, backorder_of=42), picking(id=44, backorder_of=43), picking(id=45)
    whole = order(picking(), *rest)
    assert [one.id for one in chain(whole, 42, set())] == [42, 43, 44]
    assert [one.id for one in chain(whole, 42, {43})] == [42]
