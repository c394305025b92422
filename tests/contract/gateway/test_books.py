"""Invoices, bills and credit notes: what is open, what Odoo makes of it, and that money is quantity times price."""

from datetime import date
from decimal import Decimal

import pytest

from integration.canonical.books import Booking, Entry, OrderBooks
from integration.errors import ConfigurationError, Rejected
from integration.rules.posting import BookKind, differences, made
from tests.contract.gateway.conftest import REAL
from tests.contract.gateway.ledger import Ledger
from tests.contract.gateway.world import World

D = Decimal
TODAY = date.today()


def open_of(books: OrderBooks) -> list[Decimal]:
    return [line.open for line in books.lines]


def read(world: World, order: int, model: str = "sale.order") -> OrderBooks:
    books = world.gateway.books(model, order)  # type: ignore[arg-type]
    assert books is not None
    return books


def book(world: World, before: OrderBooks, kind: BookKind, mark: str) -> tuple[OrderBooks, Entry]:
    """A draft, marked and posted, checked against what was open."""
    others, opened = frozenset(one.id for one in before.entries), {line.id: line.open for line in before.lines}
    world.gateway.draft(before)
    drafted = read(world, before.id, before.model)
    entry = made(drafted, others, kind)
    assert entry is not None
    world.gateway.mark_entry(drafted, entry, Booking(mark=mark, on=TODAY))
    assert differences(drafted, entry, opened) == []
    world.gateway.post_entry(drafted, entry)
    after = read(world, before.id, before.model)
    return after, next(one for one in after.entries if one.id == entry.id)


def test_two_shipments_in_parts_are_two_invoices_at_the_order_s_prices(world: World) -> None:
    order = Ledger(world).sale((10, "10.00", "10", True), (4, "2.50", "0", False))
    world.ship(world.delivery_of(order), [6, 0])
    before = read(world, order)
    assert (open_of(before), before.outstanding) == ([D(6), D(0)], True)
    after, first = book(world, before, BookKind.INVOICE, "WH/OUT/1 (SHP-1)")
    assert (first.kind, first.state, first.net, first.total) == ("out_invoice", "posted", D(54), D("62.1"))
    assert (first.origin, first.ours, open_of(after)) == (f"{after.name}, WH/OUT/1 (SHP-1)", True, [D(0), D(0)])
    world.ship(world.delivery_of(order), [4, 4])
    after, second = book(world, read(world, order), BookKind.INVOICE, "WH/OUT/1 (SHP-2)")
    assert (second.net, second.total, after.outstanding) == (D(46), D("51.4"), False)
    assert [line.booked for line in after.lines] == [D(10), D(4)]


def test_what_came_back_becomes_a_credit_note_at_the_order_s_prices(world: World) -> None:
    ledger = Ledger(world)
    order = ledger.sale((5, "20.00", "25", True))
    world.ship(world.delivery_of(order), [5])
    book(world, read(world, order), BookKind.INVOICE, "WH/OUT/2 (SHP-3)")
    ledger.take_back(order, 2)
    before = read(world, order)
    assert (open_of(before), before.returning) == ([D(-2)], False)
    after, credit = book(world, before, BookKind.CREDIT_NOTE, "WH/IN/1 (RT-1)")
    assert (credit.kind, credit.state, credit.net, credit.total) == ("out_refund", "posted", D(30), D("34.5"))
    assert [line.booked for line in after.lines] == [D(3)]


def test_receipts_in_parts_are_bills_with_a_date(world: World) -> None:
    ledger = Ledger(world)
    order = ledger.purchase((10, "4.00"))
    ledger.receive(order, 6)
    before = read(world, order, "purchase.order")
    assert (open_of(before), before.outstanding) == ([D(6)], True)
    after, bill = book(world, before, BookKind.VENDOR_BILL, "WH/IN/2 (R-1)")
    assert (bill.kind, bill.state, bill.net) == ("in_invoice", "posted", D(24))
    assert (open_of(after), world.read("account.move", bill.id, "invoice_date")["invoice_date"]) == (
        [D(0)],
        TODAY.isoformat(),
    )


