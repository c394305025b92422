"""The one write that a shipment becomes, and what counts as a difference afterwards."""

from decimal import Decimal
from typing import Any

import pytest

from integration.adapters.odoo.posting import Known, Lot, differences, values
from integration.adapters.odoo.versions import VERSIONS, version
from integration.canonical.base import Money
from integration.canonical.erp import LotLine, Move, Picking, PostingDetail, PostingLine, ShipmentPosting
from integration.errors import ConfigurationError

MARK = "crossdock/wms-main/S-1"
V16, V18 = VERSIONS[16], VERSIONS[18]


def move(number: int = 1, demand: int = 10, lines: tuple[LotLine, ...] = (), **more: Any) -> Move:
    reserved = sum((line.quantity for line in lines), Decimal(0))
    unit = {"unit_id": 1, "unit": "Units", "location_id": 8, "destination_id": 5}
    product = {"product_id": 70 + number, "product": "Lamp", "sku": f"SKU-{number}"}
    shown = {"demand": Decimal(demand), "reserved": reserved, "state": "assigned", "lines": lines, **more}
    return Move(id=number, **product, **unit, **shown)


def line(number: int, quantity: int, lot: str | None = None, **more: Any) -> LotLine:
    lot_id = ord(lot) if lot else None
    return LotLine(id=number, quantity=Decimal(quantity), lot=lot, lot_id=lot_id, location_id=8, **more)


def picking(*moves: Move, **more: Any) -> Picking:
    shown = {"company_id": 1, "currency": "USD", "freight": Decimal(0), "moves": moves, **more}
    return Picking(id=40, name="WH/OUT/00040", state="assigned", **shown)


def posting(*lines: PostingLine, **more: Any) -> ShipmentPosting:
    return ShipmentPosting(shipment="S-1", mark=MARK, lines=lines, **more)


def ships(number: int, quantity: int, *details: tuple[int, str | None, str | None]) -> PostingLine:
    parts = tuple(PostingDetail(quantity=Decimal(q), lot=lot, package=package) for q, lot, package in details)
    return PostingLine(move_id=number, quantity=Decimal(quantity), details=parts)


def written(held: Picking, wanted: ShipmentPosting, of: Any = V18, known: Known | None = None) -> Any:
    return [changed for _, _, changed in values(held, wanted, of, known or Known())["move_ids"]]


def test_a_reserved_line_is_picked_as_far_as_it_shipped() -> None:
    held = picking(move(lines=(line(5, 10),)))
    assert written(held, posting(ships(1, 6))) == [{"move_line_ids": [[1, 5, {"quantity": 6.0, "picked": True}]]}]
    assert written(held, posting(ships(1, 6)), V16) == [{"move_line_ids": [[1, 5, {"qty_done": 6.0}]]}]


def test_lines_on_two_shelves_are_filled_in_order_and_the_rest_is_left_out() -> None:
    held = picking(move(lines=(line(5, 4), line(6, 4), line(7, 2))))
    [changed] = written(held, posting(ships(1, 6)))
    picked = {"picked": True}
    assert changed["move_line_ids"] == [
        [1, 5, {"quantity": 4.0, **picked}],
        [1, 6, {"quantity": 2.0, **picked}],
        [2, 7, 0],
    ]


def test_more_than_is_reserved_goes_on_the_last_line() -> None:
    held = picking(move(lines=(line(5, 4), line(6, 4))))
    [changed] = written(held, posting(ships(1, 12)), V16)
    assert changed["move_line_ids"] == [[1, 5, {"qty_done": 4.0}], [1, 6, {"qty_done": 8.0}]]


def test_a_move_that_did_not_ship_is_emptied() -> None:
    held = picking(move(1, lines=(line(5, 10),)), move(2, lines=(line(6, 10),)))
    assert written(held, posting(ships(1, 10)))[1] == {"quantity": 0.0, "picked": False}
    done = picking(move(1, lines=(line(5, 10),)), move(2, lines=(line(6, 10, done=Decimal(3)),)))
    assert written(done, posting(ships(1, 10)), V16)[1] == {"move_line_ids": [[1, 6, {"qty_done": 0.0}]]}


def test_a_move_without_lines_gets_its_quantity_itself() -> None:
    held = picking(move())
    assert written(held, posting(ships(1, 3))) == [{"quantity": 3.0, "picked": True}]
    assert written(held, posting(ships(1, 3)), V16) == [{"quantity_done": 3.0}]


