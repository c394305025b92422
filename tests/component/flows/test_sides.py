"""The page of an order, purchase or transfer says what each of the three sides holds, and how far it has come."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from integration.models import Document, InboundMessage
from tests.component.flows.returns import Dock, line
from tests.component.flows.test_receipts import advised
from tests.component.flows.test_transfers import Route, route
from tests.component.flows.yard import Yard

__all__ = ["route"]
pytestmark = pytest.mark.django_db(transaction=True)


class Page:
    """The page of what was agreed, as somebody sees it who may see all of it."""

    def __init__(self, number: str) -> None:
        client = Client()
        client.force_login(User.objects.create_superuser(f"reader {User.objects.count()} of {number}"))
        document = Document.objects.filter(reference=number, parent=None).get()
        answer = client.get(reverse("admin:timeline", args=[document.pk]))
        self.text, self.context = answer.content.decode(), answer.context

    def sides(self) -> list[tuple[str, float, float | None, float, float | None]]:
        """By line: SKU, what Odoo asks for and has done, what is booked, what the warehouse confirmed."""
        return [
            (row.line.sku, float(row.asked), _number(row.side.done), float(row.side.booked), _number(row.side.told))
            for row in self.context["lines"]
        ]

    def chain(self) -> list[tuple[str, str, str]]:
        return [(step.name, step.says, step.tone) for step in self.context["steps"]]


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def test_a_part_that_has_left_is_the_same_on_all_sides(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10), ("ROPE-10", 4))
    yard.shipped(sale, lines=[yard.line(sale, 0, quantity="6")], final=False)
    yard.look()
    page = Page(sale.name)
    assert page.sides() == [("CRATE-S", 10, 6, 6, 6), ("ROPE-10", 4, 0, 0, None)]
    assert "not booked" not in page.text
    assert page.chain() == [
        ("Agreed", sale.name, "good"),
        ("Released", "1 document", "good"),
        ("Acknowledged", "1 document", "good"),
        ("Picked", "not told", "quiet"),
        ("Packed", "not told", "quiet"),
        ("Shipped", "a part of 1 line", "warn"),
        ("Invoiced", "not from here", "quiet"),
    ]


def test_what_waits_for_a_person_is_confirmed_and_not_booked(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10))
    stray = {"sku": "P-NOVEL", "quantity": "2", "unit": "EA"}
    yard.shipped(sale, lines=[yard.line(sale), stray])
    page = Page(sale.name)
    assert page.sides() == [("CRATE-S", 10, 0, 0, 10)]
    assert page.context["strays"] == ["2 EA x P-NOVEL"]
    assert "10 not booked" in page.text


def test_the_warehouse_s_units_are_counted_in_odoo_s(yard: Yard) -> None:
    dozen = yard.odoo.id_of("uom.uom", "Dozens")
    product = yard.odoo.id_of("product.product", "CRATE-S", "default_code")
    lines = [[0, 0, {"product_id": product, "product_uom_qty": 2, "product_uom": dozen}]]
    sale = yard.released(order_line=lines)
    yard.shipped(sale)
    yard.look()
    [(_, asked, done, booked, told)] = Page(sale.name).sides()
    assert asked == done == booked == told


def test_a_shipment_that_is_told_twice_counts_once(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10))
    yard.shipped(sale)
    again = InboundMessage.objects.get(type="shipment.confirmed")
    again.pk, again.external_id = None, "again"
    again.save()
    assert Page(sale.name).sides() == [("CRATE-S", 10, 10, 10, 10)]


def test_what_somebody_shipped_by_hand_in_odoo_stands_out(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 10))
    yard.odoo.validate_by_hand(sale.id)
    yard.look()
    page = Page(sale.name)
    assert page.sides() == [("CRATE-S", 10, 10, 0, None)]
    assert [row.side.differs for row in page.context["lines"]] == [True]


def test_a_purchase_shows_what_came_in(yard: Yard) -> None:
    yard.set(receipt_mode="live")
    bought = yard.expected(("CRATE-S", 10))
    yard.receive(bought.advice, lines=[advised(yard, quantity="4")], final=False)
    yard.look()
    page = Page(bought.name)
    assert page.sides() == [("CRATE-S", 10, 4, 4, 4)]
    assert [name for name, _, _ in page.chain()] == ["Agreed", "Announced", "Acknowledged", "Received", "Billed"]


def test_a_surplus_that_a_person_refused_is_not_to_be_booked(yard: Yard) -> None:
    yard.set(receipt_mode="live")
    bought = yard.expected(("CRATE-S", 10))
    yard.receive(bought.advice, "over")
    assert "11 not booked" in Page(bought.name).text
    yard.choose("CD-7005", "refuse")
    text = Page(bought.name).text
    assert ("not booked" in text, "1 ended by a person" in text) == (False, True)


def test_a_return_goes_on_from_the_invoice_to_the_credit(yard: Yard) -> None:
    dock = Dock(yard)
    dock.ledger.rule("invoice")
    dock.ledger.rule("credit_note")
    sale = dock.ledger.sold(("CRATE-S", 10, 10, 10))
    yard.shipped(sale)
    dock.tell(line("CRATE-S", 3), release=sale.release)
    yard.look()
    page = Page(sale.name)
    steps = {name: (says, tone) for name, says, tone in page.chain()}
    [invoice, credit] = page.context["books"]
    assert steps["Invoiced"] == (invoice.number, "good")
    assert (steps["Received"], steps["Credited"]) == (("1 line", "good"), (credit.number, "good"))
    assert steps["Return announced"] == ("came unannounced", "quiet")
    assert [step.name for step in page.context["steps"]].count("Acknowledged") == 1
    assert (page.context["strays"], page.sides()[-1]) == ([], ("CRATE-S", 3, 3, 3, 3))
    assert (invoice.net, credit.net) == ("90.00 USD", "27.00 USD")
    assert "model=account.move" in invoice.address


def test_a_transfer_shows_both_its_legs_and_what_is_between_them(route: Route) -> None:
    yard = route.yard
    out, _into = route.send(("CRATE-S", 10))
    yard.look()
    yard.wms.accept(out)
    yard.wms.ship(out)
    yard.run()
    steps = {name: (says, tone) for name, says, tone in Page(out).chain()}
    assert (steps["Shipped"], steps["On its way"]) == (("1 line", "good"), ("1 line", "busy"))
    assert (steps["Announced at its goal"], steps["Received"]) == (("1 document", "good"), ("not yet", "quiet"))