def test_a_draft_that_somebody_cancelled_leaves_the_goods_open(world: World) -> None:
    order = Ledger(world).sale((3, "10.00", "0", False))
    world.ship(world.delivery_of(order), [3])
    world.gateway.draft(read(world, order))
    [draft] = read(world, order).entries
    assert (draft.state, draft.ours, open_of(read(world, order))) == ("draft", True, [D(0)])
    world.call("account.move", "button_cancel", [draft.id])
    assert ([one.state for one in read(world, order).entries], open_of(read(world, order))) == (["cancel"], [D(3)])


def test_an_order_that_is_gone_has_no_books(world: World) -> None:
    assert world.gateway.books("sale.order", 2**31 - 2) is None


def test_an_order_in_another_currency_is_invoiced_in_it(world: World) -> None:
    ledger = Ledger(world)
    order = ledger.sale((4, "8.00", "0", False), pricelist_id=ledger.pricelist("EUR"))
    world.ship(world.delivery_of(order), [4])
    before = read(world, order)
    after, invoice = book(world, before, BookKind.INVOICE, "WH/OUT/3 (SHP-4)")
    assert (before.currency, invoice.currency, invoice.net) == ("EUR", "EUR", D(32))
    assert open_of(after) == [D(0)]


def test_each_company_s_order_is_invoiced_in_its_own_company_or_told_to_have_no_journal(world: World) -> None:
    for company_id in world.call.company_ids():
        own = {"companies": [company_id]}
        domain = [("company_id", "=", company_id)]
        [warehouse] = world.call.rows("stock.warehouse", domain, ["lot_stock_id"], limit=1)
        product = world.product(invoice_policy="delivery")
        world.put(product, 9, location_id=warehouse["lot_stock_id"][0])
        order = world.order({product: 2}, company_id=company_id, warehouse_id=warehouse["id"])
        world.ship(world.delivery_of(order), [2])
        journals = world.call("account.journal", "search_count", domain=[*domain, ("type", "=", "sale")], **own)
        before = read(world, order)
        assert (before.company_id, open_of(before)) == (company_id, [D(2)])
        if journals:
            _, invoice = book(world, before, BookKind.INVOICE, f"WH/OUT/{company_id} (SHP-5)")
            assert world.read("account.move", invoice.id, "company_id")["company_id"][0] == company_id
        else:
            with pytest.raises(ConfigurationError) as caught:
                world.gateway.draft(before)
            assert caught.value.code == "CD-8102"


def test_what_odoo_does_not_post_is_told_in_its_words(world: World) -> None:
    order = Ledger(world).sale((3, "10.00", "0", False))
    world.ship(world.delivery_of(order), [3])
    before = read(world, order)
    world.gateway.draft(before)
    drafted = read(world, order)
    [entry] = drafted.entries
    world.call("account.move", "action_post", [entry.id])
    with pytest.raises(Rejected) as caught:
        world.gateway.post_entry(drafted, entry)
    assert caught.value.code == "CD-8101"


@pytest.mark.skipif(REAL != "", reason="it would close the books of a server that others use")
def test_a_closed_period_is_told_with_its_date(world: World) -> None:
    order = Ledger(world).sale((3, "10.00", "0", False))
    world.ship(world.delivery_of(order), [3])
    before = read(world, order)
    after, entry = book(world, before, BookKind.INVOICE, "WH/OUT/5 (SHP-6)")
    world.call("res.company", "write", [world.company_id], vals={"fiscalyear_lock_date": "2099-12-31"})
    try:
        with pytest.raises(Rejected) as caught:
            world.gateway.post_entry(after, entry)
    finally:
        world.call("res.company", "write", [world.company_id], vals={"fiscalyear_lock_date": False})
    assert (caught.value.code, caught.value.context["closed"]) == ("CD-8103", "2099-12-31")
