"""Downtime in the console: packs taken out by who may, forms shown row by row before anything is taken."""

import io
from datetime import UTC, timedelta

import pytest
from django.urls import reverse
from django.utils.html import escape
from django.utils.timezone import now

from integration.jobs import pack_pages, packs, sheets
from integration.jobs.acts import Actor
from integration.models import (
    AuditEvent,
    DocumentLine,
    DowntimePack,
    InboundMessage,
    Reach,
    Recovery,
    SyncJob,
    TypedShipment,
    Warehouse,
)
from tests.component.console.conftest import ESCAPED, EVIL, PERSONAL, user_with

pytestmark = pytest.mark.django_db(transaction=True)
PACKS = reverse("admin:integration_downtimepack_changelist")
LOAD = "admin:downtime_load"


@pytest.fixture
def pack(rows):
    """Of one release with one line of three."""
    Recovery.objects.all().delete()
    Warehouse.objects.update(shipment_mode="live", site="NORTH")
    type(rows.delivery).objects.filter(pk=rows.delivery.pk).update(version=1)
    DocumentLine.objects.update(partner_sku="P-1", partner_unit="EA", sku="A-1")
    return packs.make(Warehouse.objects.select_related("wms", "erp").get())


def supervisor(*more):
    return user_with("supervisor", "every warehouse", *more)[1]


def form(pack, **fields):
    [row] = packs.form_rows(pack)
    filled = {**dict(zip(packs.COLUMNS, row, strict=True)), "quantity": "3", "shipped_at": "2026-05-04 10:00", **fields}
    file = io.BytesIO(sheets.write_csv(packs.COLUMNS, [list(filled.values())]))
    file.name = "form.csv"
    return {"warehouse": pack.pk, "file": file}


def test_sheets_and_form_are_for_who_may_take_them_out_and_it_is_written_down(pack):
    for page in ("admin:downtime_sheets", "admin:downtime_form"):
        address = reverse(page, args=[pack.pk])
        assert user_with("operator", "every warehouse", name=page)[1].get(address).status_code == 403
    client = supervisor()
    assert "WH/OUT/1" in client.get(reverse("admin:downtime_sheets", args=[pack.pk])).content.decode()
    got = client.get(reverse("admin:downtime_form", args=[pack.pk]))
    assert (got["Content-Type"], b"WH/OUT/1" in got.content) == ("text/csv; charset=utf-8", True)
    assert AuditEvent.objects.filter(verb="take out downtime pack", actor="someone").count() == 2


def test_sheets_say_the_time_of_the_warehouse_wherever_they_are_printed(pack):
    client = supervisor()
    client.cookies["console_zone"] = "Asia/Tokyo"
    sheet = client.get(reverse("admin:downtime_sheets", args=[pack.pk])).content.decode()
    assert f"As of {pack.made_at.astimezone(UTC):%Y-%m-%d %H:%M} (UTC)" in sheet


def test_a_sheet_says_what_the_warehouse_has_told_of_and_nobody_has_booked(pack):
    sheets_of = reverse("admin:downtime_sheets", args=[pack.pk])
    warning = "which is not booked yet: ship it only after a word with the office"
    client = supervisor()
    assert f"The warehouse has told of {escape(f'SHP {EVIL}')} already, {warning}" in client.get(sheets_of).text
    SyncJob.objects.update(state="succeeded")
    packs.make(pack.warehouse)
    assert warning not in client.get(sheets_of).text


def test_the_name_of_a_company_stands_once_in_its_address(pack):
    [release] = pack.content["releases"]
    release["ship_to"] = {"company": "Dogwood Retail", "name": "Dogwood Retail", "city": "Albany"}
    assert pack_pages.html(pack).count("Dogwood Retail<br>") == 1


def test_a_preview_counts_in_plain_words(pack):
    client = supervisor()
    shown = client.post(reverse(LOAD), form(pack)).text
    assert f"{ESCAPED}: 1 shipment is new</h2>" in shown
    wrong = client.post(reverse(LOAD), form(pack, quantity="many")).text
    assert f"{ESCAPED}: 0 shipments are new, 1 fault</h2>" in wrong


def test_a_form_is_shown_first_and_then_taken_once(pack):
    client = supervisor()
    shown = client.post(reverse(LOAD), form(pack))
    assert not InboundMessage.objects.filter(headers__has_key="typed-by").exists()
    agreed = {"agreed": shown.context["signed"]}
    assert client.post(reverse(LOAD), agreed).status_code == 302
    assert "look at it again" in client.post(reverse(LOAD), agreed).content.decode()
    row = TypedShipment.objects.get(release="WH/OUT/1")
    assert (row.actor, row.message.headers["typed-by"], row.shipment) == ("someone", "someone", "SHEET-1")
    again = client.post(reverse(LOAD), form(pack))
    assert (len(again.context["made"].known), again.context["signed"]) == (1, "")


