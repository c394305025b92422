"""The day's proof of stock finds every unit that is not where it should be, and says whose document it was."""

from decimal import Decimal

import pytest

from integration.sandbox.day.doing import Doing, Errand, Off
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.proof import Verdict
from integration.sandbox.day.scenes import SCENES
from integration.sandbox.day.shelves import Shelves, Slot
from integration.sandbox.day.stock_proof import STRAY, StockEvidence, judge

CHAIR, LAMP = Slot("MAIN", "CHAIR-OAK"), Slot("MAIN", "LAMP-LED")
BROKEN, EAST = Slot("MAIN damaged", "CHAIR-OAK"), Slot("EAST", "CHAIR-OAK")
BOUGHT = Doing(1, Errand("bought", (), "booked"), name="P00001")
OVER = Doing(2, Errand("too much", (), "for a person", codes=("CD-7005",), off=(Off("LAMP-LED", "6"),)), name="P00002")
SOLD = PlannedOrder(1, SCENES[0], "Elm Street Goods", (), name="S00001")
REFUSED = next(scene for scene in SCENES if scene.codes == ("CD-5004",))
UNBOOKED = PlannedOrder(2, REFUSED, "Elm Street Goods", (), name="S00002")


def side(*, over: bool) -> Shelves:
    """Twenty chairs and lamps; ten chairs bought, three sold. ``over``: what waits for a person is there too."""
    shelves = Shelves()
    for slot in (CHAIR, LAMP):
        shelves.held[slot] = Decimal(20)
    move(shelves, "P00001", CHAIR, 10)
    move(shelves, "S00001", CHAIR, -3)
    if over:
        move(shelves, "P00002", LAMP, 6)
        move(shelves, "S00002", CHAIR, -2)
        move(shelves, STRAY, Slot("", "CHAIR-OAK"), -1)
    return shelves


def move(shelves: Shelves, owner: str, slot: Slot, quantity: int) -> None:
    shelves.moved[owner][slot] += quantity
    shelves.held[slot] += quantity


@pytest.fixture
def evidence() -> StockEvidence:
    return StockEvidence(side(over=False), side(over=True), [SOLD, UNBOOKED], [BOUGHT, OVER])


def judged(evidence: StockEvidence) -> Verdict:
    verdict = Verdict()
    judge(evidence, verdict)
    return verdict


def wrong(evidence: StockEvidence) -> list[tuple[str, str]]:
    return [(each.order, each.text) for each in judged(evidence).wrong]


def test_what_is_planned_is_explained_by_its_case(evidence: StockEvidence) -> None:
    verdict = judged(evidence)
    assert (verdict.wrong, verdict.moves, verdict.slots) == ([], 5, 3)
    assert [(each.order, each.line, each.kind, each.wms, each.odoo, each.because) for each in verdict.explained] == [
        ("P00002", "LAMP-LED", "stock at MAIN", "6", "nothing", "CD-7005"),
        ("S00002", "CHAIR-OAK", "stock at MAIN", "-2", "nothing", "CD-5004"),
        (STRAY, "CHAIR-OAK", "stock at no place", "-1", "nothing", "CD-5001"),
    ]


def test_a_unit_that_vanished_from_the_shelf_without_a_document(evidence: StockEvidence) -> None:
    evidence.wms.held[LAMP] -= 1
    said = "stock of LAMP-LED at MAIN: the warehouse has 25, Odoo has 20, and cases explain 6"
    assert wrong(evidence) == [("", said)]


def test_a_shipment_that_odoo_was_never_told(evidence: StockEvidence) -> None:
    move(evidence.wms, "S00001", CHAIR, -1)
    assert wrong(evidence) == [
        ("S00001", "S00001: moved CHAIR-OAK at MAIN: the warehouse says -4, Odoo says -3"),
        ("", "stock of CHAIR-OAK at MAIN: the warehouse has 24, Odoo has 27, and cases explain -2"),
    ]


def test_a_receipt_that_is_booked_twice(evidence: StockEvidence) -> None:
    move(evidence.odoo, "P00001", CHAIR, 10)
    assert wrong(evidence)[0] == ("P00001", "P00001: moved CHAIR-OAK at MAIN: the warehouse says 10, Odoo says 20")


def test_goods_that_odoo_has_at_another_place(evidence: StockEvidence) -> None:
    move(evidence.wms, "P00001", CHAIR, -2)
    move(evidence.wms, "P00001", BROKEN, 2)
    assert [text for _, text in wrong(evidence)] == [
        "P00001: moved CHAIR-OAK at MAIN: the warehouse says 8, Odoo says 10",
        "P00001: moved CHAIR-OAK at MAIN damaged: the warehouse says 2, Odoo says nothing",
        "stock of CHAIR-OAK at MAIN: the warehouse has 23, Odoo has 27, and cases explain -2",
        "stock of CHAIR-OAK at MAIN damaged: the warehouse has 2, Odoo has nothing",
    ]


def test_a_lot_that_is_called_otherwise(evidence: StockEvidence) -> None:
    move(evidence.odoo, "P00001", Slot("MAIN", "GLUE-1KG", "A"), 5)
    move(evidence.wms, "P00001", Slot("MAIN", "GLUE-1KG", "B"), 5)
    assert len(wrong(evidence)) == 4


def test_goods_of_the_other_warehouse_are_not_those_of_this_one(evidence: StockEvidence) -> None:
    evidence.odoo.held[CHAIR] -= 1
    evidence.odoo.held[EAST] += 1
    assert {text.partition(":")[0] for _, text in wrong(evidence)} == {
        "stock of CHAIR-OAK at EAST",
        "stock of CHAIR-OAK at MAIN",
    }


def test_a_movement_of_nobody_s_document(evidence: StockEvidence) -> None:
    for shelves in (evidence.odoo, evidence.wms):
        move(shelves, "", CHAIR, 1)
    said = "a document that nobody knows: moved CHAIR-OAK at MAIN: the warehouse says 1, Odoo says 1"
    assert wrong(evidence) == [("", said)]


def test_what_should_differ_and_does_not(evidence: StockEvidence) -> None:
    move(evidence.odoo, "P00002", LAMP, 6)
    assert [text for _, text in wrong(evidence)] == [
        "P00002: moved LAMP-LED at MAIN: the warehouse says 6, Odoo says 6",
    ]
