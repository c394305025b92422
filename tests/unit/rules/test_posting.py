"""Which picking a shipment goes to, and what is written there."""

from decimal import Decimal
from typing import Any

import pytest

from integration.canonical.erp import Carrier, Move, Picking, RevivedLine
from integration.canonical.shipments import ShipmentConfirmed
from integration.errors import IntegrationError, Rejected
from integration.rules.codes import Code, CodeKind
from integration.rules.policy import Rule, RuleKind
from integration.rules.shipping import Facts, Plan, asked, plan, shipped_before, translate
from tests.unit.rules.make import book, facts, line, move, picking, shipment, shipped

D = Decimal
DONE = picking(move(state="done"), state="done", mark="northgate/SHP-0")
BACKORDER = picking(move(618, sale_line_id=1318, demand=D(3)), id=43, name="WH/OUT/00043", backorder_of=42)


def planned(told: ShipmentConfirmed, known: Facts, *pickings: Picking) -> Plan:
    return plan(told, translate(told, known), pickings, known)


def posted(given: Plan) -> list[tuple[int, Decimal, list[tuple[Decimal, str | None, str | None]]]]:
    details = [[(one.quantity, one.lot, one.package) for one in line.details] for line in given.posting.lines]
    return [(line.move_id, line.quantity, detail) for line, detail in zip(given.posting.lines, details, strict=True)]


def against(told: ShipmentConfirmed, known: Facts, *pickings: Picking) -> list[tuple[str, str]]:
    with pytest.raises(IntegrationError) as caught:
        planned(told, known, *pickings)
    return [(cause.code, cause.cause) for cause in caught.value.causes]


@pytest.mark.parametrize("quantity", ["8", "5"])
def test_a_full_or_short_line_posts_as_it_shipped(quantity: str) -> None:
    given = planned(shipment(shipped(quantity)), facts(), picking())
    assert (given.picking.id, posted(given)) == (42, [(318, D(quantity), [(D(quantity), None, None)])])


def test_a_line_that_did_not_ship_is_left_out() -> None:
    lines = line(318), line(319, partner_sku="100-555")
    given = planned(shipment(), facts(*lines), picking(move(318), move(319)))
    assert posted(given) == [(318, D(8), [(D(8), None, None)])]


def test_one_lot_in_two_lines_of_one_parcel_is_one_detail() -> None:
    halves = [shipped("4", lots=[{"lot": "L1", "quantity": "4"}])] * 2
    assert posted(planned(shipment(*halves), facts(line(tracking="lot")), picking())) == [
        (318, D(8), [(D(8), "L1", None)])
    ]


def test_a_second_shipment_goes_to_the_backorder() -> None:
    given = planned(shipment(shipped("3")), facts(), DONE, BACKORDER)
    assert (given.picking.id, posted(given)) == (43, [(618, D(3), [(D(3), None, None)])])


def test_two_lines_that_odoo_keeps_in_one_move_post_together() -> None:
    lines = line(318, sale_line_id=1318), line(319, sale_line_id=1318)
    told = shipment(shipped("2"), shipped("1", line="319"))
    given = planned(told, facts(*lines), DONE, BACKORDER)
    assert posted(given) == [(618, D(3), [(D(3), None, None)])]


def test_more_than_ordered_is_refused_without_a_tolerance() -> None:
    told = "Shipment SHP-1 holds 9 of CHAIR; WH/OUT/00042 has 8 open and the tolerance is 0."
    assert against(shipment(shipped("9")), facts(), picking()) == [("CD-5004", told)]


def test_two_parcels_that_are_too_much_together_are_refused() -> None:
    told = shipment(shipped("5"), shipped("5"))
    assert [code for code, _ in against(told, facts(), picking())] == ["CD-5004"]


def test_a_percentage_is_of_what_was_ordered_not_of_what_is_left() -> None:
    five_percent = Rule(RuleKind.OVER_PERCENT, "", D(5))
    whole = facts(line(ordered=D(100)), rules=[five_percent])
    assert posted(planned(shipment(shipped("13")), whole, picking()))[0][1] == D(13)
    assert [code for code, _ in against(shipment(shipped("14")), whole, picking())] == ["CD-5004"]


