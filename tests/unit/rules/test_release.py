"""What may go to the warehouse, what exactly is asked, and everything that stands against it at once."""

from decimal import Decimal
from typing import Any

import pytest

from integration.canonical.base import Address
from integration.canonical.erp import Carrier, Hold, LotLine, Picking
from integration.errors import Causes
from integration.rules.codes import Code, CodeBook, CodeKind
from integration.rules.policy import ReleasePoint, Rule, RuleKind
from integration.rules.release import Site, decide, digest, ready
from tests.unit.rules.make import HOME, NOON, book, move, order, picking, site

CONFIRMED, RESERVED, PART = ReleasePoint.CONFIRMED, ReleasePoint.RESERVED, ReleasePoint.RESERVED_PART
D = Decimal


def against(delivery: Picking, where: Site | None = None, **of_order: Any) -> list[tuple[str, str]]:
    with pytest.raises(Causes) as caught:
        decide(order(delivery, **of_order), delivery, where or site())
    return [(cause.code, cause.cause) for cause in caught.value.causes]


@pytest.mark.parametrize(
    ("reserved", "state", "at"),
    [
        ([8, 3], "assigned", {CONFIRMED, RESERVED, PART}),
        ([8, 1], "confirmed", {CONFIRMED, PART}),
        ([0, 0], "confirmed", {CONFIRMED}),
        ([0, 0], "waiting", {CONFIRMED}),
        ([8, 3], "draft", set()),
        ([8, 3], "done", set()),
        ([8, 3], "cancel", set()),
    ],
)
def test_a_delivery_is_ready_at_the_sites_release_point(reserved: list[int], state: str, at: set[ReleasePoint]) -> None:
    moves = [move(1, demand=D(8), reserved=D(reserved[0])), move(2, demand=D(3), reserved=D(reserved[1]))]
    assert {point for point in ReleasePoint if ready(picking(*moves, state=state), point)} == at


@pytest.mark.parametrize("state", ["done", "cancel"])
def test_closed_moves_neither_ship_nor_hold_up(state: str) -> None:
    assert ready(picking(move(1), move(2, state=state, reserved=D(0))), RESERVED)
    assert not ready(picking(move(1, state=state)), CONFIRMED)


def test_a_release_says_all_that_the_warehouse_needs() -> None:
    delivery = picking(
        move(318, demand=D(2), unit="Dozens"),
        move(319, sku="GLUE", product_id=8, tracking="lot", lines=(LotLine(id=1, lot="L7", quantity=D(8)),)),
        carrier=Carrier(id=3, name="Parcel Standard"),
        scheduled_at=NOON,
        ship_complete=True,
    )
    document = decide(order(delivery, customer_reference="PO 77"), delivery, site()).document
    assert document.model_dump(exclude={"ship_to", "lines"}, exclude_none=True) == {
        "release": "WH/OUT/00042",
        "version": 1,
        "order": "S00031",
        "customer_reference": "PO 77",
        "site": "LEEDS",
        "owner": "ACME",
        "carrier": {"code": "PCL", "service": ""},
        "ship_by": NOON,
        "ship_complete": True,
        "priority": 0,
        "notes": "",
    }
    assert document.ship_to == HOME
    asked = [(line.line, line.sku, line.quantity, line.unit, line.tracking, line.lots) for line in document.lines]
    assert asked == [("318", "100-441", D(24), "EA", "none", ()), ("319", "100-555", D(8), "EA", "lot", ("L7",))]


def test_only_the_reserved_part_is_asked_for_where_the_site_wants_it_so() -> None:
    delivery = picking(move(1, reserved=D(5)), move(2, reserved=D(0)), state="confirmed")
    released = decide(order(delivery), delivery, site(PART))
    assert [(line.line, line.quantity) for line in released.document.lines] == [("1", D(5))]


