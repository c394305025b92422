"""Waves in the console: what waits is seen, and who may lets it go before its time."""

import json
import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from integration import models
from integration.console import in_waves
from integration.rules.roles import ALL_WAREHOUSES, ROLES
from tests.component.console.conftest import user_with

PEOPLE = [name for name in ROLES if name not in (ALL_WAREHOUSES, "customer service")]
MAY = {"supervisor", "administrator"}


@pytest.fixture(autouse=True)
def _open(rows):
    models.Wave.objects.update(state="open", released_at=None, orders=0)


def act(client, **sent):
    wave = models.Wave.objects.get()
    return client.post(reverse("admin:integration_wave_act", args=[wave.pk, "release"]), sent)


@pytest.mark.parametrize("role", PEOPLE)
def test_a_supervisor_lets_a_wave_go_before_its_time_with_a_reason(role, rows):
    _, client = user_with(role, ALL_WAREHOUSES)
    wave = models.Wave.objects.get()
    page = client.get(reverse("admin:integration_wave_change", args=[wave.pk])).text
    assert ("/act/release/" in page) == (role in MAY)
    assert act(client).status_code == (200 if role in MAY else 403)  # 200: asks for the reason
    assert act(client, reason="the lorry is here").status_code == (302 if role in MAY else 403)
    wave.refresh_from_db()
    assert (wave.hurried_by, wave.reason) == (("someone", "the lorry is here") if role in MAY else ("", wave.reason))
    assert models.SyncJob.objects.filter(flow="wave_release").exists() == (role in MAY)


def test_one_that_is_released_is_not_offered_again(rows, admin_client):
    models.Wave.objects.update(state="released")
    act(admin_client, reason="once more")
    assert not models.SyncJob.objects.filter(flow="wave_release").exists()


def test_today_tells_the_open_waves_with_how_many_wait(rows, admin_client):
    page = admin_client.get(reverse("admin:index")).text
    assert models.Wave.objects.get().number in page
    assert "1 delivery waits" in page
    models.WaveOrder.objects.all().delete()
    assert "1 delivery waits" not in admin_client.get(reverse("admin:index")).text


def test_an_order_tells_which_wave_it_waits_for(rows, admin_client):
    [row] = models.WaveOrder.objects.all()
    page = admin_client.get(reverse("admin:timeline", args=[row.document_id])).text
    assert f"waits for wave {row.wave.number}, which goes at" in page
    assert "waits for Odoo" not in page


def test_who_sees_another_warehouse_sees_no_wave_and_lets_none_go(rows):
    _, client = user_with("supervisor")
    page = client.get(reverse("admin:index")).text
    assert models.Wave.objects.get().number not in page
    assert act(client, reason="mine").status_code == 405
    assert models.Wave.objects.get().hurried_by == ""


def test_the_time_is_the_warehouses_own(rows):
    wave = models.Wave(warehouse=models.Warehouse(time_zone="Asia/Tokyo"))
    long_ago = datetime(2026, 1, 5, 20, tzinfo=UTC)
    assert in_waves.clock(wave, long_ago) == "2026-01-06 05:00"
    today = datetime.now(UTC).replace(hour=20)
    assert in_waves.clock(wave, today)[-5:] == f"05:{today:%M}"


def posted(admin_client, **given):
    sent = {"kind": "wave", "name": "Morning", "enabled": "on", "condition": "true", **given}
    page = admin_client.post(reverse("admin:integration_orderrule_add"), sent)
    return page.context["adminform"].form.errors if page.context else {}


def test_a_rule_for_waves_is_written_in_the_form(rows, admin_client):
    assert posted(admin_client, times="10:00, 14:00", urgent_from="7") == {}
    made = models.OrderRule.objects.get(name="Morning")
    expected = {"times": ["10:00", "14:00"], "before_cutoff": None, "size": None, "minutes": None, "urgent_from": 7}
    assert made.outcome == expected
    page = admin_client.get(reverse("admin:integration_orderrule_changelist")).text
    assert "times of the day: 10:00, 14:00; goes at once from priority: 7" in page


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({}, {"times": ["Say one of: times, minutes before the cut-off, a number of deliveries."]}),
        ({"times": "25:00"}, {"times": ["Give times such as 10:00."]}),
        (
            {"times": "10:00", "before_cutoff": "30"},
            {"times": ["Say one of: times, minutes before the cut-off, a number of deliveries."]},
        ),
        ({"size": "20"}, {"times": ["A number of deliveries goes with the minutes after which fewer go as well."]}),
        ({"times": "10:00", "ask": "them"}, {"ask": ["The rule does something else: puts it into a wave."]}),
    ],
    ids=json.dumps,
)
def test_what_makes_no_wave_is_refused_in_words(given, errors, rows, admin_client):
    assert posted(admin_client, **given) == errors


def test_the_page_of_a_big_wave_shows_its_deliveries_by_fifty(rows, admin_client):
    """In the order in which they go."""
    [row] = models.WaveOrder.objects.all()
    for number in range(120):
        more = {"release": f"BIG/{number:03}", "picking_id": 50_000 + number, "rank": 99 - number % 99}
        models.WaveOrder.objects.create(
            wave=row.wave, connection=row.connection, document=row.document, promised_at=None, **more
        )
    page = reverse("admin:integration_wave_change", args=[row.wave_id])
    first, third = (admin_client.get(page, {"waiting-page": number}).text for number in (1, 3))
    seen, last = (set(re.findall(r"BIG/\d+", text)) for text in (first, third))
    assert (len(seen), "BIG/000" in seen, "BIG/098" in seen) == (50, True, False)
    assert "waiting-page=2" in first
    assert 0 < len(last) <= 50
