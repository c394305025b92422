"""The buttons and the list's actions do what they say, through the acts, and report it in plain words."""

import pytest
from django.urls import reverse

from integration.errors import Rejected
from integration.models import AuditEvent, CaseEvent, ExceptionCase, StockDifference, SyncJob


def button(row, act):
    return reverse(f"admin:integration_{row._meta.model_name}_act", args=[row.pk, act])


def said(page):
    return [str(message) for message in page.context["messages"]]


def bulk(client, row, act, **more):
    address = reverse(f"admin:integration_{row._meta.model_name}_changelist")
    return client.post(address, {"action": act, "_selected_action": [row.pk], **more}, follow=True)


def test_retry_makes_a_blocked_job_due_and_is_audited(rows, admin_client):
    page = admin_client.post(button(rows.job, "retry"), follow=True)
    rows.job.refresh_from_db()
    assert rows.job.state == SyncJob.State.PENDING
    assert said(page) == ["1 sync job will be tried now."]
    assert AuditEvent.objects.filter(verb="retry job", actor="admin").count() == 1


def test_cancel_asks_for_a_reason_and_changes_nothing_before(rows, admin_client):
    page = admin_client.post(button(rows.job, "cancel"))
    rows.job.refresh_from_db()
    assert rows.job.state == SyncJob.State.BLOCKED
    assert "Why is this work not to be done?" in page.text


def test_cancel_with_a_reason_ends_the_job_and_keeps_the_reason(rows, admin_client):
    admin_client.post(button(rows.job, "cancel"), {"reason": "sent twice"})
    rows.job.refresh_from_db()
    assert rows.job.state == SyncJob.State.CANCELLED
    assert AuditEvent.objects.get(verb="cancel job").detail["reason"] == "sent twice"


def test_a_refusal_is_told_and_nothing_is_done(rows, admin_client):
    SyncJob.objects.update(state=SyncJob.State.SUCCEEDED)
    page = admin_client.post(button(rows.job, "retry"), follow=True)
    assert said(page) == [f"{rows.job} is Succeeded and cannot be retried."]
    assert not AuditEvent.objects.filter(verb="retry job", actor="admin").exists()


def test_several_jobs_are_retried_from_the_list_and_the_refused_are_named(rows, admin_client):
    done = SyncJob.objects.create(stream=rows.stream, flow="order_release", subject="S2", state="succeeded")
    page = bulk(admin_client, rows.job, "retry", _selected_action=[rows.job.pk, done.pk])
    assert sorted(said(page)) == [
        "1 sync job will be tried now.",
        "order_release S2 is Succeeded and cannot be retried.",
    ]


def test_a_case_is_retried_with_all_its_jobs(rows, admin_client):
    page = admin_client.post(button(rows.case, "retry"), follow=True)
    rows.job.refresh_from_db()
    assert rows.job.state == SyncJob.State.PENDING
    assert said(page) == ["1 exception case tried again. 1 job will be tried now."]


def test_a_case_that_no_job_waits_for_is_resolved_from_the_list_after_the_question(rows, admin_client):
    rows.waiting.delete()
    assert "What was done about it?" in bulk(admin_client, rows.case, "resolve").text
    page = bulk(admin_client, rows.case, "resolve", reason="told them")
    rows.case.refresh_from_db()
    assert (rows.case.state, rows.case.resolution) == (ExceptionCase.State.RESOLVED, "told them")
    assert rows.case.resolved_by.username == "admin"
    assert said(page) == ["1 exception case marked as resolved. No job waited: the case is closed."]


@pytest.mark.parametrize(
    ("jobs", "told"),
    [
        (1, "1 job is tried now; the case closes when it goes through."),
        (2, "2 jobs are tried now; the case closes when they go through."),
    ],
)
def test_a_resolved_case_says_that_it_closes_when_its_jobs_went_through(jobs, told, rows, admin_client):
    for _ in range(jobs - 1):
        rows.case.waiting.create(job=SyncJob.objects.create(stream=rows.stream, flow="x", subject="y", state="blocked"))
    page = admin_client.post(button(rows.case, "resolve"), {"reason": "mapped it"}, follow=True)
    rows.case.refresh_from_db()
    assert (rows.case.state, rows.case.resolution, rows.case.resolved_at) == ("open", "mapped it", None)
    assert said(page) == [f"1 exception case marked as resolved. {told}"]
    assert "Said by admin to be resolved: closes when what waits has gone through. mapped it" in page.text


