"""A connection's page says how it does, and has it paused, resumed and tested."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from integration.models import AuditEvent, CallTally, Connection, ConnectionGate, FlowSuccess, RemoteSlot, SyncJob
from tests.component.console.conftest import SECRET, user_with

LIST = reverse("admin:integration_connection_changelist")


def page_of(row):
    return reverse("admin:integration_connection_change", args=[row.pk])


def act(row, name):
    return reverse("admin:integration_connection_act", args=[row.pk, name])


def again(row):
    return Connection.objects.get(pk=row.pk)


def facts(client, row):
    return {fact.name: str(fact.said) for fact in client.get(page_of(row)).context["facts"]}


def test_a_connection_that_was_never_called_is_told_from_one_that_always_answered(rows, admin_client):
    ConnectionGate.objects.filter(connection=rows.wms).update(last_failure="")
    assert "reachable" in facts(admin_client, rows.wms)["State"]
    assert "not called yet" in facts(admin_client, rows.erp)["State"]


def test_a_connection_is_paused_with_a_reason_and_resumed(rows, admin_client):
    assert "/act/resume/" not in admin_client.get(page_of(rows.wms)).text
    asked = admin_client.post(act(rows.wms, "pause"), {})
    assert ("Why is nothing to be sent to it" in asked.text, again(rows.wms).enabled) == (True, True)
    admin_client.post(act(rows.wms, "pause"), {"reason": "they move house"})
    assert again(rows.wms).enabled is False
    assert "paused" in facts(admin_client, rows.wms)["State"]
    says = re.sub(r"\s+", " ", admin_client.get(page_of(rows.wms)).text)
    assert re.search("Paused [^<]* by admin: they move house", says)
    admin_client.post(act(rows.wms, "resume"), {})
    assert "they move house" not in admin_client.get(page_of(rows.wms)).text
    assert again(rows.wms).enabled is True
    assert list(AuditEvent.objects.filter(actor="admin").values_list("verb", flat=True).order_by("pk")) == [
        "pause connection",
        "resume connection",
    ]


def test_a_test_is_asked_for_and_its_result_stands_on_the_page(rows, admin_client):
    admin_client.post(act(rows.wms, "test"), {})
    job = SyncJob.objects.get(flow="connection_test")
    assert (job.payload, job.state) == ({"connection": rows.wms.pk}, "pending")
    Connection.objects.update(tested_at=now(), test_failure="It does not <b>answer</b>.")
    assert "It does not &lt;b&gt;answer&lt;/b&gt;." in admin_client.get(page_of(rows.wms)).text
    Connection.objects.update(test_failure="")
    assert "it answers, and all that we need is allowed" in admin_client.get(page_of(rows.wms)).text


@pytest.mark.parametrize("role", ["viewer", "operator", "supervisor", "integrator"])
@pytest.mark.parametrize("name", ["test", "pause"])
def test_only_who_connects_systems_does_that(name, role, rows):
    _, client = user_with(role, "every warehouse")
    status = client.post(act(rows.wms, name), {"reason": "x"}).status_code
    assert status == (302 if role == "integrator" else 403)
    assert again(rows.wms).enabled == (not (role == "integrator" and name == "pause"))


def test_the_page_says_what_is_in_use_what_waits_and_what_went_through(rows, admin_client):
    Connection.objects.filter(pk=rows.wms.pk).update(calls_per_second=2.5)
    RemoteSlot.objects.filter(connection=rows.wms).update(leased_until=now() + timedelta(minutes=1))
    SyncJob.objects.update(waits_for=rows.wms)
    FlowSuccess.objects.all().delete()
    FlowSuccess.objects.create(connection=rows.wms, flow="release_send", at=now() - timedelta(minutes=3))
    page = admin_client.get(page_of(rows.wms))
    said = facts(admin_client, rows.wms)
    assert (said["Calls at once"], said["Calls a second"]) == ("1 of 4", "at most 2.5")
    assert page.context["waiting"] == [("What left the warehouse is posted in Odoo", 1)]
    assert "A release goes to the warehouse" in page.text
    assert "3 min ago" in page.text
    assert SECRET not in page.text
    assert "1 job" in admin_client.get(LIST).text


def test_a_connection_that_is_held_back_says_since_when_and_why(rows, admin_client):
    ConnectionGate.objects.update(breaker="open", failures=5, last_failure="timed out")
    assert facts(admin_client, rows.wms)["Held back"] == "after 5 failures in a row: timed out"


def test_a_system_of_another_environment_is_named(rows, admin_client):
    Connection.objects.filter(pk=rows.wms.pk).update(environment="production")
    assert "This installation is for test systems" in facts(admin_client, rows.wms)["Environment"]
    assert "a production system" in admin_client.get(LIST).text


@pytest.mark.parametrize(("days", "said"), [(-1, "ended on"), (0, "ends on"), (30, "ends on"), (31, ""), (None, "-")])
def test_a_key_that_ends_soon_is_told(days, said, rows, admin_client):
    ends = date.today() + timedelta(days=days) if days is not None else None
    Connection.objects.filter(pk=rows.erp.pk).update(options={"key_expires": ends.isoformat()} if ends else {})
    told = facts(admin_client, rows.erp)["Key"]
    assert (said or ends.isoformat()) in told
    assert ("ends on" in told) == (said == "ends on")


def test_how_much_a_connection_is_called_is_drawn_and_what_is_near_its_limit_stands_out(rows, admin_client):
    page = admin_client.get(page_of(rows.wms))
    says = "1,200 calls in the last 6 hours, 3 of them without a good answer; at most 2 a second"
    assert (page.context["usage_says"], "cd-over" in page.context["usage"]) == (says, False)
    Connection.objects.update(calls_per_second=2.1)
    assert "cd-over" in admin_client.get(page_of(rows.wms)).context["usage"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("calls_per_second", "0.0001"), ("calls_per_second", "-5"), ("connect_timeout", "0"), ("read_timeout", "99999999"),
     ("max_concurrency", "0"), ("acknowledge_seconds", "0"), ("settle_seconds", "4000")],
)  # fmt: skip
def test_a_value_that_would_stop_the_work_is_refused(rows, admin_client, field, value):
    form = admin_client.get(page_of(rows.wms)).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    saved = admin_client.post(page_of(rows.wms), {**sent, field: value})
    assert saved.status_code == 200
    assert field in saved.context["adminform"].form.errors


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("field", "value"), [("calls_per_second", "9"), ("max_concurrency", "9")])
def test_work_that_a_limit_kept_waiting_goes_on_when_the_limit_is_changed(rows, admin_client, field, value):
    later = now() + timedelta(hours=1)
    Connection.objects.update(calls_per_second=1)
    ConnectionGate.objects.update(next_call_at=later)
    SyncJob.objects.update(
        state="retry", next_attempt_at=later, failure_code="CD-1002", failure_text=f"{rows.wms.name} is busy."
    )
    other = SyncJob.objects.get()
    other.pk, other.failure_text = None, "Another is busy."
    other.save()
    form = admin_client.get(page_of(rows.wms)).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    assert admin_client.post(page_of(rows.wms), {**sent, field: value}).status_code == 302
    due = SyncJob.objects.filter(next_attempt_at__lte=now())
    assert set(due.values_list("failure_text", flat=True)) == {f"{rows.wms.name} is busy."}
    assert ConnectionGate.objects.get(connection=rows.wms).next_call_at is None


@pytest.mark.parametrize(("minutes", "said"), [(20, False), (30, True), (120, True)])
def test_a_connection_that_is_at_its_limit_for_long_is_red_on_today(rows, admin_client, minutes, said):
    Connection.objects.filter(pk=rows.wms.pk).update(calls_per_second=1)
    CallTally.objects.all().delete()
    slot = int(now().timestamp()) // 600 * 600
    for back in range(1, minutes // 10 + 1):
        at = datetime.fromtimestamp(slot - back * 600, UTC)
        CallTally.objects.create(connection=rows.wms, slot=at, calls=590, failed=0, seconds=1)
    CallTally.objects.create(
        connection=rows.wms, slot=datetime.fromtimestamp(slot - minutes * 60 - 600, UTC), calls=100, failed=0, seconds=1
    )
    for address in (page_of(rows.wms), reverse("admin:index")):
        assert ("at its limit for" in admin_client.get(address).text) == said
