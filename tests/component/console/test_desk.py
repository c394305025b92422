"""On a case's page, and in the list, people say whose it is and whom it waits for."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import now

from integration.console.cases.admin import ExceptionCaseAdmin
from integration.jobs import cases
from integration.models import CaseEvent, CaseJob, Document, ExceptionCase, SyncJob
from tests.component.console.conftest import ESCAPED, user_with

LIST = reverse("admin:integration_exceptioncase_changelist")
State = ExceptionCase.State


def page_of(case):
    return reverse("admin:integration_exceptioncase_change", args=[case.pk])


def desk_of(case):
    return reverse("admin:case_desk", args=[case.pk])


def as_it_is(client, case):
    form = client.get(page_of(case)).context["desk"]
    return {bound.html_name: bound.value() or "" for bound in form}


@pytest.fixture
def case(rows):
    CaseEvent.objects.all().delete()
    return rows.case


def test_a_case_is_given_snoozed_and_commented_in_one_go(case, admin_client):
    bert, _ = user_with("operator", "every warehouse", name="bert")
    until = (now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    wanted = {"assignee": bert.pk, "state": "snoozed", "until": until, "comment": "<b>on Monday</b>"}
    admin_client.post(desk_of(case), as_it_is(admin_client, case) | wanted)
    case.refresh_from_db()
    assert (case.assignee, case.state) == (bert, State.SNOOZED)
    page = admin_client.get(page_of(case)).text
    assert "&lt;b&gt;on Monday&lt;/b&gt;" in page
    assert "<b>on Monday" not in page


def test_saving_the_form_as_it_is_changes_nothing(case, admin_client):
    admin_client.post(desk_of(case), as_it_is(admin_client, case))
    assert not case.events.exists()


def test_a_comment_alone_leaves_a_snoozed_case_snoozed(case, admin_client):
    until = now().replace(second=0, microsecond=0) + timedelta(days=1)
    ExceptionCase.objects.update(state=State.SNOOZED, snoozed_until=until)
    given = admin_client.get(page_of(case)).context["desk"]
    sent = {bound.html_name: bound.value() or "" for bound in given} | {"comment": "still so"}
    sent["until"] = until.strftime("%Y-%m-%dT%H:%M")
    admin_client.post(desk_of(case), sent)
    case.refresh_from_db()
    assert (case.state, case.snoozed_until) == (State.SNOOZED, until)
    assert list(case.events.values_list("kind", flat=True)) == ["comment"]


def test_a_comment_on_an_old_page_undoes_nothing_that_others_did_meanwhile(case, admin_client):
    page = admin_client.get(page_of(case)).context["desk"]
    old = {bound.html_name: bound.value() or "" for bound in page}
    old |= {bound.html_initial_name: bound.value() or "" for bound in page if bound.field.show_hidden_initial}
    bert = User.objects.create_user("bert", is_staff=True)
    ExceptionCase.objects.update(assignee=bert, state="waiting_wms")
    admin_client.post(desk_of(case), old | {"comment": "any news?"})
    case.refresh_from_db()
    assert (case.assignee, case.state) == (bert, State.WAITING_WMS)
    assert list(case.events.values_list("kind", flat=True)) == ["comment"]


def test_snoozing_without_a_moment_says_what_is_missing(case, admin_client):
    page = admin_client.post(desk_of(case), as_it_is(admin_client, case) | {"state": "snoozed"}, follow=True)
    assert "Say until when it is to be left alone" in page.text


def test_a_moment_that_is_none_is_said_beside_its_field_and_the_words_are_kept(case, admin_client):
    wrong = {"state": "snoozed", "until": "tomorrow", "comment": "my long comment"}
    page = admin_client.post(desk_of(case), as_it_is(admin_client, case) | wrong)
    assert "until" in page.context["desk"].errors
    assert "my long comment" in page.text


def test_many_cases_are_changed_at_once_and_what_is_left_stays(case, admin_client):
    other = ExceptionCase.objects.create(
        fingerprint="x", code="CD-5001", title="Other", cause="c", fix="f", owner="warehouse", severity="low",
        last_seen=now(),
    )  # fmt: skip
    sent = {"action": "desk", "_selected_action": [case.pk, other.pk]}
    asked = admin_client.post(LIST, sent)
    assert [row.pk for row in asked.context["rows"]] == [case.pk, other.pk]
    admin_client.post(LIST, sent | {"asked": "1", "state": "waiting_wms", "comment": "mailed"})
    states = ExceptionCase.objects.order_by("pk").values_list("state", "owner", "assignee")
    assert list(states) == [("waiting_wms", "master data", None), ("waiting_wms", "warehouse", None)]


def test_who_takes_a_case_has_it(case, admin_client, admin_user):
    admin_client.post(LIST, {"action": "take", "_selected_action": [case.pk]})
    case.refresh_from_db()
    assert case.assignee == admin_user
    shown = {
        name: len(admin_client.get(LIST, {"owner": name}).context["cl"].result_list) for name in ("mine", "nobody")
    }
    assert shown == {"mine": 1, "nobody": 0}


def test_snoozed_cases_are_out_of_sight_until_they_are_asked_for(case, admin_client):
    ExceptionCase.objects.update(state=State.SNOOZED, snoozed_until=now() + timedelta(days=1))
    shown = {view: len(admin_client.get(LIST, {"state": view} if view else {}).context["cl"].result_list)
             for view in ("", "open", "waiting", "snoozed", "all")}  # fmt: skip
    assert shown == {"": 0, "open": 0, "waiting": 0, "snoozed": 1, "all": 1}


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_only_who_works_on_cases_has_the_form(role, case):
    _, client = user_with(role, "every warehouse")
    page = client.get(page_of(case))
    assert (page.context["desk"] is not None) == (role == "operator")
    status = client.post(desk_of(case), {"comment": "hello", "assignee": "0", "team": case.owner, "state": "open"})
    assert status.status_code == (302 if role == "operator" else 403)
    assert case.events.exists() == (role == "operator")


def test_the_list_and_the_page_say_how_many_orders_wait_and_what_they_are_worth(case, rows, admin_client):
    """An order with two jobs counts once; sums of two currencies are not added up."""
    for number, (value, currency) in enumerate([(1500, "EUR"), (20, "USD")]):
        order = Document.objects.create(
            connection=rows.erp,
            kind="order",
            reference=f"S{number}",
            erp_id=100 + number,
            value=value,
            currency=currency,
        )
        for _ in range(2):
            job = SyncJob.objects.create(
                stream=rows.stream, flow="order_release", subject="s", document=order, state="blocked"
            )
            CaseJob.objects.create(case=case, job=job)
    [row] = admin_client.get(LIST).context["cl"].result_list
    assert str(row.affected) == "3 orders, 1,600.00 EUR + 20.00 USD"
    assert "3 orders, 1,600.00 EUR + 20.00 USD" in admin_client.get(page_of(case)).text


def test_a_case_that_came_back_shows_what_was_done_before(case, admin_client):
    before = ExceptionCase.objects.create(
        fingerprint="y", code="CD-3002", title="Before", cause="c", fix="f", owner="warehouse", severity="low",
        last_seen=now(), state="resolved", resolved_at=now(), resolution="Mapped to <i>X</i>",
    )  # fmt: skip
    ExceptionCase.objects.filter(pk=case.pk).update(regression_of=before)
    page = admin_client.get(page_of(case)).text
    assert "It came back" in page
    assert "Mapped to &lt;i&gt;X&lt;/i&gt;" in page


def test_a_list_of_cases_needs_few_queries_however_long_it_is(case, admin_client, django_assert_max_num_queries):
    ExceptionCase.objects.bulk_create(
        ExceptionCase(fingerprint=f"f{n}", code="CD-5001", title=f"T{n}", cause="c", fix="f", owner="warehouse",
                      severity="low", last_seen=now())
        for n in range(40)
    )  # fmt: skip
    with django_assert_max_num_queries(15):
        page = admin_client.get(LIST)
    assert len(page.context["cl"].result_list) == 41


def test_a_list_says_how_many_cases_it_has(case, admin_client, monkeypatch):
    monkeypatch.setattr(ExceptionCaseAdmin, "list_per_page", 1)
    ExceptionCase.objects.create(
        fingerprint="y", code="CD-5001", title="T", owner="warehouse", severity="low", last_seen=now()
    )
    assert "Page 1 of 2, 2 in all" in admin_client.get(LIST).text
    assert "Page 2 of 2, 2 in all" in admin_client.get(LIST, {"p": 2}).text


def test_behind_the_last_page_it_does_not_say_that_nothing_waits(case, admin_client):
    page = admin_client.get(LIST, {"p": 999}).text
    assert ("There is no such page" in page, "Nothing waits for a person" in page, "Newer" in page) == (
        True, False, False,
    )  # fmt: skip
    assert 'href="?p=1"' in page


def test_a_case_that_is_over_still_leads_to_what_waited_for_it(rows, admin_client):
    with transaction.atomic():
        cases.went_on(rows.job, "It went through.")
    rows.case.refresh_from_db()
    page = admin_client.get(page_of(rows.case))
    assert (rows.case.state, [job.pk for job in page.context["waited"]]) == ("resolved", [rows.job.pk])
    assert reverse("admin:integration_inboundmessage_change", args=[rows.received.pk]) in page.text
    assert "To have a message worked on once more, open it and replay it." in page.text
    _, viewer = user_with("viewer", "every warehouse")
    assert "replay it" not in viewer.get(page_of(rows.case)).text


def test_a_case_keeps_the_first_hundred_that_waited_each_once(rows):
    ExceptionCase.objects.filter(pk=rows.case.pk).update(jobs=[*range(1000, 1098), rows.job.pk])
    for _ in range(2):
        CaseJob.objects.get_or_create(case=rows.case, job=rows.job)
        job = SyncJob.objects.create(stream=rows.stream, flow="order_release", subject="s", state="blocked")
        CaseJob.objects.create(case=rows.case, job=job)
        with transaction.atomic():
            cases.went_on(rows.job, "It went through.")
            cases.went_on(job, "It went through.")
    rows.case.refresh_from_db()
    assert (len(rows.case.jobs), rows.case.jobs.count(rows.job.pk)) == (100, 1)


def test_hostile_words_in_a_history_are_shown_as_text(rows, admin_client):
    assert ESCAPED in admin_client.get(page_of(rows.case)).text
