"""A return that somebody announces in Odoo is expected by the warehouse, and what comes of it is taken in there."""

from typing import Any

import pytest

from integration.models import Document
from tests.component.flows.returns import Dock, line
from tests.component.flows.yard import Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
every_odoo = pytest.mark.parametrize("odoo_server", ["16", "17", "18", "19"], indirect=True)


@pytest.fixture
def dock(yard: Yard) -> Dock:
    return Dock(yard)


def announced(dock: Dock, quantity: float) -> tuple[Sale, str]:
    """A sale that was shipped, and the number of the return that is expected of it."""
    yard = dock.yard
    sale = dock.ledger.sold(("CRATE-S", 10, 10, 10))
    yard.shipped(sale)
    [delivery] = yard.odoo.rows("stock.picking", [["sale_id", "=", sale.id]], "name")
    [move] = yard.odoo.rows("stock.move", [["picking_id", "=", delivery["id"]]], "product_id")
    wanted = {"product_id": move["product_id"], "quantity": quantity, "move_id": move["id"], "to_refund": True}
    context = {"active_id": delivery["id"], "active_ids": [delivery["id"]], "active_model": "stock.picking"}
    values: dict[str, Any] = {"picking_id": delivery["id"], "product_return_moves": [[5, 0, 0], [0, 0, wanted]]}
    wizard = yard.odoo.call("stock.return.picking", "create", values, context=context)
    method = "action_create_returns" if yard.odoo.version >= 18 else "create_returns"
    made = yard.odoo.call("stock.return.picking", method, [wizard], context=context)["res_id"]
    yard.look()
    [advice] = yard.odoo.rows("stock.picking", [["id", "=", made]], "name")
    return sale, advice["name"]


def quiet(dock: Dock) -> None:
    assert (dock.yard.cases(), dock.yard.unfinished()) == ([], [])


@every_odoo
def test_an_announced_return_is_expected_and_taken_in_on_its_own_transfer(yard: Yard, dock: Dock) -> None:
    sale, advice = announced(dock, 4)
    before = dock.held("CRATE-S")
    [told] = dock.expected()
    assert (told["advice"], told["kind"], told["order"]) == (advice, "return", sale.name)
    dock.tell(line("CRATE-S", 4), advice=advice)
    assert dock.held("CRATE-S") == {**before, "stock": before["stock"] + 4}
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 6}
    document = Document.objects.get(kind="return")
    assert (document.reference, document.state, document.parent.reference) == (advice, "received", sale.name)
    assert (dock.counted("return", "received"), dock.counted("delivery", "returned")) == ([4], [4])
    quiet(dock)


def test_what_the_customer_kept_is_not_waited_for(yard: Yard, dock: Dock) -> None:
    sale, advice = announced(dock, 4)
    dock.tell(line("CRATE-S", 1), advice=advice)
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 9}
    states = yard.odoo.rows("stock.picking", [["sale_id", "=", sale.id]], "state")
    assert sorted({row["state"] for row in states} - {"cancel"}) == ["done"]
    quiet(dock)


def test_an_announced_return_comes_in_two_parcels(yard: Yard, dock: Dock) -> None:
    sale, advice = announced(dock, 4)
    dock.tell(line("CRATE-S", 1), advice=advice, final=False)
    assert Document.objects.get(kind="return").state == "part_received"
    dock.tell(line("CRATE-S", 3), advice=advice, receipt="RT-2", final=True, receipt_count=2)
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 6}
    quiet(dock)


def test_more_than_was_announced_is_taken_in_as_long_as_it_left(yard: Yard, dock: Dock) -> None:
    sale, advice = announced(dock, 4)
    dock.tell(line("CRATE-S", 6), advice=advice)
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 4}
    quiet(dock)


def test_an_advice_that_nobody_knows_is_told(yard: Yard, dock: Dock) -> None:
    dock.tell(line("CRATE-S", 1), advice="WH/IN/99999")
    assert [code for code, _ in yard.cases()] == ["CD-7041"]


def test_one_that_a_person_has_taken_in_in_odoo_is_not_taken_in_again(yard: Yard, dock: Dock) -> None:
    sale, advice = announced(dock, 4)
    yard.odoo.receive_by_hand(advice)
    dock.tell(line("CRATE-S", 4), advice=advice)
    assert [code for code, _ in yard.cases()] == ["CD-7011"]
    assert (dock.odoo.delivered(sale.id), dock.came(sale)) == ({"CRATE-S": 6}, [])