def test_a_tolerance_lets_so_much_more_through_and_no_more() -> None:
    known = facts(rules=[Rule(RuleKind.OVER_PERCENT, "CHAIR", D(25))])
    assert posted(planned(shipment(shipped("10")), known, picking()))[0][1] == D(10)
    assert against(shipment(shipped("11")), known, picking())[0][0] == "CD-5004"


CANCELLED = move(state="cancel")


def test_a_cancelled_line_that_left_as_it_was_told_is_revived() -> None:
    made = planned(shipment(), facts(), picking(CANCELLED, move(319, sku="GLUE", product_id=8)))
    assert (made.revive, posted(made)) == ((RevivedLine(move_id=318, quantity=D(8)),), [])


@pytest.mark.parametrize("known", [line(released=D(0)), line(shipped=D(8))])
def test_a_cancelled_line_that_the_warehouse_was_not_to_ship_is_refused(known: Any) -> None:
    told = "Shipment SHP-1 holds 8 of CHAIR, whose line on WH/OUT/00042 is cancelled in Odoo."
    delivery = picking(CANCELLED, move(319, sku="GLUE", product_id=8))
    assert against(shipment(), facts(known), delivery) == [("CD-5003", told)]


def test_more_of_a_cancelled_line_than_was_told_is_refused() -> None:
    told = against(shipment(shipped("9")), facts(), picking(CANCELLED, move(319, sku="GLUE", product_id=8)))
    assert [code for code, _ in told] == ["CD-5004"]


def test_a_cancelled_delivery_is_revived_as_a_whole() -> None:
    made = planned(shipment(), facts(), picking(CANCELLED, state="cancel"))
    assert (made.picking.state, made.revive) == ("cancel", (RevivedLine(move_id=318, quantity=D(8)),))


def test_what_the_warehouse_was_told_may_leave_though_odoo_asks_for_less() -> None:
    made = planned(shipment(), facts(), picking(move(demand=D(3))))
    assert posted(made)[0][1] == D(8)


def test_a_deleted_delivery_is_refused() -> None:
    with pytest.raises(Rejected) as caught:
        plan(shipment(), translate(shipment(), facts()), [], facts())
    assert caught.value.cause == "Shipment SHP-1 arrived for WH/OUT/00042, which Odoo has no more."


def test_a_line_whose_unit_was_changed_since_the_release_is_refused() -> None:
    told = against(shipment(shipped("2")), facts(line(unit="Dozens", factor=D(1))), picking(move(demand=D(24))))
    assert [code for code, _ in told] == ["CD-5015"]


@pytest.mark.parametrize(("quantity", "fits"), [("2.34", True), ("2.333", False), ("2.335", False), ("2", True)])
def test_a_part_that_odoos_unit_cannot_hold_is_refused_before_it_is_written(quantity: str, fits: bool) -> None:
    told = f"Shipment SHP-1: {quantity} Units of CHAIR is no exact quantity in Odoo's unit."
    sent = shipment(shipped(quantity))
    assert fits or against(sent, facts(), picking(move(rounding=D("0.01")))) == [("CD-5015", told)]
    assert not fits or posted(planned(sent, facts(), picking()))[0][1] == D(quantity)


@pytest.mark.parametrize(
    "done",
    [
        [picking(state="done", mark=None)],
        [DONE, BACKORDER.model_copy(update={"state": "done", "mark": None})],
        [DONE, BACKORDER.model_copy(update={"state": "done", "mark": DONE.mark})],
    ],
    ids=["the delivery", "its backorder", "its backorder with a copied mark"],
)
def test_a_delivery_done_by_hand_is_not_shipped_twice(done: list[Picking]) -> None:
    told = f"Shipment SHP-1 arrived, but {done[-1].name} was validated in Odoo by hand."
    assert against(shipment(), facts(), *done) == [("CD-5007", told)]


def test_a_shipment_too_many_is_refused_when_all_is_shipped() -> None:
    told = "Shipment SHP-1 holds 8 of 100-441; WH/OUT/00042 has 0 open and the tolerance is 0."
    assert against(shipment(), facts(), DONE) == [("CD-5004", told)]


