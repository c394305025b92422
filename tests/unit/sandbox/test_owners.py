"""Whose a movement in Odoo is."""

from typing import Any

import pytest

from integration.sandbox.day.shelves import Owners

PICKINGS: dict[int, dict[str, Any]] = {}


def picking(number: int, name: str, **more: Any) -> None:
    usual = {"origin": False, "note": False, "sale_id": False, "purchase_id": False, "backorder_id": False}
    PICKINGS[number] = {"id": number, "name": name, "picking_type_code": "outgoing", **usual, **more}


picking(1, "WH/OUT/00001", sale_id=7)
picking(2, "WH/IN/00001", sale_id=7, picking_type_code="incoming")
picking(3, "WH/IN/00002", purchase_id=7)
picking(4, "EAST/IN/00001")
picking(5, "EAST/IN/00002", backorder_id=4)
picking(6, "WH/INT/00001", origin="main-warehouse/RET-PO-0001/1.0 return RET-PO-0001: resell")
picking(7, "WH/INT/00002", note="Crossdock put_away/main-warehouse/PUT-E0010-4")
picking(8, "WH/INT/00003")
WHOSE = {"EAST/IN/00001": "WH/OUT/00009", "RET-PO-0001": "return of S00001", "PUT-E0010-4": "P00010", "E0010": "P0"}
ORDERS = {("sale_id", 7): "S00007", ("purchase_id", 7): "P00007"}


@pytest.mark.parametrize(
    ("line", "owner"),
    [
        ({"picking_id": 1}, "S00007"),
        ({"picking_id": 2}, "return of S00007"),
        ({"picking_id": 3}, "P00007"),
        ({"picking_id": 4}, "WH/OUT/00009"),
        ({"picking_id": 5}, "WH/OUT/00009"),
        ({"picking_id": 6}, "return of S00001"),
        ({"picking_id": 7}, "P00010"),
        ({"picking_id": 8}, ""),
        ({"picking_id": False, "reference": "Crossdock 1a2b main-warehouse/PUT-E0010-4 line 1"}, "P00010"),
        ({"picking_id": False, "reference": "Product Quantity Updated"}, ""),
    ],
)
def test_a_movement_is_its_order_s_its_transfer_s_or_that_of_the_number_in_its_text(
    line: dict[str, Any], owner: str
) -> None:
    assert Owners(PICKINGS, ORDERS, WHOSE)(line) == owner