def test_what_is_wrong_is_shown_and_nothing_is_taken(pack):
    shown = supervisor().post(reverse(LOAD), form(pack, quantity="many"))
    assert [fault.words for fault in shown.context["faults"]] == ["many is not a number such as 12 or 0.5"]
    assert shown.context["signed"] == ""


def test_more_than_is_open_is_warned_of_and_may_be_taken_all_the_same(pack):
    shown = supervisor().post(reverse(LOAD), form(pack, quantity="2000"))
    assert "<td>2000 EA of P-1 are typed in: 3 are open</td>" in shown.text
    assert (len(shown.context["made"].new), shown.context["signed"] != "") == (1, True)
    assert (
        "What is doubtful"
        not in user_with("supervisor", "every warehouse", name="other")[1].post(reverse(LOAD), form(pack)).text
    )


def test_who_only_looks_loads_nothing(pack):
    assert user_with("viewer", "every warehouse")[1].get(reverse(LOAD)).status_code == 403


def test_the_list_of_packs_shows_nothing_of_what_is_in_them(rows, operator):
    page = operator.get(reverse("admin:integration_downtimepack_changelist")).content.decode()
    assert PERSONAL not in page


def test_only_who_has_the_right_releases_a_recovery(rows):
    row = Recovery.objects.get()
    page = reverse("admin:integration_recovery_change", args=[row.pk])
    act = reverse("admin:integration_recovery_act", args=[row.pk, "release"])
    assert supervisor().post(act).status_code in (403, 302)
    client = user_with("integrator", "every warehouse", name="anna")[1]
    assert "send again every message since" in client.get(page).content.decode()
    client.post(act, {"reason": "anna called them"})
    assert Recovery.objects.get().released_at is None
    type(rows.erp).objects.update(settle_seconds=0, enabled=False)
    client.post(act, {"reason": "anna called them"})
    assert Recovery.objects.get().released_by == "anna"


def test_who_sees_some_warehouses_only_does_not_release_the_others(rows):
    row = Recovery.objects.get()
    user, client = user_with("integrator")
    Reach.objects.create(user=user, warehouse=rows.warehouse)
    type(rows.erp).objects.update(settle_seconds=0, enabled=False)
    client.post(reverse("admin:integration_recovery_act", args=[row.pk, "release"]), {"reason": "mine are here"})
    assert Recovery.objects.get().released_at is None


@pytest.mark.parametrize(
    ("role", "offered"), [("viewer", (False, False)), ("operator", (False, True)), ("supervisor", (True, True))]
)
def test_only_what_one_may_do_is_offered(role, offered, pack):
    page = user_with(role, "every warehouse")[1].get(PACKS).text
    assert (reverse("admin:downtime_sheets", args=[pack.pk]) in page, reverse(LOAD) in page) == offered
    assert ("is a right of its own" in page) != offered[0]


def test_a_pack_is_made_anew_by_who_may_take_it_out(pack):
    DowntimePack.objects.update(made_at=now() - timedelta(minutes=13), orders=0)
    make = reverse("admin:downtime_make", args=[pack.pk])
    assert user_with("operator", "every warehouse", name="otto")[1].post(make).status_code == 403
    client = supervisor()
    client.get(make)
    assert "13 min ago" in client.get(PACKS).text
    page = client.post(make, follow=True).text
    assert (f"The pack of {ESCAPED} is as of now." in page, DowntimePack.objects.get().orders) == (True, 1)


@pytest.mark.parametrize(
    ("mode", "why"),
    [("shadow", "its shipments are in shadow"), ("off", "are switched off"), ("live", "in a few minutes")],
)
def test_a_warehouse_without_a_pack_is_named_with_the_reason(mode, why, pack):
    Warehouse.objects.update(shipment_mode=mode)
    DowntimePack.objects.all().delete()
    client = supervisor()
    page = client.get(PACKS).text
    assert (f"{ESCAPED} has no pack" in page, why in page) == (True, True)
    made = client.post(reverse("admin:downtime_make", args=[pack.pk])).status_code
    assert (made, DowntimePack.objects.count()) == ((302, 1) if mode == "live" else (404, 0))


def test_a_pack_is_stored_so_that_nobody_reads_it_in_the_database(rows):
    Warehouse.objects.update(shipment_mode="live")
    packs.make_all()
    assert packs.of(Warehouse.objects.get()).made_at <= now()
    packs.taken_out(packs.of(Warehouse.objects.get()), Actor("x"), "sheets")
