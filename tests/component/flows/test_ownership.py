"""A write from the side that does not own a field is a case, and nothing of it is applied."""

import pytest

from integration.jobs import acts
from integration.models import ExceptionCase, InboundMessage
from tests.component.flows.yard import SOMEBODY, Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
SHIPPED_AT = "2026-05-04T10:00:00Z"


def confirm(yard: Yard, sale: Sale, shipment: str = "S-1", **foreign: object) -> None:
    """A shipment of one crate, whose line says more than a warehouse may."""
    line = {**yard.line(sale, quantity="1"), **foreign}
    said = {"shipment": shipment, "release": sale.release, "shipped_at": SHIPPED_AT, "final": False, "lines": [line]}
    assert yard.wms.send("shipment.confirmed", said) == 202
    yard.run()


def case_of(field: str) -> ExceptionCase:
    return ExceptionCase.objects.get(code="CD-6006", context__field=f"data.lines.{field}")


def test_a_warehouse_that_says_a_barcode_ships_all_the_same_and_changes_no_product(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    product = yard.odoo.rows("product.product", [["default_code", "=", "CRATE-S"]], "barcode", "weight", "write_date")
    confirm(yard, sale, barcode="4711", colour="green")
    [(code, words), (drifted, _)] = yard.cases()
    assert (code, drifted) == ("CD-6006", "CD-3020")
    assert words.startswith("Northgate 3PL says data.lines.barcode in shipment.confirmed: the barcode of a product is")
    assert yard.odoo.delivered(sale.id) == {"CRATE-S": 1}
    assert product == yard.odoo.rows(
        "product.product", [["default_code", "=", "CRATE-S"]], "barcode", "weight", "write_date"
    )
    assert sorted(InboundMessage.objects.get(type="shipment.confirmed").drift) == [
        "data.lines.0.barcode",
        "data.lines.0.colour",
    ]


def test_one_case_for_a_field_however_often_it_comes_and_none_once_it_was_ignored(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 9))
    confirm(yard, sale, "S-1", price="12.50")
    confirm(yard, sale, "S-2", price="12.50", weight="3")
    assert [(case.code, case.count) for case in (case_of("price"), case_of("weight"))] == [
        ("CD-6006", 2),
        ("CD-6006", 1),
    ]
    acts.ignore_case(case_of("price").pk, SOMEBODY, "it repeats ours")
    confirm(yard, sale, "S-3", price="12.50")
    assert [words.split()[3] for _, words in yard.cases()] == ["data.lines.weight"]
    assert yard.odoo.delivered(sale.id) == {"CRATE-S": 3}


def test_a_message_that_came_before_is_told_of_once(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    said = {"shipment": "S-1", "release": sale.release, "shipped_at": SHIPPED_AT, "ship_to": {"street": "1 New Road"},
            "lines": [yard.line(sale)]}  # fmt: skip
    body = {"type": "shipment.confirmed", "timestamp": SHIPPED_AT, "data": said}
    for _ in range(2):
        yard.wms.control("send", body=body, id="msg_1")
    yard.run()
    assert [(code, yard.case(code).count) for code, _ in yard.cases()] == [("CD-6006", 1)]


def test_a_tracking_number_that_a_person_changed_is_a_case_until_it_is_back(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale, tracking=["1Z1", "1Z2"])
    yard.look()
    assert yard.cases() == []
    [row] = yard.odoo.rows("stock.picking", [["sale_id", "=", sale.id]], "name")
    yard.odoo.call("stock.picking", "write", [row["id"]], {"carrier_tracking_ref": "1Z1, 9Z9"})
    yard.look()
    told = f"{sale.release} was shipped with 1Z1, 1Z2, as Northgate 3PL says, and Odoo shows 1Z1, 9Z9 now."
    assert yard.cases() == [("CD-5029", told)]
    yard.odoo.call("stock.picking", "write", [row["id"]], {"carrier_tracking_ref": "1Z2, 1Z1"})
    yard.look()
    assert (yard.cases(), yard.unfinished()) == ([], [])


def test_a_number_that_a_person_gives_to_a_shipment_without_one_is_his(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale)
    [row] = yard.odoo.rows("stock.picking", [["sale_id", "=", sale.id]], "name")
    yard.odoo.call("stock.picking", "write", [row["id"]], {"carrier_tracking_ref": "9Z9"})
    yard.look()
    assert (yard.cases(), yard.unfinished()) == ([], [])