def test_everything_that_is_missing_is_told_at_once() -> None:
    delivery = picking(
        move(1, sku="LAMP"),
        move(2, unit="Pallets"),
        move(3, sku="SOFA", unit="Crates"),
        move(4, sku=None, product="Nameless"),
        carrier=Carrier(id=3, name="Drone"),
        ship_to=Address(city="Leeds"),
    )
    told = against(delivery, holds=(Hold(kind="credit", reason="credit limit passed"),))
    assert told == [
        ("CD-4003", "Order S00031 is on hold in Odoo: credit limit passed."),
        ("CD-4001", "The delivery address of order S00031 lacks name, street, postcode, country."),
        ("CD-3005", "Odoo delivery method Drone has no carrier code at Northgate 3PL."),
        ("CD-3001", "Odoo product LAMP has no SKU at Northgate 3PL."),
        ("CD-3003", "Odoo unit Pallets has no unit code at Northgate 3PL."),
        ("CD-3001", "Odoo product SOFA has no SKU at Northgate 3PL."),
        ("CD-3003", "Odoo unit Crates has no unit code at Northgate 3PL."),
        ("CD-3007", "Product Nameless on order S00031 has no internal reference in Odoo."),
    ]


def test_a_company_is_name_enough() -> None:
    delivery = picking(ship_to=HOME.model_copy(update={"name": "", "company": "King Ltd"}))
    assert decide(order(delivery), delivery, site()).document.ship_to.company == "King Ltd"


def test_the_last_of_several_steps_is_not_released_at_confirmation() -> None:
    delivery, step = picking(), picking(id=41, name="WH/PICK/00041", code="internal")
    with pytest.raises(Causes) as caught:
        decide(order(step, delivery), delivery, site(ReleasePoint.CONFIRMED))
    assert [cause.code for cause in caught.value.causes] == ["CD-2007"]
    assert "several steps: WH/PICK/00041 are open" in caught.value.causes[0].cause


def test_the_last_of_several_steps_is_released_once_it_is_reserved() -> None:
    delivery, step = picking(), picking(id=41, name="WH/PICK/00041", code="internal")
    assert decide(order(step, delivery), delivery, site()).document.release == "WH/OUT/00042"


def test_a_fraction_of_a_piece_needs_a_rule() -> None:
    delivery = picking(move(demand=D("2.5")))
    told = "Order S00031: 2.5 Units of CHAIR is not a whole number of EA."
    assert against(delivery) == [("CD-4002", told)]
    rule = Rule(RuleKind.ALLOW_FRACTION, "CHAIR", D(0))
    released = decide(order(delivery), delivery, site(RESERVED, None, rule))
    assert released.document.lines[0].quantity == D("2.5")


def test_a_products_own_unit_goes_before_the_general_one() -> None:
    own = Code(CodeKind.UNIT, "Units", "BX", sku="GLUE", factor=D("0.5"))
    delivery = picking(move(1), move(2, sku="GLUE", demand=D(8)))
    lines = decide(order(delivery), delivery, site(RESERVED, book(own))).document.lines
    assert [(line.unit, line.quantity) for line in lines] == [("EA", D(8)), ("BX", D(4))]


def test_a_code_book_answers_for_its_kind_alone() -> None:
    codes = CodeBook("n", "N", (Code(CodeKind.CARRIER, "CHAIR", "X"), Code(CodeKind.PRODUCT, "CHAIR", "Y")))
    assert codes.to_partner(CodeKind.PRODUCT, "CHAIR") == Code(CodeKind.PRODUCT, "CHAIR", "Y")
    assert codes.to_odoo(CodeKind.PRODUCT, "X") is None


@pytest.mark.parametrize(
    "change",
    [
        {"moves": (move(demand=D(9)),)},
        {"moves": (move(sku="GLUE"),)},
        {"moves": (move(unit="Dozens"),)},
        {"carrier": Carrier(id=4, name="Other")},
        {"scheduled_at": NOON},
        {"ship_complete": True},
        {"ship_to": HOME.model_copy(update={"street": "Quay 2"})},
    ],
)
def test_the_digest_changes_with_what_the_warehouse_would_have_to_be_told(change: dict[str, Any]) -> None:
    before, after = picking(), picking().model_copy(update=change)
    assert digest(order(), before, CONFIRMED) != digest(order(), after, CONFIRMED)


@pytest.mark.parametrize(
    "change",
    [
        {"moves": (move(demand=D("8.000"), reserved=D(0)),)},
        {"mark": "northgate/SHP-1", "note": "call first"},
        {"state": "confirmed"},
    ],
)
def test_the_digest_stays_while_the_warehouse_need_not_know(change: dict[str, Any]) -> None:
    before, after = picking(), picking().model_copy(update=change)
    assert digest(order(), before, CONFIRMED) == digest(order(), after, CONFIRMED)