@pytest.mark.parametrize(
    ("act", "asked", "state", "told"),
    [
        (
            "done",
            "What was done, and where? The jobs that wait end here, nothing more is written.",
            ExceptionCase.State.RESOLVED,
            "1 exception case closed as done by hand. 1 waiting job cancelled.",
        ),
        (
            "ignore",
            "Why can this be ignored? Its waiting jobs are cancelled.",
            ExceptionCase.State.IGNORED,
            "1 exception case ignored. 1 waiting job cancelled.",
        ),
    ],
)
def test_a_case_that_was_ended_cancels_its_jobs(act, asked, state, told, rows, admin_client):
    assert asked in admin_client.post(button(rows.case, act)).text
    page = admin_client.post(button(rows.case, act), {"reason": "booked in Odoo"}, follow=True)
    rows.case.refresh_from_db()
    rows.job.refresh_from_db()
    assert (rows.case.state, rows.case.resolution) == (state, "booked in Odoo")
    assert (rows.job.state, said(page)) == (SyncJob.State.CANCELLED, [told])


def test_an_open_case_offers_all_that_may_be_done_with_it(rows, admin_client):
    page = admin_client.get(reverse("admin:integration_exceptioncase_change", args=[rows.case.pk]))
    assert [act.label for act in page.context["buttons"]] == ["Retry now", "Resolve", "Done by hand", "Ignore"]


@pytest.mark.parametrize("act", ["retry", "resolve", "done", "ignore"])
def test_who_may_only_look_cannot_act(act, rows, operator):
    assert operator.post(button(rows.case, act), {"reason": "x"}).status_code == 403
    bulk(operator, rows.case, act, reason="x")
    rows.case.refresh_from_db()
    assert rows.case.state == ExceptionCase.State.OPEN


def test_who_may_only_look_sees_no_buttons(rows, operator):
    page = operator.get(reverse("admin:integration_exceptioncase_change", args=[rows.case.pk]))
    assert "Retry now" not in page.text
    assert "Add the mapping" not in page.text


def test_a_link_cannot_act_and_leads_to_the_row(rows, admin_client):
    """So it is after logging in again: the login leads to the address of the button."""
    page = reverse("admin:integration_syncjob_change", args=[rows.job.pk])
    assert admin_client.get(button(rows.job, "retry")).url == page
    rows.job.refresh_from_db()
    assert rows.job.state == SyncJob.State.BLOCKED


def test_an_act_that_does_not_exist_does_nothing(rows, admin_client, operator):
    page = admin_client.post(button(rows.job, "explode"), follow=True)
    assert said(page) == [f"{rows.job}: nothing is done, as it is not offered any more."]
    assert operator.post(button(rows.job, "explode")).status_code == 403


def test_a_closed_case_offers_no_buttons(rows, admin_client):
    ExceptionCase.objects.update(state=ExceptionCase.State.RESOLVED)
    page = admin_client.get(reverse("admin:integration_exceptioncase_change", args=[rows.case.pk]))
    assert "Retry now" not in page.text


def test_the_list_shows_what_is_to_be_done(rows, admin_client):
    address = reverse("admin:integration_exceptioncase_changelist")
    ExceptionCase.objects.update(state=ExceptionCase.State.RESOLVED)
    assert admin_client.get(address).context["cl"].result_list == []
    assert admin_client.get(address, {"state": "resolved"}).context["cl"].result_list == [rows.case]
    assert admin_client.get(address, {"state": "all"}).context["cl"].result_list == [rows.case]


def waiting(rows, code, state):
    """The case of the rows is about a difference of stock."""
    StockDifference.objects.update(state=state, source="adjustment/north/A-1", difference=-1)
    ExceptionCase.objects.update(code=code, context={"source": "adjustment/north/A-1"})


@pytest.mark.parametrize(("act", "state"), [("approve", "approved"), ("refuse", "refused")])
def test_a_difference_of_stock_is_decided_on_its_case(rows, admin_client, admin_user, act, state):
    waiting(rows, "CD-8001", "waiting")
    assert "Approve" in admin_client.get(reverse("admin:integration_exceptioncase_change", args=[rows.case.pk])).text
    admin_client.post(button(rows.case, act), {"reason": "seen"})
    row = StockDifference.objects.get()
    assert (row.state, row.decided_by, row.approved) == (state, admin_user, -1 if act == "approve" else None)
    rows.job.refresh_from_db()
    assert rows.job.state == SyncJob.State.PENDING
    assert AuditEvent.objects.get(verb=f"{act} difference").actor == "admin"


def test_a_difference_that_grew_since_it_was_shown_is_shown_again(rows, admin_client):
    waiting(rows, "CD-8002", "waiting")
    ExceptionCase.objects.update(cause="1 of NAIL is missing.")
    asked = admin_client.post(button(rows.case, "approve"))
    assert "1 of NAIL is missing." in asked.text
    StockDifference.objects.update(difference=-100)
    ExceptionCase.objects.update(cause="100 of NAIL are missing.")
    answer = {"reason": "seen", "seen": asked.context["seen"]}
    again = admin_client.post(button(rows.case, "approve"), answer)
    assert ("has changed" in again.text, "100 of NAIL are missing." in again.text) == (True, True)
    assert StockDifference.objects.get().state == "waiting"
    admin_client.post(button(rows.case, "approve"), {**answer, "seen": again.context["seen"]})
    assert StockDifference.objects.get().approved == -100


