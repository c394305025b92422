"""What a receipt brings: a bill of exactly what came in, once, where a rule says so."""

import pytest

from integration.handlers import HANDLERS
from integration.jobs import engine
from integration.models import BusinessRule, ExternalReference, Lane
from tests.component.engine.yard import together, until
from tests.component.flows.ledger import Ledger
from tests.component.flows.yard import Bought, Yard

pytestmark = pytest.mark.django_db(transaction=True)
every_odoo = pytest.mark.parametrize("odoo_server", ["16", "17", "18", "19"], indirect=True)


@pytest.fixture
def receiving(yard: Yard) -> Yard:
    yard.set(receipt_mode="live")
    Ledger(yard).rule("vendor_bill")
    product = yard.odoo.id_of("product.product", "CRATE-S", "default_code")
    yard.odoo.call("product.product", "write", [product], {"purchase_method": "receive"})
    return yard


def bills(yard: Yard, bought: Bought) -> list[tuple[str, str, str, float]]:
    """Kind, state, what the origin says beside the purchase, and how many were billed."""
    domain = [["invoice_line_ids.purchase_line_id.order_id", "=", bought.id]]
    rows = yard.odoo.rows("account.move", domain, "move_type", "state", "invoice_origin")
    lines = yard.odoo.rows("account.move.line", [["purchase_line_id.order_id", "=", bought.id]], "move_id", "quantity")
    billed = {row["move_id"]: row["quantity"] for row in lines}
    return [
        (row["move_type"], row["state"], row["invoice_origin"].removeprefix(f"{bought.name}, "), billed[row["id"]])
        for row in rows
    ]


@every_odoo
def test_receipts_in_parts_are_bills_in_parts(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    first = receiving.receive(bought.advice, "partial")
    second = receiving.receive(bought.advice)
    assert bills(receiving, bought) == [
        ("in_invoice", "posted", f"{bought.advice} ({first['receipt']})", 5),
        ("in_invoice", "posted", f"{transfers(receiving, bought)[-1]} ({second['receipt']})", 5),
    ]
    known = ExternalReference.objects.filter(model="account.move").order_by("pk")
    assert list(known.values_list("document_type", "reference")) == [
        ("receipt", first["receipt"]),
        ("receipt", second["receipt"]),
    ]
    assert (receiving.cases(), receiving.unfinished()) == ([], [])


@pytest.mark.parametrize("fault", ["cut_after_commit", "cut_before"])
@pytest.mark.parametrize("call", ["purchase.order.action_create_invoice", "account.move.action_post"])
@pytest.mark.parametrize("odoo_server", ["18", "19"], indirect=True)
def test_a_lost_answer_bills_once(receiving: Yard, call: str, fault: str) -> None:
    bought = receiving.expected(("CRATE-S", 4))
    model, _, method = call.rpartition(".")
    receiving.odoo.fault(method, fault, model=model)
    receiving.receive(bought.advice)
    receiving.later()
    assert [one[1:] for one in bills(receiving, bought)] == [("posted", f"{bought.advice} (RCV-000001)", 4)]
    assert (receiving.cases(), receiving.unfinished()) == ([], [])


def test_a_purchase_that_is_billed_already_gets_no_empty_bill(receiving: Yard) -> None:
    product = receiving.odoo.id_of("product.product", "CRATE-S", "default_code")
    receiving.odoo.call("product.product", "write", [product], {"purchase_method": "purchase"})
    bought = receiving.expected(("CRATE-S", 4))
    receiving.odoo.call("purchase.order", "action_create_invoice", [bought.id])
    [made] = receiving.odoo.rows("account.move", [["invoice_origin", "=", bought.name]], "id")
    receiving.odoo.call("account.move", "write", [made["id"]], {"invoice_date": "2026-11-28"})
    receiving.odoo.call("account.move", "action_post", [made["id"]])
    receiving.receive(bought.advice)
    assert len(bills(receiving, bought)) == 1
    assert (receiving.cases(), receiving.unfinished()) == ([], [])


@pytest.mark.parametrize("odoo_server", ["16", "18", "19"], indirect=True)
def test_a_rest_that_is_cancelled_in_odoo_completes_the_purchase(receiving: Yard) -> None:
    BusinessRule.objects.update(when="on_completion")
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice, "short")
    receiving.look()
    assert bills(receiving, bought) == []
    [rest] = receiving.odoo.rows("stock.picking", [["purchase_id", "=", bought.id], ["state", "!=", "done"]], "id")
    receiving.odoo.call("stock.picking", "action_cancel", [rest["id"]])
    receiving.look()
    assert [one[1:] for one in bills(receiving, bought)] == [("posted", f"{bought.advice} ({bought.name})", 5)]
    receiving.sweep()
    receiving.look()
    assert len(bills(receiving, bought)) == 1
    assert (receiving.cases(), receiving.unfinished()) == ([], [])


def transfers(yard: Yard, bought: Bought) -> list[str]:
    rows = yard.odoo.rows("stock.picking", [["purchase_id", "=", bought.id]], "name")
    return [row["name"] for row in rows]


def test_a_bill_is_of_the_day_that_it_was_at_the_warehouse(receiving: Yard) -> None:
    receiving.set(time_zone="Asia/Tokyo")
    bought = receiving.expected(("CRATE-S", 4))
    receiving.receive(bought.advice, received_at="2026-05-04T20:00:00Z")
    domain = [["invoice_line_ids.purchase_line_id.order_id", "=", bought.id]]
    assert [row["invoice_date"] for row in receiving.odoo.rows("account.move", domain, "invoice_date")] == [
        "2026-05-05"
    ]
    assert (receiving.cases(), receiving.unfinished()) == ([], [])


@pytest.mark.parametrize("odoo_server", ["18"], indirect=True)
def test_what_comes_in_while_the_bill_is_made_is_on_it_or_on_the_next_one(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    arrive(receiving, bought, "partial")
    receiving.odoo.fault("action_create_invoice", "latency", model="purchase.order", seconds=3)
    together(lambda: engine.run_lane(Lane.INVENTORY, HANDLERS, seconds=30), lambda: arrive(receiving, bought, "full"))
    receiving.later()
    made = bills(receiving, bought)
    assert ({state for _, state, *_ in made}, sum(quantity for *_, quantity in made)) == ({"posted"}, 10)
    assert (receiving.cases(), receiving.unfinished()) == ([], [])


def arrive(yard: Yard, bought: Bought, mode: str) -> None:
    """It is booked, and nobody has looked at the books yet."""
    yard.wms.receive(bought.advice, mode)
    until(lambda: yard.wms.pending() == 0)
    engine.run_lane(Lane.SHIPMENT, HANDLERS, seconds=60)
