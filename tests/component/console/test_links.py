"""A document leads to its pages in Odoo and in the warehouse's own system."""

import pytest
from django.urls import reverse

from integration.console import links
from integration.models import Document


@pytest.mark.parametrize(
    ("kind", "model"), [("order", "sale.order"), ("purchase", "purchase.order"), ("receipt", "stock.picking")]
)
def test_in_odoo(kind, model, rows):
    rows.erp.base_url = "https://odoo.example/"
    document = Document(connection=rows.erp, kind=kind, erp_id=42)
    assert links.in_odoo(document) == f"https://odoo.example/web#id=42&model={model}&view_type=form"


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("https://wms.example/o/{reference}", "https://wms.example/o/WH%2FOUT%2F1"),
        ("javascript:alert({reference})", ""),
        ("", ""),
    ],
)
def test_at_the_warehouse_where_somebody_said_what_its_page_is(page, address, rows):
    rows.delivery.warehouse.wms.options = {"document_page": page} if page else {}
    assert links.at_partner(rows.delivery) == address


def test_of_nothing_there_is_no_page(rows):
    assert (links.in_odoo(None), links.at_partner(None), links.at_partner(rows.order)) == ("", "", "")


def test_the_case_and_the_order_have_the_links(rows, admin_client):
    case = reverse("admin:integration_exceptioncase_change", args=[rows.case.pk])
    for page in (case, reverse("admin:timeline", args=[rows.order.pk])):
        assert "/web#id=11&amp;model=stock.picking&amp;view_type=form" in admin_client.get(page).text


def test_a_long_order_needs_no_query_for_each_line(rows, admin_client, django_assert_max_num_queries):
    line = rows.delivery.lines.get()
    for number in range(2, 40):
        line.pk, line.line = None, str(number)
        line.save()
    with django_assert_max_num_queries(40):
        admin_client.get(reverse("admin:timeline", args=[rows.order.pk]))