def test_a_job_that_has_the_lines_in_hand_is_not_decided_over(rows, admin_client):
    waiting(rows, "CD-8001", "waiting")
    SyncJob.objects.update(state=SyncJob.State.RUNNING)
    page = admin_client.post(button(rows.case, "approve"), {"reason": "seen"}, follow=True)
    assert said(page) == [f"{rows.case}: It is being looked at just now: try again in a moment."]
    assert StockDifference.objects.get().state == "waiting"


def test_other_cases_have_no_such_buttons(rows, admin_client):
    page = admin_client.get(reverse("admin:integration_exceptioncase_change", args=[rows.case.pk]))
    assert "Approve" not in page.text
    admin_client.post(button(rows.case, "approve"), {"reason": "seen"})
    assert StockDifference.objects.get().state != "approved"


def case_page(client, case):
    return client.get(reverse("admin:integration_exceptioncase_change", args=[case.pk])).text


def test_a_case_that_no_job_waits_for_says_that_retry_starts_one_and_shows_it_then(rows, admin_client):
    ExceptionCase.objects.update(code="CD-4007")
    SyncJob.objects.all().delete()
    assert "No job waits for this case: Retry now starts a new one." in case_page(admin_client, rows.case)
    page = admin_client.post(button(rows.case, "retry"), follow=True)
    assert said(page) == ["1 exception case tried again. 1 new job was started for it."]
    assert "At work for it now" in page.text
    assert "No job waits" not in page.text
    SyncJob.objects.update(state=SyncJob.State.SUCCEEDED)
    assert "At work for it now" not in case_page(admin_client, rows.case)


def test_a_case_of_a_code_that_jobs_wait_for_promises_no_new_one(rows, admin_client):
    rows.waiting.delete()
    page = case_page(admin_client, rows.case)
    assert "No job waits for this case." in page
    assert "At work for it now" not in page


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
@pytest.mark.parametrize("code", ["CD-4007", "CD-4014", "CD-7002"])
def test_moments_that_a_case_keeps_are_told_in_the_zone_of_the_user(rows, admin_client, code, zone):
    about = {"sent_at": "2026-07-01 10:00:31 UTC", "due_at": "2026-07-01 22:30:00 UTC"}
    error = Rejected(code, connection="N", partner="N", release="R", order="S1", kind="change", number=1, **about)
    ExceptionCase.objects.update(code=code, context=error.context, cause=error.cause, fix=error.fix)
    admin_client.cookies["console_zone"] = zone
    page = case_page(admin_client, rows.case)
    expected = {"Europe/Berlin": ("1 Jul 2026 12:00", "2 Jul 2026 00:30")}
    assert all(at in page for at in expected.get(zone, ("1 Jul 2026 06:00", "1 Jul 2026 18:30")))
    assert "UTC" not in page
    admin_client.cookies["django_language"] = "de"
    german = {"Europe/Berlin": ("01.07.2026 12:00", "02.07.2026 00:30")}
    page = case_page(admin_client, rows.case)
    assert all(at in page for at in german.get(zone, ("01.07.2026 06:00", "01.07.2026 18:30")))
    assert "UTC" not in page


def test_what_a_person_wrote_keeps_its_times(rows, admin_client):
    CaseEvent.objects.update(text="until 2026-07-01 10:00 UTC")
    CaseEvent.objects.create(case=rows.case, kind="snoozed", text="until 2026-07-02 10:00 UTC")
    admin_client.cookies["console_zone"] = "Europe/Berlin"
    page = case_page(admin_client, rows.case)
    assert "until 2026-07-01 10:00 UTC" in page
    assert "until 2 Jul 2026 12:00" in page


def test_how_often_a_case_was_met_is_a_whole_sentence(rows, admin_client):
    ExceptionCase.objects.update(count=2)
    assert "met again, 2 times in all" in case_page(admin_client, rows.case)


def test_whoever_is_asked_for_a_reason_can_go_back_to_where_he_came_from(rows, admin_client):
    def back(page):
        return f'<a class="cd-button" href="{page}">Back</a>'

    page = reverse("admin:integration_syncjob_change", args=[rows.job.pk])
    assert back(page) in admin_client.post(button(rows.job, "cancel")).text
    assert back(page) in admin_client.post(button(rows.job, "cancel"), {"reason": ""}).text
    listed = f"{reverse('admin:integration_exceptioncase_changelist')}?state=all"
    chosen = {"action": "ignore", "_selected_action": [rows.case.pk]}
    assert back(listed) in admin_client.post(listed, chosen).text
    assert back(listed) in admin_client.post(listed, {**chosen, "action": "desk"}).text
    far = {"HTTP_REFERER": "https://elsewhere.example/", "QUERY_STRING": "next=https://elsewhere.example/"}
    assert "elsewhere.example" not in admin_client.post(button(rows.job, "cancel"), **far).text.split("cd-narrow")[1]
