"""What a shipment brings: an invoice of exactly what left, once, where a rule says so."""

import pytest
from django.db.models.functions import Now

from integration.handlers import HANDLERS
from integration.jobs import engine
from integration.models import Document, Lane, Stream, SyncJob
from tests.component.engine.yard import together, until
from tests.component.flows.ledger import Invoice, Ledger
from tests.component.flows.yard import Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
MAKE, MARK, POST = "create_invoices", "write", "action_post"


@pytest.fixture
def books(yard: Yard) -> Ledger:
    return Ledger(yard)


def quiet(yard: Yard) -> None:
    assert (yard.cases(), yard.unfinished()) == ([], [])


def test_without_a_rule_nobody_asks_odoo_for_anything(yard: Yard, books: Ledger) -> None:
    sale = books.sold(("CRATE-S", 2, 10, 0))
    yard.shipped(sale)
    assert (books.invoices(sale), SyncJob.objects.filter(flow="posting").count()) == ([], 0)
    quiet(yard)


@pytest.mark.parametrize("odoo_server", ["16", "17", "18", "19"], indirect=True)
def test_what_left_is_invoiced_at_the_order_s_prices_line_by_line(yard: Yard, books: Ledger) -> None:
    books.rule("invoice")
    sale = books.sold(("CRATE-S", 10, 10, 10), ("ROPE-10", 4, 2.5, 0))
    first = yard.shipped(sale, "partial")
    assert books.invoices(sale) == [
        Invoice("out_invoice", "posted", f", {sale.release} ({first['shipment']})", 50.0, 57.5)
    ]
    assert books.billed(sale) == [(5, 5), (2, 2)]
    yard.shipped(sale)
    assert [(one.net, one.total) for one in books.invoices(sale)] == [(50.0, 57.5), (50.0, 57.5)]
    assert books.billed(sale) == [(10, 10), (4, 4)]
    assert books.traced() == [("shipment", "SHP-000001"), ("shipment", "SHP-000002")]
    quiet(yard)


def test_a_draft_where_the_rule_wants_a_draft(yard: Yard, books: Ledger) -> None:
    books.rule("invoice", posted=False)
    sale = books.sold(("CRATE-S", 2, 10, 0))
    yard.shipped(sale)
    assert [one.state for one in books.invoices(sale)] == ["draft"]
    assert yard.odoo.calls().count("account.move.action_post") == 0
    quiet(yard)


def test_the_first_rule_that_fits_decides(yard: Yard, books: Ledger) -> None:
    books.rule("invoice", company_id=yard.warehouse.company_id + 1, order=1)
    books.rule("invoice", "by_hand", customer_id=yard.odoo.id_of("res.partner", "Alder Outdoor"), order=2)
    books.rule("invoice", order=3)
    sale = books.sold(("CRATE-S", 2, 10, 0))
    yard.shipped(sale)
    assert books.invoices(sale) == []
    quiet(yard)


def test_on_completion_one_invoice_has_all_of_it(yard: Yard, books: Ledger) -> None:
    books.rule("invoice", "on_completion")
    sale = books.sold(("CRATE-S", 10, 10, 0))
    yard.shipped(sale, "partial")
    assert books.invoices(sale) == []
    yard.shipped(sale)
    assert [one.net for one in books.invoices(sale)] == [100.0]
    quiet(yard)


def test_a_rest_that_is_cancelled_in_odoo_completes_the_order(yard: Yard, books: Ledger) -> None:
    books.rule("invoice", "on_completion")
    sale = books.sold(("CRATE-S", 10, 10, 0))
    yard.shipped(sale, "short")
    yard.look()
    assert books.invoices(sale) == []
    [rest] = yard.odoo.rows("stock.picking", [["sale_id", "=", sale.id], ["state", "!=", "done"]], "id")
    yard.odoo.call("stock.picking", "action_cancel", [rest["id"]])
    yard.look()
    assert [(one.state, one.net) for one in books.invoices(sale)] == [("posted", 90.0)]
    yard.sweep()
    assert len(books.invoices(sale)) == 1


def test_an_order_that_is_completed_twice_is_invoiced_twice(yard: Yard, books: Ledger) -> None:
    books.rule("invoice", "on_completion")
    sale = books.sold(("CRATE-S", 10, 10, 0))
    yard.shipped(sale, "short")
    yard.look()
    [rest] = yard.odoo.rows("stock.picking", [["sale_id", "=", sale.id], ["state", "!=", "done"]], "id")
    yard.odoo.call("stock.picking", "action_cancel", [rest["id"]])
    yard.look()
    yard.odoo.order_more(sale.id, "CRATE-S", 20)
    yard.odoo.validate_by_hand(sale.id)
    yard.look()
    [(delivered, invoiced)] = books.billed(sale)
    assert (invoiced, [one.net for one in books.invoices(sale)]) == (delivered, [90.0, 10 * (delivered - 9)])


def test_the_same_shipment_again_makes_nothing_more(yard: Yard, books: Ledger) -> None:
    books.rule("invoice")
    sale = books.sold(("CRATE-S", 10, 10, 0))
    shipment = yard.shipped(sale, "partial", faults=["renumbered"])
    yard.wms.send("shipment.confirmed", shipment)
    yard.run()
    assert ([one.net for one in books.invoices(sale)], yard.effects("invoice")) == ([50.0], ["landed"])
    quiet(yard)


