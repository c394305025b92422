"""Somebody takes an alert, a channel is set up without its address being shown, and Today says what stands."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import translation

from integration.console.alerts import words
from integration.jobs import alerts
from integration.models import Alert, AlertChannel, AlertRule, AuditEvent, Notice, Reach
from tests.component.console.conftest import ESCAPED, SECRET, user_with

ADD = reverse("admin:integration_alertchannel_add")
URL = "https://hooks.example.com/new-token-4712?key=4713"


def page_of(row):
    return reverse(f"admin:integration_{row._meta.model_name}_change", args=[row.pk])


def act(row, name):
    return reverse(f"admin:integration_{row._meta.model_name}_act", args=[row.pk, name])


def given(**fields):
    usual = {
        "name": "Night shift", "kind": "webhook", "active": "on", "severity": "medium", "from_level": "0",
        "time_zone": "Europe/Berlin", "breaks": "critical", "tells_gone": "on", "secret_address": URL,
    }  # fmt: skip
    return usual | fields


def errors(page):
    return [text for each in page.context["errors"] for text in each]


@pytest.mark.parametrize("role", ["viewer", "operator", "supervisor", "integrator"])
def test_who_works_on_cases_takes_an_alert(role, rows):
    _, client = user_with(role, "every warehouse")
    alert = Alert.objects.get()
    assert ("/act/take/" in client.get(page_of(alert)).text) == (role != "viewer")
    status = client.post(act(alert, "take"), {}).status_code
    alert.refresh_from_db()
    expected = (403, "open", "") if role == "viewer" else (302, "acknowledged", "someone")
    assert (status, alert.state, alert.acknowledged_by) == expected
    assert AuditEvent.objects.filter(verb="take alert", actor="someone").count() == (role != "viewer")


def test_what_is_taken_cannot_be_taken_again(rows, admin_client):
    alert = Alert.objects.get()
    admin_client.post(act(alert, "take"), {})
    assert "/act/take/" not in admin_client.get(page_of(alert)).text
    page = admin_client.post(act(alert, "take"), {}, follow=True)
    assert "nothing is done, as it is not offered any more" in page.text


def test_its_page_says_what_to_do_whom_it_was_told_and_leads_on(rows, admin_client):
    page = admin_client.get(page_of(Alert.objects.get()))
    assert "Work on these cases first" in page.text
    assert page.context["where"] == reverse("admin:integration_exceptioncase_changelist")
    assert ESCAPED in page.text
    assert "that it is so" in page.text


def test_today_says_what_stands(rows, admin_client):
    told = f"2 lines of {ESCAPED} do not add up, for 3 min."
    assert told in admin_client.get(reverse("admin:index")).text
    Alert.objects.update(state="gone")
    assert told not in admin_client.get(reverse("admin:index")).text


def test_a_channel_is_added_and_its_address_is_never_shown(rows, admin_client):
    page = admin_client.post(ADD, given(teams=["operations"], flows=["posting"]))
    assert page.status_code == 302
    row = AlertChannel.objects.get(name="Night shift")
    assert (row.secrets, row.teams, row.flows) == ({"address": URL}, ["operations"], ["posting"])
    shown = admin_client.get(page_of(row)).text
    assert "Set. Leave empty to keep it." in shown
    kept = [f"{event.subject} {event.detail}" for event in AuditEvent.objects.all()]
    assert [text for text in (shown, *kept) if "4712" in text or "4713" in text] == []


def test_an_empty_address_keeps_the_one_that_there_is(rows, admin_client):
    row = AlertChannel.objects.get()
    admin_client.post(page_of(row), given(secret_address="", quiet_from="22:00", quiet_to="06:00"))
    row.refresh_from_db()
    assert (row.name, row.secrets["address"][-len(SECRET) :], row.quiet[0].hour) == ("Night shift", SECRET, 22)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"secret_address": ""}, "it should look like https://example.com/path"),
        ({"secret_address": "http://hooks.example.com/4712"}, "it is not encrypted: only TLS is spoken"),
        ({"secret_address": "file:///etc/passwd"}, "it should look like https://example.com/path"),
        ({"kind": "slack"}, "it should look like https://hooks.slack.com/services/..."),
        ({"kind": "mail", "secret_address": "mailtos://a:b@c.de?to=d@e.de&pgp=yes"}, "it may not say pgp"),
        ({"time_zone": "Berlin"}, "Berlin is no time zone"),
        ({"quiet_from": "22:00"}, "Give both: from when to when it is quiet."),
    ],
)
def test_what_cannot_work_is_refused_with_what_is_wrong(fields, said, rows, admin_client):
    page = admin_client.post(ADD, given(**fields))
    [error] = errors(page)
    assert said in error
    assert "4712" not in page.text
    assert not AlertChannel.objects.filter(name="Night shift").exists()


@pytest.mark.parametrize("role", ["viewer", "supervisor", "integrator"])
def test_only_who_may_enter_credentials_sees_the_field_of_the_address(role, rows):
    _, client = user_with(role, "every warehouse")
    row = AlertChannel.objects.get()
    assert ('name="secret_address"' in client.get(page_of(row)).text) == (role == "integrator")
    assert client.get(ADD).status_code == (200 if role == "integrator" else 403)


def test_an_address_that_is_sent_without_the_right_is_not_taken(rows):
    _, client = user_with("supervisor", "every warehouse")
    row = AlertChannel.objects.get()
    client.post(page_of(row), given(name="Renamed", secret_address=URL))
    row.refresh_from_db()
    assert (row.name, SECRET in row.secrets["address"]) == ("Renamed", True)


@pytest.mark.parametrize("role", ["viewer", "operator", "supervisor", "integrator"])
def test_a_test_is_asked_for_by_who_sets_channels_up(role, rows):
    _, client = user_with(role, "every warehouse")
    status = client.post(act(AlertChannel.objects.get(), "test"), {}).status_code
    allowed = role in {"supervisor", "integrator"}
    assert (status, Notice.objects.filter(what="test").count()) == ((302, 1) if allowed else (403, 0))


def test_the_rules_are_changed_by_who_runs_the_house_and_added_by_nobody(rows):
    alerts.standing_rules()
    _, client = user_with("supervisor", "every warehouse")
    rule = AlertRule.objects.get(kind="promise")
    assert "Percent of the jobs of an hour that are to be as fast as promised" in client.get(page_of(rule)).text
    sent = {"active": "on", "threshold": "98.5", "least": "10", "patience_minutes": "0", "escalate_minutes": "5"}
    client.post(page_of(rule), sent)
    rule.refresh_from_db()
    assert (rule.threshold, rule.escalate_minutes) == (98.5, 5)
    assert AuditEvent.objects.filter(verb="changed", actor="someone").count() == 1
    assert client.get(reverse("admin:integration_alertrule_add")).status_code == 403
    assert AlertRule.objects.count() == 8


def test_who_is_given_a_warehouse_sees_its_alerts_and_none_of_all_of_them(rows):
    user, client = user_with()
    user.user_permissions.set(Permission.objects.exclude(codename="view_all_warehouses"))
    Reach.objects.create(user=user, warehouse=rows.warehouse)
    listed = reverse("admin:integration_alert_changelist")
    assert len(client.get(listed).context["cl"].result_list) == 1
    Alert.objects.update(warehouse=None)
    assert len(client.get(listed).context["cl"].result_list) == 0


def test_an_alert_is_said_in_the_language_of_the_page(rows):
    alert = Alert.objects.get()
    alert.says = [
        ["{n} orders worth {worth} will miss the cut-off of {carrier} at {time} in {warehouse}",
         {"n": 1200, "worth": "4,310.50 EUR", "carrier": "all carriers", "time": "16:00", "warehouse": "Nord"}],
        ["{n} wait for {code} ({title})", {"n": 9, "code": "CD-3001", "title": "Product not mapped"}],
    ]  # fmt: skip
    with translation.override("de"):
        assert words.told(alert) == (
            "1.200 Aufträge im Wert von 4.310,50 EUR verpassen den Annahmeschluss von allen Diensten um 16:00 in Nord: "
            "9 warten auf CD-3001 (Produkt nicht zugeordnet)."
        )
    with translation.override("en"):
        assert words.told(alert).startswith("1,200 orders worth 4,310.50 EUR will miss the cut-off of all carriers")
    alert.says = [["{of} an older release", {}]]
    assert words.told(alert) == "{of} an older release."


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("threshold", "525601", "At most 525600: switch the rule off if nothing is to be told."),
        ("patience_minutes", "525601", "At most 525600: that is a year."),
        ("escalate_minutes", "2147483647", "At most 525600: that is a year."),
    ],
)
def test_a_rule_that_would_never_tell_anything_is_refused(field, value, says, rows, admin_client):
    rule = AlertRule.objects.get()
    usual = {"active": "on", "threshold": "60", "least": "1", "patience_minutes": "0", "escalate_minutes": "60"}
    assert errors(admin_client.post(page_of(rule), usual | {field: value})) == [says]
    assert admin_client.post(page_of(rule), usual | {field: "525600"}).status_code == 302


def test_percent_are_a_hundred_at_most(rows, admin_client):
    rule = AlertRule.objects.create(kind="promise", threshold=95)
    sent = {"active": "on", "threshold": "100.5", "least": "1", "patience_minutes": "0", "escalate_minutes": "60"}
    page = admin_client.post(page_of(rule), sent)
    assert errors(page) == ["At most 100: switch the rule off if nothing is to be told."]


def test_what_a_rule_waits_for_is_named_in_words(rows, admin_client):
    page = admin_client.get(page_of(AlertRule.objects.get())).text
    assert ("Patience, in minutes" in page, "Told louder after, in minutes" in page) == (True, True)
