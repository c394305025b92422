"""What most money hangs on for the shortest time comes first."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.timezone import now

from integration.console.home.urgent import SHOWN, to_be_ranked, urgent
from integration.models import CaseJob, CutOff, Document, ExceptionCase, SyncJob


@pytest.fixture
def make(rows):
    """A case with an order behind it: its value, the carrier it leaves with, minutes to the case's deadline."""
    ExceptionCase.objects.all().delete()
    rows.warehouse.time_zone = "UTC"
    rows.warehouse.save()
    CutOff.objects.all().delete()

    def case(name, *, value=None, carrier="", minutes=600, severity="medium", own=None, kind="delivery"):
        made = ExceptionCase.objects.create(
            fingerprint=name, code="CD-3002", title=name, cause="c", fix="f", owner="warehouse", severity=severity,
            last_seen=now(), deadline=now() + timedelta(minutes=minutes), value=own, currency="EUR" if own else "",
        )  # fmt: skip
        if value is not None:
            place = {"warehouse": rows.warehouse} if kind == "delivery" else {"named_warehouse": rows.warehouse}
            document = Document.objects.create(
                connection=rows.erp, kind=kind, reference=name, erp_id=Document.objects.count() + 100,
                value=Decimal(value), currency="EUR", carrier=carrier, **place,
            )  # fmt: skip
            job = SyncJob.objects.create(
                stream=rows.stream, flow="order_release", subject=name, document=document, state="blocked"
            )
            CaseJob.objects.create(case=made, job=job)
        return made

    return case


def leaves_in(rows, minutes, carrier=""):
    at = now() + timedelta(minutes=minutes)
    CutOff.objects.create(warehouse=rows.warehouse, carrier=carrier, time=at.time(), days=list(range(7)))


def ranked():
    return [item.case.title for item in urgent(to_be_ranked(ExceptionCase.objects.all()), None)]


def test_more_money_comes_first_where_the_time_is_the_same(make):
    make("small", value=100)
    make("large", value=9000)
    assert ranked() == ["large", "small"]


def test_less_money_that_leaves_soon_comes_before_more_that_leaves_late(make, rows):
    leaves_in(rows, 20, "UPS")
    leaves_in(rows, 400, "DHL")
    make("late", value=9000, carrier="DHL")
    make("soon", value=1000, carrier="UPS")
    assert ranked() == ["soon", "late"]


def test_a_case_leaves_with_the_first_of_its_parcels(make, rows):
    leaves_in(rows, 20, "UPS")
    leaves_in(rows, 400, "DHL")
    case = make("both", value=10, carrier="DHL")
    other = make("other", value=10, carrier="UPS")
    CaseJob.objects.filter(case=other).update(case=case)
    [item] = urgent(to_be_ranked(ExceptionCase.objects.filter(pk=case.pk)), None)
    assert (item.leaving.carrier, item.affected.orders) == ("UPS", 2)


def test_an_order_that_is_not_released_leaves_from_the_warehouse_that_it_names(make, rows):
    leaves_in(rows, 43, "UPS")
    make("order", value=48_000, carrier="UPS", kind="order")
    [item] = urgent(to_be_ranked(ExceptionCase.objects.all()), None)
    assert timedelta(minutes=41) < item.leaving.at - now() <= timedelta(minutes=43)


def test_the_page_says_how_many_orders_what_they_are_worth_and_what_leaves_when(make, rows, admin_client):
    leaves_in(rows, 43.5, "UPS")
    make("Unknown product", value=48_000, carrier="UPS")
    text = " ".join(admin_client.get(reverse("admin:index")).text.split())
    assert "1 order, 48,000.00 EUR" in text
    assert "UPS leaves in 43 min" in text or "UPS leaves in 42 min" in text


def test_without_a_cut_off_the_deadline_counts(make):
    make("calm", value=500, minutes=600)
    make("due", value=500, minutes=10)
    assert ranked() == ["due", "calm"]


def test_what_no_money_hangs_on_comes_by_its_severity(make):
    make("low", severity="low")
    make("critical", severity="critical")
    make("medium", severity="medium")
    assert ranked() == ["critical", "medium", "low"]


def test_a_case_that_is_worth_something_itself_counts_with_it(make):
    make("nothing")
    make("stock", own=700)
    assert ranked() == ["stock", "nothing"]


def test_only_the_first_are_shown_and_few_queries_are_needed(make, rows, django_assert_max_num_queries):
    leaves_in(rows, 43)
    for number in range(SHOWN + 5):
        make(f"case {number:02}", value=number + 1)
    with django_assert_max_num_queries(6):
        found = ranked()
    assert found == [f"case {number:02}" for number in range(SHOWN + 4, 4, -1)]


def test_the_first_ones_lead_to_all_where_there_are_more(make, admin_client):
    link = f'href="{reverse("admin:integration_exceptioncase_changelist")}">All '
    for number in range(SHOWN):
        make(f"case {number}")
    assert link not in admin_client.get(reverse("admin:index")).text
    make("one more")
    assert f"{link}{SHOWN + 1} cases</a>" in admin_client.get(reverse("admin:index")).text