def test_what_this_shipment_closed_is_found_by_its_mark() -> None:
    assert shipped_before("northgate/SHP-0", [DONE, BACKORDER]) == DONE
    assert shipped_before("northgate/SHP-1", [DONE, BACKORDER]) is None
    assert shipped_before("northgate/SHP-0", [DONE.model_copy(update={"state": "assigned"})]) is None


def test_tracking_numbers_freight_and_parcels_go_along() -> None:
    told = shipment(
        shipped(package="P1"),
        tracking_numbers=["1Z1", "1Z2"],
        packages=[{"package": "P1", "tracking_number": "1Z2", "weight_kg": "2.5"}],
        freight={"amount": "7.25", "currency": "GBP"},
    )
    posting = planned(told, facts(), picking()).posting
    assert (posting.mark, posting.tracking_reference) == ("northgate/SHP-1", "1Z1, 1Z2")
    assert [(one.name, one.weight_kg) for one in posting.packages] == [("P1", D("2.5"))]
    assert posting.freight is not None
    assert (posting.freight.amount, posting.freight.currency) == (D("7.25"), "GBP")


@pytest.mark.parametrize(
    ("own", "written"), [(None, "Parcel Standard"), ("Parcel Economy", ""), ("Van", "Parcel Standard")]
)
def test_the_delivery_method_is_written_only_where_it_is_another(own: str | None, written: str) -> None:
    codes = book(Code(CodeKind.CARRIER, "Parcel Economy", "PCL"))
    delivery = picking(carrier=Carrier(id=1, name=own) if own else None)
    assert planned(shipment(carrier="PCL"), facts(book=codes), delivery).posting.carrier == written


@pytest.mark.parametrize(
    ("is_last", "cancel_rest", "kept"), [(True, True, False), (True, False, True), (False, True, True)]
)
def test_the_rest_is_cancelled_only_by_the_last_shipment_where_the_site_wants_it(
    is_last: bool, cancel_rest: bool, kept: bool
) -> None:
    given: dict[str, Any] = {"is_last": is_last, "cancel_rest": cancel_rest}
    assert planned(shipment(), facts(**given), picking()).posting.keep_backorder is kept


@pytest.mark.parametrize(
    ("moves", "kept"),
    [
        ([move(demand=10)], True),  # raised after the release
        ([move(demand=8), move(319, demand=1)], True),  # added after the release
        ([move(demand=8), move(319, demand=1, state="cancel")], False),
        ([move(demand=6)], False),
    ],
)
def test_what_the_warehouse_was_not_told_of_is_not_cancelled_with_the_rest(moves: list[Move], kept: bool) -> None:
    posting = planned(shipment(shipped("3")), facts(cancel_rest=True), picking(*moves)).posting
    assert posting.keep_backorder is kept


def test_what_had_left_before_is_not_told_again() -> None:
    left = line(ordered=D(8), released=D(8), shipped=D(5))
    for demand, kept in ((3, False), (4, True)):
        rest = picking(move(400, sale_line_id=1318, demand=demand))
        told = shipment(shipped("2"))
        assert planned(told, facts(left, cancel_rest=True), rest).posting.keep_backorder is kept


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"demand": 10}, {"318": D(10)}),
        ({"demand": 8}, {}),
        ({"demand": 10, "unit": "Dozens"}, {}),
        ({"demand": 10, "state": "done", "done": 8}, {"318": D(10)}),
        ({"demand": 10, "state": "done", "done": 10}, {}),
        ({"demand": 10, "state": "cancel"}, {}),
    ],
)
def test_what_odoo_asks_for_by_now(given: dict[str, Any], wanted: dict[str, Decimal]) -> None:
    other = line(319, sku="GLUE", product_id=8, partner_sku="100-555")
    delivery = picking(move(**given), move(319, sku="GLUE", product_id=8))
    assert asked(delivery, facts(line(), other)) == wanted


def test_what_odoo_16_cancels_with_a_shipment_was_asked_for_too() -> None:
    rest = move(400, sale_line_id=1318, demand=D(4), state="cancel")
    assert asked(picking(move(demand=D(6), state="done", done=D(6)), rest, state="done"), facts()) == {"318": D(10)}
