"""An order's page tells what it is, what it waits for, and everything that happened, in order."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from integration.console import story, waiting
from integration.console.orders import sides
from integration.models import (
    Connection,
    Document,
    DocumentLine,
    ExceptionCase,
    ExternalReference,
    InboundMessage,
    JobAttempt,
    OutboundMessage,
    StockEvent,
    SyncJob,
)
from tests.component.console.conftest import user_with


def shown(client, document):
    return client.get(reverse("admin:timeline", args=[document.pk]))


def waits(document):
    family = story.family(document.pk, Document.objects.all())
    lines = list(DocumentLine.objects.all())
    said = sides.of(family.documents, family.captured, lines)
    return [wait.text for wait in waiting.waits(family, lines, said.lines)]


def entries_of(document):
    return story.tell(story.family(document.pk, Document.objects.all()))


@pytest.fixture
def quiet(rows):
    """The order without troubles: nothing is open but the goods."""
    ExceptionCase.objects.all().delete()
    SyncJob.objects.update(state="succeeded")
    OutboundMessage.objects.update(state="accepted")
    Connection.objects.filter(slug="north").update(name="North")
    DocumentLine.objects.update(sku="DRILL")
    return rows


def test_the_order_and_each_of_its_deliveries_show_the_same_story(rows, admin_client):
    assert shown(admin_client, rows.order).context["order"] == rows.order
    assert shown(admin_client, rows.delivery).context["order"] == rows.order


def test_everything_that_happened_is_told_in_order(rows, admin_client):
    entries = shown(admin_client, rows.order).context["entries"]
    told = ["case", "goods", "goods", "goods", "in", "in", "in", "job", "out", "snapshot", "write"]
    assert sorted(entry.sort for entry in entries) == told
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)


def test_a_try_tells_its_remote_calls_with_their_duration(rows):
    [entry] = [entry for entry in entries_of(rows.order) if entry.sort == "job"]
    assert [(call.took, call.outcome) for call in entry.calls] == [("12 ms", "ok")]


def test_tries_that_went_the_same_way_are_one_entry(rows):
    for number, code in ((2, "CD-3002"), (3, "CD-3002"), (4, "CD-1004")):
        JobAttempt.objects.create(
            job=rows.job,
            number=number,
            worker="w",
            started_at=now(),
            outcome="blocked",
            code=code,
            detail=f"No. {number}",
        )
    told = [(entry.title, entry.detail) for entry in entries_of(rows.order) if entry.sort == "job"]
    [(first, detail), (second, _)] = told
    assert first == f"Shipment confirmation {rows.job.subject}: tries 1 to 3, blocked"
    assert detail == "CD-3002 No. 3"
    assert f"{rows.job.subject}: try 4, blocked in" in second


def test_receipts_and_returns_have_entries_of_the_menu(rows, admin_client):
    listed = reverse("admin:integration_document_changelist")

    def lit(address):
        """The entries that stand out on the page."""
        groups = admin_client.get(address).context["sidebar_navigation"]
        links = [item for group in groups for item in group["items"] if str(item["link"]).startswith(listed)]
        assert [str(item["title"]) for item in links] == ["Documents", "Receipts", "Returns"]
        return [str(item["title"]) for item in links if item["active"]]

    assert lit(listed) == ["Documents"]
    assert lit(f"{listed}?kind__exact=delivery") == ["Documents"]
    assert lit(f"{listed}?kind__exact=receipt") == ["Receipts"]
    assert lit(f"{listed}?kind__exact=return") == ["Returns"]


def test_an_answer_is_told_apart_from_the_sending(rows):
    OutboundMessage.objects.update(state="accepted", answered_at=now())
    told = [(entry.sort, entry.state) for entry in entries_of(rows.order) if "WH/OUT/1 version 1" in entry.title]
    assert told == [("out", "sent"), ("in", "accepted")]


def test_a_closed_case_is_told_twice(rows):
    ExceptionCase.objects.update(state="resolved", resolved_at=now(), resolution="mapped")
    told = [entry.detail for entry in entries_of(rows.order) if entry.sort == "case"]
    assert told[1] == "mapped"


def test_the_open_quantity_is_what_was_neither_shipped_nor_cancelled(rows, admin_client):
    DocumentLine.objects.update(ordered=10, shipped=3, cancelled=2)
    page = shown(admin_client, rows.order)
    [row] = page.context["lines"]
    assert (row.asked, dict(row.here)["cancelled"], row.side.booked, row.left) == (10, 2, 3, 5)


def test_more_than_ordered_leaves_nothing_open(rows):
    line = DocumentLine(ordered=2, shipped=3, cancelled=0, document=rows.delivery)
    assert sides.left(line, sides.Side()) == 0


def test_an_order_that_waits_for_goods_says_which(quiet):
    assert waits(quiet.order) == ["WH/OUT/1 waits for North to ship 3 x DRILL."]


def test_an_order_that_waits_for_another_shipment_says_so(quiet):
    Document.objects.filter(kind="delivery").update(state="part_shipped", shipment_count=2)
    said = "WH/OUT/1 waits for what its final shipment overtook: North says that there are 2 shipments."
    assert waits(quiet.order) == [said]


def test_an_overdue_acknowledgement_is_said(quiet):
    OutboundMessage.objects.update(state="sent", acknowledge_by=now() - timedelta(minutes=5, seconds=1))
    assert waits(quiet.order) == ["Waits for North to acknowledge WH/OUT/1 version 1, 5 min late."]


def test_a_remote_system_that_is_down_is_said(quiet):
    SyncJob.objects.update(state="retry", waits_for=quiet.wms, subject="WH/OUT/1")
    assert waits(quiet.order) == ["Shipment confirmation WH/OUT/1 waits for North to answer again."]


def test_an_open_case_comes_first_with_its_fix(rows):
    first = waiting.waits(story.family(rows.order.pk, Document.objects.all()), [], {})[0]
    assert first.text == f"Waits for master data: {rows.case.cause}"
    assert first.fix == rows.case.fix


def test_a_finished_order_waits_for_nothing(quiet, admin_client):
    Document.objects.update(state="shipped")
    assert waits(quiet.order) == []
    assert "Nothing is waited for." in shown(admin_client, quiet.order).text


def test_times_are_shown_in_the_zone_of_the_browser(rows, admin_client):
    OutboundMessage.objects.update(sent_at=datetime(2026, 7, 1, 10, 0, 0, tzinfo=UTC))
    admin_client.cookies["console_zone"] = "Europe/Berlin"
    assert "12:00:00" in shown(admin_client, rows.order).text
    admin_client.cookies["console_zone"] = "../etc/passwd"
    assert "10:00:00" in shown(admin_client, rows.order).text


@pytest.mark.parametrize("term", ["WH/OUT/1", "wh/out/1", "TRACK1", "CUST-9", "DRILL", "NP-1", "SHP-1", "3SABCD"])
def test_any_number_leads_to_the_order(term, quiet, admin_client):
    Document.objects.update(customer_reference="CUST-9")
    OutboundMessage.objects.update(partner_reference="NP-1")
    quiet.received.reference = "SHP-1"
    quiet.received.save()
    ExternalReference.objects.create(
        erp=quiet.erp,
        model="stock.picking",
        record_id=11,
        partner=quiet.wms,
        document_type="tracking",
        reference="3SABCD",
    )
    page = admin_client.get(reverse("admin:find"), {"q": term})
    assert page.url == reverse("admin:timeline", args=[quiet.order.pk])


def test_an_invoice_s_number_leads_to_no_delivery_of_the_same_number_in_odoo(quiet, admin_client):
    """Odoo counts each model by itself."""
    named = {"erp": quiet.erp, "record_id": 11, "partner": quiet.wms, "reference": "SHP-1"}
    ExternalReference.objects.create(model="account.move", document_type="shipment", **named)
    assert admin_client.get(reverse("admin:find"), {"q": "SHP-1"}).context["found"] == []


def test_an_unknown_number_says_what_can_be_searched(rows, admin_client):
    assert "Nothing is known by nothing" in admin_client.get(reverse("admin:find"), {"q": "nothing"}).text


def test_several_orders_are_listed(quiet, admin_client):
    other = Document.objects.create(
        connection=quiet.erp, kind="order", reference="S2", erp_id=2, customer_reference="X"
    )
    Document.objects.update(customer_reference="X")
    assert admin_client.get(reverse("admin:find"), {"q": "X"}).context["found"] == [other, quiet.order]


def test_a_lot_leads_to_the_order_that_it_left_with(quiet, admin_client):
    StockEvent.objects.update(lot="LOT-7")
    page = admin_client.get(reverse("admin:find"), {"q": "LOT-7"})
    assert page.url == reverse("admin:timeline", args=[quiet.order.pk])


@pytest.mark.parametrize("term", ["RT-9", "the-sender-s-number"])
def test_a_message_of_no_order_is_found_by_its_number(term, rows, admin_client):
    InboundMessage.objects.update(document=None, reference="RT-9", external_id="the-sender-s-number")
    page = admin_client.get(reverse("admin:find"), {"q": term})
    assert [message.pk for message in page.context["loose"]] == [rows.received.pk]
    assert "belong to no order" in page.text


def test_a_message_of_another_warehouse_is_not_found(rows):
    InboundMessage.objects.update(document=None, reference="RT-9")
    _user, client = user_with("viewer")
    assert client.get(reverse("admin:find"), {"q": "RT-9"}).context["loose"] == []


@pytest.mark.parametrize("kind", ["", "order", "delivery", "return"])
def test_the_list_of_documents_has_a_tab_for_each_kind(kind, rows, admin_client):
    address = reverse("admin:integration_document_changelist")
    page = admin_client.get(address, {"kind__exact": kind} if kind else {})
    [tabs] = [tab["items"] for tab in page.context["tab_list"] if tab["models"] == ["integration.document"]]
    assert [tab["title"] for tab in tabs if tab["active"]] == [
        {"": "All", "order": "Sales orders", "delivery": "Deliveries", "return": "Returns"}[kind]
    ]
    assert len(page.context["cl"].result_list) == {"": 2, "order": 1, "delivery": 1, "return": 0}[kind]
