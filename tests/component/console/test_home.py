"""The home page counts what is open, and shows a user only what the user may see."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.timezone import now

from integration.jobs import sweep
from integration.models import ConnectionGate, ExceptionCase, JobAttempt, Stream, SyncJob


def home(client):
    return client.get(reverse("admin:index"))


def counts(tiles):
    return {tile.label: tile.count for tile in tiles}


def test_open_cases_are_counted_by_severity(rows, admin_client):
    assert counts(home(admin_client).context["severities"]) == {"critical": 0, "high": 1, "medium": 0, "low": 0}
    ExceptionCase.objects.update(state="resolved")
    assert sum(counts(home(admin_client).context["severities"]).values()) == 0


def test_jobs_are_counted_by_state_until_they_are_finished(rows, admin_client):
    assert counts(home(admin_client).context["states"])["Wait for a fix"] == 1
    SyncJob.objects.update(state="succeeded")
    assert sum(counts(home(admin_client).context["states"]).values()) == 0


def test_a_connection_that_is_down_is_shown_with_what_waits_for_it(rows, admin_client):
    ConnectionGate.objects.update(breaker="open", failures=5)
    SyncJob.objects.update(waits_for=rows.wms)
    page = home(admin_client)
    assert "Unreachable".lower() in page.text.lower()
    assert "1 job waits" in page.text


def test_overdue_acknowledgements_are_listed(rows, admin_client):
    overdue = home(admin_client).context["overdue"]
    assert (overdue["count"], [row.reference for row in overdue["rows"]]) == (1, [rows.sent.reference])


def test_an_overdue_acknowledgement_is_listed_until_its_case_is_closed(rows, admin_client):
    SyncJob.objects.update(state="succeeded")
    assert sweep.overdue_acknowledgements() == 1
    page = home(admin_client)
    overdue = page.context["overdue"]
    assert (overdue["count"], [row.reference for row in overdue["rows"]]) == (1, [rows.sent.reference])
    assert "No answer is overdue." not in page.text
    ExceptionCase.objects.filter(code="CD-4007").update(state="resolved")
    assert "No answer is overdue." in home(admin_client).text


def test_work_that_nobody_takes_is_said(rows, admin_client):
    assert home(admin_client).context["stuck"] == 0
    Stream.objects.update(next_due_at=now() - timedelta(minutes=2))
    assert "no worker has taken it" in home(admin_client).text
    Stream.objects.update(claimed_until=now() + timedelta(minutes=1))
    assert home(admin_client).context["stuck"] == 0


def test_a_lane_with_work_tells_when_it_is_clear(rows, admin_client):
    assert "Nothing is due." in home(admin_client).text
    SyncJob.objects.update(state="pending")
    Stream.objects.update(next_due_at=now())
    page = home(admin_client)
    assert "1 job due" in page.text
    assert "has just come in" in page.text
    Stream.objects.update(next_due_at=now() - timedelta(minutes=2))
    assert "not draining" in home(admin_client).text
    JobAttempt.objects.create(job=rows.job, number=2, worker="w", started_at=now(), outcome="succeeded")
    assert ", in 1 min" in home(admin_client).text


def test_work_that_is_only_looked_at_again_is_told_once_and_as_waiting(rows, admin_client):
    Stream.objects.update(next_due_at=now())
    page = home(admin_client)
    assert "Nothing is due." in page.text
    assert {label: count for label, count in counts(page.context["states"]).items() if count} == {"Wait for a fix": 1}


def test_a_user_without_rights_sees_no_figures(rows, client):
    client.force_login(User.objects.create_user("guest", password="a-long-password-1", is_staff=True))
    page = home(client)
    assert page.status_code == 200
    assert "severities" not in page.context
    assert "connections" not in page.context


def test_the_header_tells_a_test_installation_from_production(rows, admin_client, settings):
    assert "Test" in home(admin_client).text
    settings.ENVIRONMENT = "production"
    assert "Production" in home(admin_client).text
