"""What is planned beside the orders of a drill, and what is made of what both sides' books say of it."""

from collections import Counter
from decimal import Decimal

import pytest

from integration.sandbox.day.acts import CountFirst
from integration.sandbox.day.doing import Doing
from integration.sandbox.day.errands import RECEIPTS, STOCK
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.shelves import Held, Shelves, Slot, nothing_held
from integration.sandbox.day.stock_proof import StockEvidence
from tests.drills import beside, errands
from tests.drills.beside import Documents
from tests.drills.plan import TOLD_LONGER, plan

CHAIR = Slot("MAIN", "CHAIR-OAK")


@pytest.mark.parametrize("orders", [1, 150, 2000])
def test_every_errand_without_a_case_is_done_and_about_one_for_five_orders(orders: int) -> None:
    planned = errands.plan(orders)
    kinds = Counter(doing.scene.name for doing in planned)
    assert len(planned) == max(len(errands.SMOOTH) + 1, orders // errands.ORDERS_EACH)
    assert len(kinds) == len(errands.SMOOTH) + 1
    assert max(kinds.values()) - min(kinds.values()) <= 1
    assert len({doing.reference for doing in planned}) == len(planned)


def test_every_longer_story_is_told_whatever_the_drill_s_length() -> None:
    for orders in (12, 150):
        told = {order.scene.name for order in plan(orders, longer=TOLD_LONGER)}
        assert {scene.name for scene in TOLD_LONGER} <= told


def test_what_was_not_planned_has_a_number_of_its_own_and_all_kinds() -> None:
    more = [errands.one_more(number) for number in range(31, 31 + 2 * (len(errands.SMOOTH) + 1))]
    assert len({doing.scene.name for doing in more}) == len(errands.SMOOTH) + 1
    assert len({doing.reference for doing in more}) == len(more)


def test_the_same_errands_every_time() -> None:
    assert [doing.scene.name for doing in errands.plan(90)] == [doing.scene.name for doing in errands.plan(90)]


def moved(quantity: str) -> Held:
    held = nothing_held()
    held[CHAIR] += Decimal(quantity)
    return held


@pytest.mark.parametrize(
    ("wms", "odoo", "found"),
    [
        ("10", "10", Documents(moved=1)),
        ("10", "0", Documents(moved=1, lost=1)),
        ("10", "20", Documents(moved=1, doubled=1)),
        ("-2", "-4", Documents(moved=1, doubled=1)),
        ("10", "7", Documents(moved=1, differ=1)),
        ("10", "-10", Documents(moved=1, differ=1)),
        ("0", "5", Documents(moved=1, doubled=1)),
    ],
)
def test_what_a_document_moved_on_one_side_alone_is_told_by_its_kind(wms: str, odoo: str, found: Documents) -> None:
    bought, counted = Doing(1, RECEIPTS[0], name="P00001"), Doing(2, STOCK[0])
    ours, theirs = Shelves(), Shelves()
    ours.moved["P00001"], theirs.moved["P00001"] = moved(odoo), moved(wms)
    kinds = beside.documents(StockEvidence(ours, theirs, (), (bought, counted)))
    assert kinds == {"purchases: receipts and put-aways": found, "adjustments and counts": Documents()}


COUNTED = next(errand for errand in STOCK if errand.name == "counted, two are missing")


@pytest.mark.parametrize(
    ("wms", "odoo", "wrong"),
    [
        (("-2", "-2", "0"), ("0", "-4", "0"), 0),  # the second one posted what the first one found
        (("-2", "-2", "0"), ("0", "0", "-4"), 0),
        (("-2", "-2", "0"), ("0", "-2", "0"), 1),
        (("-2", "-2", "0"), ("-2", "-4", "0"), 1),
    ],
)
def test_counts_that_overtake_each_other_are_compared_in_sum(
    wms: tuple[str, ...], odoo: tuple[str, ...], wrong: int
) -> None:
    counts = [Doing(number, COUNTED) for number in (1, 2, 3)]
    ours, theirs = Shelves(), Shelves()
    for doing, left, booked in zip(counts, wms, odoo, strict=True):
        ours.moved[doing.title], theirs.moved[doing.title] = moved(booked), moved(left)
    found = StockEvidence(ours, theirs, (), counts)
    beside.put_counts_together(found)
    kind = beside.documents(found)["adjustments and counts"]
    assert kind.lost + kind.doubled + kind.differ == wrong


def test_what_a_shipment_or_an_adjustment_lacks_is_made_good_by_no_count() -> None:
    broken, counted = Doing(1, STOCK[0]), Doing(2, COUNTED)
    ours, theirs = Shelves(), Shelves()
    theirs.moved[broken.title], ours.moved[counted.title] = moved("-2"), moved("-2")
    found = StockEvidence(ours, theirs, (), [broken, counted])
    beside.put_counts_together(found)
    kind = beside.documents(found)["adjustments and counts"]
    assert (kind.lost, kind.doubled) == (1, 1)


def test_counts_beside_shipments_that_overtake_each_other_are_compared_in_sum() -> None:
    """As of two orders whose goods were counted while they left: -6 each, of which Odoo has -3 and -9."""
    scene = next(scene for scene in TOLD_LONGER if any(isinstance(act, CountFirst) for act in scene.acts))
    orders = [PlannedOrder(number, scene, "Alder", ()) for number in (1, 2)]
    ours, theirs = Shelves(), Shelves()
    for order, booked in zip(orders, ("-3", "-9"), strict=True):
        order.name = f"S0000{order.number}"
        ours.moved[order.name], theirs.moved[order.name] = moved(booked), moved("-6")
    found = StockEvidence(ours, theirs, orders, ())
    beside.put_counts_together(found)
    assert [ours.moved[order.name][CHAIR] for order in orders] == [Decimal(-6), Decimal(-6)]
