"""The page of a variance: what differs in words, why, and the way to the case that says what to do."""

import pytest
from django.urls import reverse
from django.utils.html import escape
from django.utils.timezone import now

from integration.models import ExceptionCase, Reach, Variance
from tests.component.console.conftest import ESCAPED, EVIL, user_with

pytestmark = pytest.mark.django_db
NO_CASE = "No case that you see is open about it"


def page_of(client, row):
    return client.get(reverse("admin:integration_variance_change", args=[row.pk]))


def case_about(row, **more):
    about = {"code": "CD-8204", "title": "Stock differs", "cause": "It differs", "fix": "Count the shelf.", **more}
    context = {"source": f"variance/{row.warehouse_id}/{row.product_id}"}
    return ExceptionCase.objects.create(
        fingerprint=f"CD-8204:{row.pk}", owner="operations", severity="medium", last_seen=now(), deadline=now(),
        context=context, **about,
    )  # fmt: skip


@pytest.fixture
def stock(rows):
    return Variance.objects.get(subject="stock")


def test_stock_that_differs_is_told_in_words_with_its_causes(stock, operator):
    page = page_of(operator, stock)
    what = escape(f"{EVIL} {EVIL} at {EVIL}, {EVIL}: Odoo has 3, the warehouse has 1.")
    assert what in page.text
    assert [cause.quantity for cause, _pages in page.context["variances"][0]["causes"]] == [-1]
    assert ("not posted yet" in page.text, "Why it differs" in page.text) == (True, True)


def test_it_shows_no_columns_that_mean_nothing_of_it(stock, operator):
    page = page_of(operator, stock).text
    assert [word for word in ("Product id", "``found``", "Empty: all lines", "3.000000") if word in page] == []
    assert ("Odoo has" in page, "The warehouse has" in page, "SKU" in page) == (True, True, True)


def test_it_leads_to_its_case_which_says_what_to_do(stock, operator):
    assert NO_CASE in page_of(operator, stock).text
    case = case_about(stock)
    page = page_of(operator, stock).text
    assert reverse("admin:integration_exceptioncase_change", args=[case.pk]) in page
    assert ("Open its case: Stock differs" in page, NO_CASE in page) == (True, False)


def test_a_case_of_another_product_is_not_its(stock, operator):
    case_about(Variance(pk=9, warehouse_id=stock.warehouse_id, product_id=12))
    assert NO_CASE in page_of(operator, stock).text


def test_a_line_of_a_document_leads_to_the_cases_of_the_document(rows, operator):
    row = Variance.objects.get(subject="over")
    page = page_of(operator, row)
    assert list(page.context["cases"]) == [rows.case]
    assert escape(f": WH/OUT/1 1 {EVIL}, 1 written down, 0 by what it comes to.") in page.text


def test_what_agrees_again_asks_for_nothing(rows, operator):
    row = Variance.objects.get(subject="over")
    Variance.objects.filter(pk=row.pk).update(gone_at=now())
    page = page_of(operator, row)
    assert (len(page.context["cases"]), NO_CASE in page.text, "agrees again" in page.text) == (0, False, True)


def test_who_sees_another_warehouse_sees_neither_it_nor_its_case(stock):
    user, client = user_with("operator")
    assert page_of(client, stock).status_code in (302, 404)
    Reach.objects.create(user=user, warehouse=stock.warehouse)
    case_about(stock)
    shown = page_of(client, stock)
    assert (shown.status_code, ESCAPED in shown.text) == (200, True)