def test_a_lot_that_is_not_reserved_becomes_a_line_where_it_lies() -> None:
    held = picking(move(lines=(line(5, 10, "A"),)))
    known = Known({(71, "A"): Lot(65), (71, "B"): Lot(66, location_id=12)})
    [changed] = written(held, posting(ships(1, 6, (2, "A", None), (4, "B", None))), known=known)
    new = {"picking_id": 40, "product_id": 71, "product_uom_id": 1, "location_id": 12, "location_dest_id": 5}
    assert changed["move_line_ids"] == [
        [1, 5, {"quantity": 2.0, "picked": True}],
        [0, 0, {**new, "lot_id": 66, "quantity": 4.0, "picked": True}],
    ]


def test_two_packages_of_one_line_split_it() -> None:
    held = picking(move(lines=(line(5, 10, source_package_id=3),)))
    known = Known(packages={"P1": 91, "P2": 92})
    [changed] = written(held, posting(ships(1, 10, (6, None, "P1"), (4, None, "P2"))), known=known)
    first, second = changed["move_line_ids"]
    assert first == [1, 5, {"quantity": 6.0, "picked": True, "result_package_id": 91}]
    assert (second[0], second[2]["quantity"], second[2]["result_package_id"]) == (0, 4.0, 92)
    assert second[2]["package_id"] == 3


def test_a_line_in_another_unit_is_replaced() -> None:
    held = picking(move(lines=(line(5, 10, own_unit=False),)))
    [changed] = written(held, posting(ships(1, 10)))
    assert [command[:2] for command in changed["move_line_ids"]] == [[0, 0], [2, 5]]


def test_closed_moves_are_left_alone() -> None:
    held = picking(move(1, lines=(line(5, 10),)), move(2, state="cancel"), move(3, state="done"))
    assert len(written(held, posting(ships(1, 10)))) == 1


def test_freight_is_written_in_the_company_s_currency_only() -> None:
    held = picking(move())
    dollars = posting(ships(1, 1), freight=Money(amount=Decimal("7.25"), currency="USD"))
    euros = posting(ships(1, 1), freight=Money(amount=Decimal("7.25"), currency="EUR"))
    assert values(held, dollars, V18, Known())["carrier_price"] == 7.25
    assert "carrier_price" not in values(held, euros, V18, Known())
    assert "carrier_price" not in values(picking(move(), freight=None), dollars, V18, Known())


def test_what_odoo_holds_is_compared_by_quantity_lot_package_and_mark() -> None:
    wanted = posting(ships(1, 6, (6, "A", "P1")))
    good = move(lines=(line(5, 6, "A", done=Decimal(6), package="P1"),), done=Decimal(6))
    assert differences(picking(good, mark=MARK), wanted) == []
    other = move(lines=(line(5, 5, "B", done=Decimal(5)),), done=Decimal(5))
    assert differences(picking(other, mark=None), wanted) == [
        "5 of SKU-1 instead of 6",
        "0 of SKU-1 in lot A instead of 6",
        "5 of SKU-1 in lot B instead of 0",
        "0 of SKU-1 in package P1 instead of 6",
        "another document's mark",
    ]


def test_a_move_that_nobody_asked_for_is_a_difference() -> None:
    held = picking(move(1, done=Decimal(6)), move(2, done=Decimal(1)), mark=MARK)
    assert differences(held, posting(ships(1, 6))) == ["1 of SKU-2 instead of 0"]
    assert differences(held, posting(ships(1, 6), ships(2, 1), ships(9, 2))) == ["no line for 2 (move 9)"]


def test_half_a_rounding_is_no_difference() -> None:
    held = picking(move(1, done=Decimal("5.996"), rounding=Decimal("0.01")), mark=MARK)
    assert differences(held, posting(ships(1, 6))) == []
    held = picking(move(1, done=Decimal("5.99"), rounding=Decimal("0.01")), mark=MARK)
    assert len(differences(held, posting(ships(1, 6)))) == 1


@pytest.mark.parametrize(
    ("text", "major"),
    [("16.0", 16), ("17.0+e", 17), ("saas~18.2", 18), ("19.0", 19), ("20.0", 19), ("18.0-20241101", 18)],
)
def test_versions_are_read_as_odoo_says_them(text: str, major: int) -> None:
    assert version(text, connection="odoo").major == major


@pytest.mark.parametrize("text", ["15.0", "", "nonsense"])
def test_an_older_odoo_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        version(text, connection="odoo")
    assert caught.value.code == "CD-2005"
