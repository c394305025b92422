"""What only a person may decide stands on the case as buttons, and what was chosen is kept."""

import pytest
from django.urls import reverse
from django.utils.timezone import now

from integration.jobs import decisions
from integration.jobs.acts import Actor, NotAllowed
from integration.models import AuditEvent, Decision, InTransit, SyncJob
from tests.component.console.test_acts import button, said

SOMEBODY = Actor("somebody")
SOURCE = "receipt/northgate/WH/IN/7/R-1"


def kept():
    return Decision.objects.filter(source=SOURCE)


@pytest.fixture
def over(rows):
    context = {"source": SOURCE, "sku": "CHAIR"}
    type(rows.case).objects.filter(pk=rows.case.pk).update(code="CD-7005", context=context)
    rows.case.refresh_from_db()
    return rows.case


def test_the_choices_stand_on_the_page_of_their_case_alone(rows, over, admin_client):
    page = admin_client.get(reverse("admin:integration_exceptioncase_change", args=[over.pk])).text
    assert ("Take in all of it" in page, "Refuse the surplus" in page, "Lost on the way" in page) == (True, True, False)


def test_a_choice_asks_why_and_says_what_happens(rows, over, admin_client):
    page = admin_client.post(button(over, "refuse"))
    assert "Who takes it back? What is above the order is not booked." in page.text
    assert not kept().exists()


def test_a_choice_is_kept_audited_and_tried_at_once(rows, over, admin_client):
    page = admin_client.post(button(over, "accept"), {"reason": "the buyer agreed"}, follow=True)
    assert list(kept().values_list("subject", "choice", "actor")) == [("CD-7005 CHAIR", "accept", "admin")]
    rows.job.refresh_from_db()
    told = ["1 exception case decided. 1 job will be tried now."]
    assert (rows.job.state, said(page)) == (SyncJob.State.PENDING, told)
    assert AuditEvent.objects.get(verb="take in all of it").detail["reason"] == "the buyer agreed"


def test_another_case_s_choice_is_no_button_here(rows, over, admin_client):
    page = admin_client.post(button(over, "lost"), {"reason": "gone"}, follow=True)
    assert said(page) == [f"{over}: nothing is done, as it is not offered any more."]
    assert not kept().exists()


def test_a_button_of_a_page_that_stood_open_leads_to_what_is_so_now(rows, over, admin_client):
    admin_client.post(button(over, "accept"), {"reason": "the buyer agreed"}, follow=True)
    type(over).objects.filter(pk=over.pk).update(state="resolved")
    page = admin_client.post(button(over, "refuse"), {"reason": "no"}, follow=True)
    assert page.redirect_chain == [(reverse("admin:integration_exceptioncase_change", args=[over.pk]), 302)]
    assert said(page) == [f"{over}: nothing is done, as it is not offered any more."]
    assert [row.choice for row in kept()] == ["accept"]


def test_goods_in_transit_are_listed_with_their_age(rows, admin_client):
    usual = {"transfer": rows.order, "product_id": 7, "unit": "Units", "location_id": 13}
    InTransit.objects.create(**usual, sku="CHAIR-ASH", quantity=5, left_at=now())
    address = reverse("admin:integration_intransit_changelist")
    page = admin_client.get(address).text
    assert "CHAIR-ASH" in page
    assert "CHAIR-ASH" not in admin_client.get(address, {"days": "3"}).text


def test_a_change_that_leaves_nothing_too_much_has_nothing_to_choose(rows, admin_client):
    address = reverse("admin:integration_exceptioncase_change", args=[rows.case.pk])
    for context, offered in (({}, False), ({"source": "surplus/1/WH/OUT/7"}, True)):
        type(rows.case).objects.filter(pk=rows.case.pk).update(code="CD-4012", context=context)
        page = admin_client.get(address).text
        assert ("Expect it back" in page, "Raise the order" in page) == (offered, offered)


def test_what_was_chosen_stands_until_the_case_is_told_again(rows, over, admin_client):
    admin_client.post(button(over, "accept"), {"reason": "the buyer agreed"})
    address = reverse("admin:integration_exceptioncase_change", args=[over.pk])
    assert "Refuse the surplus" not in admin_client.get(address).text
    admin_client.post(button(over, "refuse"), {"reason": "no"})
    assert [row.choice for row in kept()] == ["accept"]
    with pytest.raises(NotAllowed, match="admin has chosen Take in all of it for"):
        decisions.decide(over.pk, "refuse", SOMEBODY, "no")
    type(over).objects.filter(pk=over.pk).update(last_seen=now())
    assert "Refuse the surplus" in admin_client.get(address).text
    decisions.decide(over.pk, "refuse", SOMEBODY, "no")
    assert list(kept().order_by("pk").values_list("choice", flat=True)) == ["accept", "refuse"]
