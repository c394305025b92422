"""Customer service finds an order by any number and reads out how far it is; it sees and changes nothing else."""

import pytest
from django.urls import reverse

from integration.models import Document, DocumentLine, ExceptionCase, Parcel, Reach, TrackingPage
from tests.component.console.conftest import ESCAPED, EVIL, PERSONAL, user_with

PAGE = reverse("admin:service")


@pytest.fixture
def service(rows):
    _, client = user_with("customer service", "every warehouse")
    return client


def told(client, number="WH/OUT/1"):
    return client.get(PAGE, {"q": number}).context["told"]


def words(client):
    [order] = told(client)
    return order.words[0]


@pytest.mark.parametrize("number", ["WH/OUT/1", "TRACK1"])
def test_an_order_is_found_by_any_number(number, rows, service):
    assert [each.order for each in told(service, number)] == [rows.order]


def test_a_number_that_nobody_knows_is_said_to_be(rows, service):
    page = service.get(PAGE, {"q": "<b>nothing"})
    assert "No order is known by &lt;b&gt;nothing" in page.text


@pytest.mark.parametrize(
    ("state", "stage", "said"),
    [
        ("accepted", "", "The warehouse has the order and will put it together."),
        ("accepted", "picking", "The warehouse is putting it together."),
        ("accepted", "packed", "It is packed and leaves soon."),
        ("part_shipped", "packed", "A part of it has left the warehouse; the rest is still to come."),
        ("shipped", "", "All of it has left the warehouse."),
        ("cancelled", "", "The order is cancelled."),
        ("rejected", "", "The warehouse could not take it yet."),
        ("waiting", "", "The order is here and has not gone to the warehouse yet."),
    ],
)
def test_how_far_it_is_is_told_in_plain_words(state, stage, said, rows, service):
    Document.objects.filter(pk=rows.delivery.pk).update(state=state, stage=stage)
    assert words(service) == said


def test_that_something_holds_it_up_is_told_without_what(rows, service):
    [order] = told(service)
    assert order.words[1:] == ["Something about it has to be cleared up first; our people are on it."]
    assert "Unknown SKU" not in service.get(PAGE, {"q": "WH/OUT/1"}).text
    ExceptionCase.objects.update(state="resolved")
    [order] = told(service)
    assert order.words[1:] == []


def test_goods_are_summed_by_product(rows, service):
    line = DocumentLine.objects.get()
    DocumentLine.objects.create(
        document=rows.delivery, line="2", product_id=1, sku=line.sku, unit="Units", partner_sku="P", partner_unit="EA",
        ordered=4, cancelled=1, substituted=1,
    )  # fmt: skip
    [order] = told(service)
    assert order.goods == [(line.sku, "2 of 8 have left; 1 have left as another product")]


@pytest.mark.parametrize(("carrier", "page"), [("UPS", "https://ups.example/?n=A%2FB%201"), ("DHL", "")])
def test_a_parcel_leads_to_its_carriers_page(carrier, page, rows, service):
    Document.objects.filter(pk=rows.delivery.pk).update(carrier=carrier)
    Parcel.objects.update(number="A/B 1")
    TrackingPage.objects.create(carrier="UPS", url="https://ups.example/?n={number}")
    [order] = told(service)
    assert [tracked.page for tracked in order.parcels] == [page]


def test_hostile_text_and_names_are_not_shown(rows, service):
    page = service.get(PAGE, {"q": "WH/OUT/1"}).text
    assert ESCAPED in page
    assert EVIL not in page
    assert PERSONAL not in page


def test_it_is_where_customer_service_begins_and_all_there_is(rows, service):
    assert service.get(reverse("admin:index")).url == PAGE
    assert service.get(reverse("admin:find"), {"q": "WH/OUT/1"}).status_code == 403
    assert service.get(reverse("admin:timeline", args=[rows.order.pk])).status_code == 403
    assert "severities" not in service.get(reverse("admin:today")).context


def test_who_works_with_documents_begins_with_today(rows):
    _, client = user_with("viewer", "every warehouse")
    assert client.get(reverse("admin:index")).status_code == 200
    assert client.get(PAGE, {"q": "WH/OUT/1"}).status_code == 200


def test_without_the_right_it_is_refused(rows):
    _, client = user_with("every warehouse")
    assert client.get(PAGE).status_code == 403


def test_only_orders_of_ones_own_warehouses_are_found(rows):
    user, client = user_with("customer service")
    assert told(client) == []
    Reach.objects.create(user=user, warehouse=rows.warehouse)
    assert [each.order for each in told(client)] == [rows.order]


@pytest.mark.parametrize("url", ["http://x.example/{number}", "https://x.example/", "javascript:alert({number})"])
def test_a_tracking_page_is_an_address_with_a_place_for_the_number(url, db, admin_client):
    page = admin_client.post(reverse("admin:integration_trackingpage_add"), {"carrier": "UPS", "url": url})
    assert "url" in page.context["adminform"].form.errors