@pytest.mark.parametrize("fault", ["cut_after_commit", "cut_before"])
@pytest.mark.parametrize("method", [MAKE, MARK, POST])
def test_a_lost_answer_bills_once(yard: Yard, books: Ledger, method: str, fault: str) -> None:
    books.rule("invoice")
    sale = books.sold(("CRATE-S", 2, 10, 0))
    model = "sale.advance.payment.inv" if method == MAKE else "account.move"
    yard.odoo.fault(method, fault, model=model)
    yard.shipped(sale)
    assert yard.effects("invoice") == ["intended"]
    yard.later()
    assert [(one.state, one.origin, one.net) for one in books.invoices(sale)] == [
        ("posted", f", {sale.release} (SHP-000001)", 20.0)
    ]
    assert yard.effects("invoice") == ["landed"]
    quiet(yard)


def test_not_found_does_not_count_before_the_call_can_no_longer_land(yard: Yard, books: Ledger) -> None:
    books.rule("invoice")
    sale = books.sold(("CRATE-S", 2, 10, 0))
    yard.odoo.fault(MAKE, "cut_before", model="sale.advance.payment.inv")
    yard.shipped(sale)
    tried = yard.odoo.writes()
    SyncJob.objects.filter(state="retry").update(next_attempt_at=Now())
    Stream.objects.filter(next_due_at__isnull=False).update(next_due_at=Now())
    yard.run()
    assert (yard.odoo.writes(), yard.effects("invoice")) == (tried, ["intended"])
    yard.later()
    assert len(books.invoices(sale)) == 1
    quiet(yard)


def test_two_shipments_whose_jobs_run_side_by_side_are_billed_once_each(yard: Yard, books: Ledger) -> None:
    books.rule("invoice")
    sale = books.sold(("CRATE-S", 10, 10, 0))
    for _ in range(2):
        yard.wms.ship(sale.release, "partial")
    together(yard.run, yard.run)
    yard.later()
    left = sum(one.net for one in books.invoices(sale))
    assert (books.billed(sale), left) == ([(7, 7)], 70.0)
    assert {number for _, number in books.traced()} == {"SHP-000001", "SHP-000002"}
    quiet(yard)


def test_a_draft_that_somebody_left_stands_in_the_way_until_it_is_posted(yard: Yard, books: Ledger) -> None:
    books.rule("invoice")
    sale = books.sold(("CRATE-S", 2, 10, 0))
    booked(yard, sale)
    draft(yard, sale)
    yard.run()
    assert [code for code, _ in yard.cases()] == ["CD-8105"]
    [made] = yard.odoo.rows("account.move", [["invoice_origin", "=", sale.name]], "id")
    yard.odoo.call("account.move", "action_post", [made["id"]])
    yard.later()
    assert [(one.state, one.net) for one in books.invoices(sale)] == [("posted", 20.0)]
    quiet(yard)


def test_a_price_that_odoo_changed_on_the_way_is_left_as_a_draft_for_a_person(yard: Yard, books: Ledger) -> None:
    books.rule("invoice")
    sale = books.sold(("CRATE-S", 2, 10, 0))
    yard.odoo.fault("action_post", "cut_before", model="account.move")
    yard.shipped(sale)
    [line] = yard.odoo.rows("account.move.line", [["sale_line_ids.order_id", "=", sale.id]], "id")
    yard.odoo.call("account.move.line", "write", [line["id"]], {"price_unit": 9.0})
    yard.later()
    assert [code for code, _ in yard.cases()] == ["CD-8104"]
    assert "CRATE-S at 9 less 0 % instead of 10 less 0 %" in yard.case("CD-8104").cause
    assert [one.state for one in books.invoices(sale)] == ["draft"]
    [made] = yard.odoo.rows("account.move", [["invoice_origin", "like", sale.name]], "id")
    yard.odoo.call("account.move", "action_post", [made["id"]])
    yard.retry("CD-8104")
    yard.run()
    quiet(yard)


def test_an_order_that_was_cancelled_after_it_had_left_is_told(yard: Yard, books: Ledger) -> None:
    books.rule("invoice")
    sale = books.sold(("CRATE-S", 2, 10, 0))
    booked(yard, sale)
    yard.odoo.cancel(sale.id)
    yard.run()
    assert ({code for code, _ in yard.cases()}, books.invoices(sale)) == ({"CD-4013", "CD-8107"}, [])


def test_what_is_covered_already_is_no_error(yard: Yard, books: Ledger) -> None:
    books.rule("invoice", posted=False)
    sale = books.sold(("CRATE-S", 2, 10, 0))
    booked(yard, sale)
    draft(yard, sale)
    yard.run()
    assert (len(books.invoices(sale)), books.traced()) == (1, [("shipment", "SHP-000001")])
    quiet(yard)


def test_the_invoice_stands_on_the_order_s_story(yard: Yard, books: Ledger) -> None:
    books.rule("invoice")
    sale = books.sold(("CRATE-S", 2, 10, 0))
    yard.shipped(sale)
    job = SyncJob.objects.get(flow="posting")
    assert (job.document, job.state) == (Document.objects.get(kind="order"), "succeeded")
    assert "posted, for SHP-000001" in job.history.get().detail


def booked(yard: Yard, sale: Sale) -> None:
    """The shipment is booked, and nobody has looked at the books yet."""
    yard.wms.ship(sale.release)
    until(lambda: yard.wms.pending() == 0)
    engine.run_lane(Lane.SHIPMENT, HANDLERS, seconds=60)


def draft(yard: Yard, sale: Sale) -> None:
    """Somebody presses Create Invoice."""
    wanted = {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, [sale.id]]]}
    wizard = yard.odoo.call("sale.advance.payment.inv", "create", wanted)
    yard.odoo.call("sale.advance.payment.inv", "create_invoices", [wizard])
