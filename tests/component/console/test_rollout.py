"""Flows on their way to live in the console: what people see of it, and who may do what."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from integration.jobs import baseline
from integration.models import (
    AuditEvent,
    ConfigurationChange,
    DayFigures,
    MasterRecord,
    Rollout,
    ShadowDocument,
    StockLevel,
    StockSnapshot,
    SyncJob,
    Warehouse,
)
from integration.rules.roles import ALL_WAREHOUSES, ROLES
from tests.component.console.conftest import user_with

PEOPLE = [name for name in ROLES if name != ALL_WAREHOUSES]
GOES = {"supervisor", "integrator", "administrator"}
SPITES = {"administrator"}


@pytest.fixture
def dark(rows):
    Warehouse.objects.filter(pk=rows.warehouse.pk).update(shipment_mode="shadow", name="North")
    return rows


def rollout(**fields) -> Rollout:
    Rollout.objects.update(**fields)
    return Rollout.objects.get()


def act(client, row, name, **data):
    address = reverse(f"admin:integration_{row._meta.model_name}_act", args=[row.pk, name])
    return client.post(address, {"reason": "agreed", **data})


def mode() -> str:
    return Warehouse.objects.values_list("shipment_mode", flat=True).first()


@pytest.mark.parametrize("role", PEOPLE)
def test_going_live_takes_its_right(role, dark):
    _, client = user_with(role, ALL_WAREHOUSES)
    row = rollout(go=True, waived_by="")
    page = act(client, row, "live")
    assert (page.status_code == 302, mode()) == ((True, "live") if role in GOES else (False, "shadow"))
    assert ConfigurationChange.objects.filter(why="agreed").exists() == (role in GOES)
    assert AuditEvent.objects.filter(verb="go live", actor="someone").exists() == (role in GOES)


@pytest.mark.parametrize("role", PEOPLE)
def test_going_live_in_spite_of_it_takes_a_right_of_its_own(role, dark):
    _, client = user_with(role, ALL_WAREHOUSES)
    row = rollout(go=False, waived_by="")
    act(client, row, "spite")
    assert mode() == ("live" if role in SPITES else "shadow")


def test_a_button_that_is_not_offered_any_more_does_nothing(dark):
    _, client = user_with("administrator", ALL_WAREHOUSES)
    act(client, rollout(go=False), "live")
    assert mode() == "shadow"


@pytest.mark.parametrize("role", PEOPLE)
def test_judging_takes_its_right(role, dark):
    _, client = user_with(role, ALL_WAREHOUSES)
    row = ShadowDocument.objects.get()
    act(client, row, "human", reason="the paper says so")
    row.refresh_from_db()
    assert row.judged == ("human" if role in GOES else "")
    assert row.judged_why == ("the paper says so" if role in GOES else "")


def test_nobody_judges_or_goes_live_where_he_does_not_look(dark):
    _, client = user_with("supervisor")
    act(client, ShadowDocument.objects.get(), "human")
    act(client, rollout(go=True), "live")
    assert (ShadowDocument.objects.get().judged, mode()) == ("", "shadow")
    assert client.get(reverse("admin:integration_rollout_change", args=[Rollout.objects.get().pk])).status_code == 302


def test_the_page_says_what_stands_against_it_in_both_languages(dark):
    _, client = user_with("viewer", ALL_WAREHOUSES)
    row = rollout(
        against=[["few", "12"], ["share", "97.0"], ["readiness", "3"]],
        agreement={"compared": 12, "agrees": 11, "share": "91.6", "needs": {"few": 100, "share": "99.5"}},
        readiness={"at": "", "counts": {"sku": 3}}, keyed={"2026-11-30": 12},
    )  # fmt: skip
    address = reverse("admin:integration_rollout_change", args=[row.pk])
    text = client.get(address).content.decode()
    for sentence in ("Too few documents are compared: 12 of 100.", "Too little of it is right: 97.0 % of 99.5 %."):
        assert sentence in text
    assert "The two sides do not know the same: 3 mismatches." in text
    assert "Baseline: 12 documents" in text
    german = client.get(address, headers={"accept-language": "de"}).content.decode()
    assert "Zu wenige Belege sind verglichen: 12 von 100." in german
    assert "Ausgangswert: 12 Belege" in german


def test_the_form_of_the_warehouse_does_not_go_round_the_gate(dark, admin_client):
    rollout(go=False, waived_by="")
    address = reverse("admin:integration_warehouse_change", args=[dark.warehouse.pk])
    form = admin_client.get(address).context["adminform"].form
    fields = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    page = admin_client.post(address, {**fields, "site": "N", "owner_code": "O", "shipment_mode": "live"})
    assert page.status_code == 200
    assert "was in shadow and is not ready" in page.content.decode()
    assert mode() == "shadow"


def test_open_documents_are_looked_at_once(dark):
    _, client = user_with("supervisor", ALL_WAREHOUSES)
    act(client, rollout(), "look")
    act(client, Rollout.objects.get(), "look")
    assert SyncJob.objects.filter(flow="rollout_look").count() == 1
    assert Rollout.objects.get().taking == "looking"


def test_nothing_is_taken_over_while_it_is_not_live(dark):
    _, client = user_with("supervisor", ALL_WAREHOUSES)
    act(client, rollout(taking="looked"), "take")
    assert not SyncJob.objects.filter(flow="rollout_take").exists()


def test_the_readiness_report_lists_and_counts_what_the_sides_do_not_know(dark):
    _, client = user_with("viewer", ALL_WAREHOUSES)
    taken = StockSnapshot.objects.create(
        warehouse=dark.warehouse, number="S-1", taken_at=dark.received.received_at, pages=1, seen=[1], complete=True
    )
    StockLevel.objects.create(
        snapshot=taken, partner_sku="STRANGE", unit="BOX", lot="L-9", condition="damaged", on_hand=1
    )
    MasterRecord.objects.create(connection=dark.erp, kind="lot", erp_id=77, code="L-1", content_hash="x", snapshot={})
    page = client.get(reverse("admin:report", args=["readiness"]))
    text = page.content.decode()
    for words in ("STRANGE", "BOX", "STRANGE, L-9", "It lies in the warehouse, and nobody has mapped it"):
        assert words in text
    assert client.get(reverse("admin:report", args=["readiness"]) + "?form=xlsx").content[:2] == b"PK"
    _, other = user_with("customer service", ALL_WAREHOUSES, name="other")
    assert other.get(reverse("admin:report", args=["readiness"])).status_code == 403


def test_weeks_after_going_live_are_held_against_the_average_week_in_shadow(dark):
    monday = date(2026, 11, 2)
    row = rollout(keyed={"2026-11-02": 30, "2026-11-09": 50})
    Rollout.objects.update(
        shadow_since=datetime(2026, 11, 2, tzinfo=UTC), live_since=datetime(2026, 11, 16, tzinfo=UTC)
    )
    DayFigures.objects.all().delete()
    for day, by_hand in ((0, 1), (15, 6), (16, 4)):
        figures = {"by_hand": by_hand}
        DayFigures.objects.create(warehouse=dark.warehouse, day=monday + timedelta(days=day), figures=figures)
    row.refresh_from_db()
    found = [(week.monday.day, week.keyed, week.again, week.live, week.change) for week in baseline.weeks(row)]
    assert baseline.baseline(row) == 40
    assert found == [(16, 0, 10, True, -75), (9, 50, 0, False, None), (2, 30, 1, False, None)]


def test_what_was_taken_over_waits_for_nobody(dark):
    _, client = user_with("viewer", ALL_WAREHOUSES)
    ShadowDocument.objects.update(outcome="waiting", decision="taken")
    row, listed = ShadowDocument.objects.get(), reverse("admin:integration_shadowdocument_changelist")
    page = client.get(reverse("admin:integration_shadowdocument_change", args=[row.pk])).text
    assert "Crossdock has taken it over: nobody has to key it any more." in page
    found = {name: client.get(listed, {"outcome__exact": name}) for name in ("waiting", "taken", "differs")}
    assert [len(page.context["cl"].result_list) for page in found.values()] == [0, 1, 0]
    assert ">taken over<" in found["taken"].text
    ShadowDocument.objects.update(decision="person")
    assert ">waits for people to key it<" in client.get(listed, {"outcome__exact": "waiting"}).text


def test_without_a_document_that_was_keyed_there_is_no_baseline(dark):
    _, client = user_with("viewer", ALL_WAREHOUSES)
    address = reverse("admin:integration_rollout_change", args=[rollout(keyed={}).pk])
    assert "There is no baseline yet: nobody was seen to key a document in shadow." in client.get(address).text
    german = client.get(address, headers={"accept-language": "de"}).text
    assert "Es gibt noch keinen Ausgangswert: im Schatten hat noch niemand einen Beleg eingetippt." in german
