"""What a shipment is in Odoo's words: every line, lot and parcel, or the reason why not."""

from decimal import Decimal
from typing import Any

import pytest

from integration.canonical.shipments import ShipmentConfirmed
from integration.errors import Causes, IntegrationError
from integration.rules.codes import Code, CodeKind
from integration.rules.shipping import Facts, translate
from tests.unit.rules.make import book, facts, line, shipment, shipped

D = Decimal
LOT, SERIAL = line(tracking="lot"), line(tracking="serial")
EXTRA = Code(CodeKind.PRODUCT, "LAMP", "100-777")


def shares(told: ShipmentConfirmed, known: Facts) -> list[tuple[str, Decimal, str | None, str | None]]:
    return [(one.line.line, one.quantity, one.lot, one.package) for one in translate(told, known)]


def against(told: ShipmentConfirmed, known: Facts) -> list[tuple[str, str]]:
    with pytest.raises(IntegrationError) as caught:
        translate(told, known)
    return [(cause.code, cause.cause) for cause in caught.value.causes]


def test_a_line_ships_as_it_was_released() -> None:
    assert shares(shipment(), facts()) == [("318", D(8), None, None)]


def test_pieces_become_dozens_where_odoo_counts_dozens() -> None:
    dozens = line(unit="Dozens", factor=D(12))
    assert shares(shipment(shipped("18")), facts(dozens)) == [("318", D("1.5"), None, None)]


def test_a_quantity_that_odoos_unit_cannot_hold_is_refused() -> None:
    told = against(shipment(shipped("5")), facts(line(unit="Dozens", factor=D(12))))
    assert told == [("CD-5015", "Shipment SHP-1: 5 EA of CHAIR is no exact quantity in Odoo's unit.")]


def test_another_unit_than_released_is_converted_by_its_mapping() -> None:
    cartons = Code(CodeKind.UNIT, "Units", "CT", sku="CHAIR", factor=D("0.25"))
    assert shares(shipment(shipped("2", unit="CT")), facts(book=book(cartons))) == [("318", D(8), None, None)]


def test_a_unit_that_is_mapped_for_another_product_only_is_unknown() -> None:
    cartons = Code(CodeKind.UNIT, "Units", "CT", sku="GLUE", factor=D("0.25"))
    told = against(shipment(shipped("2", unit="CT")), facts(book=book(cartons)))
    assert told == [("CD-3004", "Northgate 3PL reported quantities in CT, which is mapped to no Odoo unit.")]


def test_two_parcels_of_one_line_stay_two_shares() -> None:
    parcels = [{"package": "P1"}, {"package": "P2"}]
    told = shipment(shipped("5", package="P1"), shipped("3", package="P2"), packages=parcels)
    assert shares(told, facts()) == [("318", D(5), None, "P1"), ("318", D(3), None, "P2")]


def test_zero_lines_ship_nothing_and_hide_nothing() -> None:
    lines = line(318), line(319, partner_sku="100-555")
    told = shipment(shipped("8"), shipped("0", line="319", sku="100-555"))
    assert shares(told, facts(*lines)) == [("318", D(8), None, None)]


def test_a_shipment_of_zero_lines_only_is_refused() -> None:
    told = "Shipment SHP-1 for WH/OUT/00042 has no line with a quantity."
    assert against(shipment(shipped("0")), facts()) == [("CD-5011", told)]


def test_lots_are_shipped_one_by_one() -> None:
    lots = [{"lot": "L1", "quantity": "5"}, {"lot": "L2", "quantity": "3"}]
    assert shares(shipment(shipped(lots=lots)), facts(LOT)) == [("318", D(5), "L1", None), ("318", D(3), "L2", None)]


def test_serials_are_shipped_one_by_one() -> None:
    told = shipment(shipped("2", serials=["A", "B"]))
    assert shares(told, facts(SERIAL)) == [("318", D(1), "A", None), ("318", D(1), "B", None)]


def test_lots_of_goods_that_odoo_does_not_track_are_left_out() -> None:
    assert shares(shipment(shipped(lots=[{"lot": "L1", "quantity": "8"}])), facts()) == [("318", D(8), None, None)]


@pytest.mark.parametrize(
    ("known", "numbers", "count"),
    [
        (LOT, {}, 0),
        (LOT, {"lots": [{"lot": "L1", "quantity": "7"}]}, 1),
        (LOT, {"lots": [{"lot": "L1", "quantity": "9"}]}, 1),
        (SERIAL, {}, 0),
        (SERIAL, {"serials": ["A", "B", "C"]}, 3),
        (SERIAL, {"lots": [{"lot": "A", "quantity": "8"}]}, 1),
        (SERIAL, {"serials": ["A", "B", "C", "D", "E", "F", "G", "A"]}, 7),
    ],
)
def test_numbers_that_do_not_match_the_quantity_are_refused(known: Any, numbers: Any, count: int) -> None:
    told = f"Shipment SHP-1: 8 of CHAIR shipped with {count} serial or lot numbers."
    assert against(shipment(shipped(**numbers)), facts(known)) == [("CD-5006", told)]


def test_a_serial_in_two_parcels_is_refused() -> None:
    parcels = [{"package": "P1"}, {"package": "P2"}]
    twice = [shipped("1", serials=["A"], package=name) for name in ("P1", "P2")]
    told = "Shipment SHP-1: 2 of CHAIR shipped with 1 serial or lot numbers."
    assert against(shipment(*twice, packages=parcels), facts(SERIAL)) == [("CD-5006", told)]


def test_without_a_line_number_the_only_line_of_that_sku_is_meant() -> None:
    lines = line(318), line(319, partner_sku="100-555")
    assert shares(shipment(shipped(line=None)), facts(*lines)) == [("318", D(8), None, None)]


@pytest.mark.parametrize(
    ("goods", "code"),
    [
        ({"sku": "999"}, "CD-3002"),
        ({"sku": "999", "line": None}, "CD-3002"),
        ({"line": "400"}, "CD-5002"),
        ({"line": None}, "CD-5002"),
        ({"sku": "100-777"}, "CD-5002"),
    ],
    ids=["unknown", "unknown without a line", "no such line", "two lines of that SKU", "substituted"],
)
def test_goods_that_the_release_does_not_ask_for_are_refused(goods: dict[str, Any], code: str) -> None:
    known = facts(line(318), line(319), book=book(EXTRA))
    assert [found for found, _ in against(shipment(shipped(**goods)), known)] == [code]


def test_a_carrier_that_is_not_mapped_is_refused() -> None:
    told = "Northgate 3PL shipped with carrier DRONE, which is mapped to no Odoo delivery method."
    assert against(shipment(carrier="DRONE"), facts()) == [("CD-3006", told)]


def test_everything_wrong_with_a_shipment_is_told_at_once() -> None:
    lines = shipped(sku="999"), shipped(unit="PAL"), shipped(line="319", sku="100-777")
    with pytest.raises(Causes) as caught:
        translate(shipment(*lines, carrier="DRONE"), facts(book=book(EXTRA)))
    assert [cause.code for cause in caught.value.causes] == ["CD-3002", "CD-3004", "CD-5002", "CD-3006"]


def test_an_alias_of_the_released_product_is_that_line() -> None:
    known = facts(line(318), book=book(Code(CodeKind.PRODUCT, "CHAIR", "CHAIR-NEW", alias=True)))
    assert shares(shipment(shipped(sku="CHAIR-NEW")), known) == [("318", D(8), None, None)]


def test_an_alias_of_the_unit_is_understood_with_a_factor_of_its_own() -> None:
    cases = Code(CodeKind.UNIT, "Units", "CS", factor=D("0.25"), alias=True)
    assert shares(shipment(shipped("2", unit="CS")), facts(book=book(cases))) == [("318", D(8), None, None)]


def test_a_unit_that_is_sent_goes_before_an_alias_of_the_same_name() -> None:
    sent = Code(CodeKind.UNIT, "Units", "CS", factor=D("0.5"))
    alias = Code(CodeKind.UNIT, "Units", "CS", factor=D("0.25"), alias=True)
    for codes in ((sent, alias), (alias, sent)):
        assert shares(shipment(shipped("2", unit="CS")), facts(book=book(*codes))) == [("318", D(4), None, None)]


def test_another_sku_that_is_mapped_to_the_released_product_by_now_is_that_line() -> None:
    known = facts(line(318), book=book(Code(CodeKind.PRODUCT, "CHAIR", "CHAIR-NEW")))
    assert shares(shipment(shipped(sku="CHAIR-NEW")), known) == [("318", D(8), None, None)]
