"""Replays in the console: chosen by filters, tried, run with a reason, approved by somebody else."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from integration.jobs.routes import ROUTES
from integration.models import Document, InboundMessage, Replay, ReplayItem, SyncJob, Warehouse
from integration.rules.roles import ALL_WAREHOUSES, ROLES
from tests.component.console.conftest import user_with
from tests.component.console.test_reach import limited

PEOPLE = [name for name in ROLES if name != ALL_WAREHOUSES]
REPLAYS = {"operator", "supervisor", "integrator", "administrator"}
APPROVES = {"supervisor", "administrator"}
LIST = reverse("admin:integration_inboundmessage_changelist")
MATCHING = reverse("admin:replay_matching")


def message(rows, number, kind="receipt.confirmed", state="needs_attention", days=0, **given):
    """A message with its one job, received so many days ago."""
    about = {"external_id": number, "type": kind, "reference": number, "document": rows.delivery, "body": b"{}"}
    made = InboundMessage.objects.create(connection=rows.wms, **{**about, **given})
    InboundMessage.objects.filter(pk=made.pk).update(received_at=now() - timedelta(days=days))
    SyncJob.objects.create(stream=rows.stream, flow=ROUTES[kind].flow, subject=number, inbound=made, state=state)
    return made


def listed(client, **filters):
    return sorted(row.reference for row in client.get(LIST, filters).context["cl"].result_list)


def act(client, replay, name, **data):
    return client.post(reverse("admin:replay_act", args=[replay.pk, name]), {"round": replay.round, **data})


def ready(user, rows, **given):
    """One that has been tried."""
    about = {"chosen": "some", "size": 1, "digest": "d", "warehouses": [rows.warehouse.pk], "state": "ready"}
    replay = Replay.objects.create(made_by=user, made_by_name=user.username, **{**about, **given})
    ReplayItem.objects.create(replay=replay, message=rows.received, verdict="writes")
    return replay


@pytest.fixture
def some(rows):
    rows.received.delete()
    message(rows, "R-1")
    message(rows, "R-2", days=1)
    message(rows, "R-3", days=1, state="succeeded")
    message(rows, "R-4", days=1, state="cancelled")
    message(rows, "S-1", "shipment.confirmed", days=1, state="blocked")
    return rows


def test_messages_are_found_by_what_they_are_about_their_day_and_what_became_of_them(some, admin_client):
    assert listed(admin_client, work="receive") == ["R-1", "R-2", "R-3", "R-4"]
    assert listed(admin_client, work="receive", outcome="failed") == ["R-1", "R-2"]
    assert listed(admin_client, work="receive", outcome="failed", day="yesterday") == ["R-2"]
    assert listed(admin_client, outcome="ended") == ["R-4"]
    assert listed(admin_client, outcome="done") == ["R-3"]
    assert listed(admin_client, day="today") == ["R-1"]
    assert len(listed(admin_client, day="week", work="nonsense", outcome="nonsense")) == 5


def test_what_went_through_at_last_has_not_failed(some, admin_client):
    again = InboundMessage.objects.get(reference="R-2")
    SyncJob.objects.create(
        stream=some.stream, flow="receipt_confirmation", subject="x", inbound=again, state="succeeded"
    )
    assert listed(admin_client, outcome="failed", day="yesterday") == ["S-1"]


def test_messages_are_found_by_warehouse(some, admin_client):
    other = Warehouse.objects.create(
        name="Beside", erp=some.erp, company_id=2, erp_warehouse_id=2, wms=some.wms, site="B"
    )
    there = Document.objects.create(connection=some.erp, kind="receipt", reference="IN/9", erp_id=99, warehouse=other)
    message(some, "R-9", document=there)
    assert listed(admin_client, warehouse=other.pk) == ["R-9"]
    assert listed(admin_client, warehouse=some.warehouse.pk) == ["R-1", "R-2", "R-3", "R-4", "S-1"]
    assert listed(admin_client, warehouse="10000") == []


def test_from_today_four_clicks_replay_what_failed_yesterday_at_one_warehouse(some, admin_client):
    today = admin_client.get(reverse("admin:index")).text
    link = f"{LIST}?outcome=failed&amp;work=receive&amp;day=yesterday"
    assert link in today  # the first
    chosen = f"outcome=failed&work=receive&day=yesterday&warehouse={some.warehouse.pk}"
    page = admin_client.get(f"{LIST}?{chosen}").text  # the second
    assert f'action="{MATCHING}?{chosen.replace("&", "&amp;")}"' in page
    made = admin_client.post(f"{MATCHING}?{chosen}", follow=True)  # the third
    replay = Replay.objects.latest("pk")
    assert sorted(item.message.reference for item in replay.items.all()) == ["R-2"]
    assert "outcome: Failed" in replay.chosen
    assert "Tried 0 of 1" in made.text
    replay.items.update(verdict="writes")
    Replay.objects.filter(pk=replay.pk).update(state="ready", tried_at=now())
    act(admin_client, replay, "run", reason="the receipts of Tuesday")  # the fourth
    replay.refresh_from_db()
    assert (replay.state, replay.reason) == ("running", "the receipts of Tuesday")


def test_all_that_match_needs_no_count_and_reads_no_bodies(some, admin_client):
    filters = {"work": "receive", "outcome": "failed", "day": "week", "warehouse": some.warehouse.pk}
    with CaptureQueriesContext(connection) as made:
        admin_client.get(LIST, filters)
    asked = [query["sql"] for query in made.captured_queries if "inboundmessage" in query["sql"]]
    assert [sql for sql in asked if "COUNT(" in sql or '"body"' in sql] == []


def test_ticked_messages_become_one_replay(some, admin_client):
    ticked = list(InboundMessage.objects.filter(type="receipt.confirmed").values_list("pk", flat=True)[:2])
    page = admin_client.post(LIST, {"action": "replay", "_selected_action": ticked, "index": "0"})
    replay = Replay.objects.latest("pk")
    assert (page.url, replay.size) == (reverse("admin:integration_replay_change", args=[replay.pk]), 2)
    assert sorted(replay.items.values_list("message", flat=True)) == sorted(ticked)


@pytest.mark.parametrize("where", ["inboundmessage", "syncjob"])
def test_a_message_s_page_and_a_job_s_page_offer_it(where, rows, admin_client):
    row = {"inboundmessage": rows.received, "syncjob": rows.job}[where]
    page = admin_client.get(reverse(f"admin:integration_{where}_change", args=[row.pk])).text
    assert reverse("admin:replay_messages") in page
    admin_client.post(reverse("admin:replay_messages"), {"message": rows.received.pk})
    assert Replay.objects.latest("pk").items.get().message == rows.received


@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_has_messages_worked_on_again_or_sees_no_button(role, rows):
    _, client = user_with(role, ALL_WAREHOUSES)
    pages = [LIST, reverse("admin:integration_inboundmessage_change", args=[rows.received.pk])]
    offers = ["/replay/matching/" in client.get(pages[0]).text, "/replay/messages/" in client.get(pages[1]).text]
    assert offers == [role in REPLAYS] * 2
    before = Replay.objects.count()
    answers = [
        client.post(MATCHING).status_code,
        client.post(reverse("admin:replay_messages"), {"message": rows.received.pk}).status_code,
    ]
    assert answers == [302 if role in REPLAYS else 403] * 2
    assert Replay.objects.count() == before + (role in REPLAYS)


@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_runs_tries_and_cancels_its_own_or_does_not(role, rows):
    user, client = user_with(role, ALL_WAREHOUSES)
    replay = ready(user, rows)
    answers = [act(client, replay, name, reason="r").status_code for name in ("run", "try", "cancel")]
    expected = 302 if role in REPLAYS else 405 if role == "customer service" else 403
    replay.refresh_from_db()
    assert (answers, replay.state) == ([expected] * 3, "cancelled" if role in REPLAYS else "ready")


@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_approves_what_somebody_else_has_made_or_does_not(role, rows):
    _, client = user_with(role, ALL_WAREHOUSES)
    replay = ready(User.objects.create_user("maker"), rows, state="waiting")
    page = client.get(reverse("admin:integration_replay_change", args=[replay.pk]))
    assert ("/act/approve/" in page.text) == (role in APPROVES)
    act(client, replay, "approve")
    replay.refresh_from_db()
    assert (replay.state, replay.approved_by_name) == (("running", "someone") if role in APPROVES else ("waiting", ""))


def test_nobody_approves_what_they_have_made(rows, admin_client, admin_user):
    replay = ready(admin_user, rows, state="waiting", stakes={"EUR": "20000"})
    page = reverse("admin:integration_replay_change", args=[replay.pk])
    assert "/act/approve/" not in admin_client.get(page).text
    told = admin_client.post(reverse("admin:replay_act", args=[replay.pk, "approve"]), {"round": 1}, follow=True)
    replay.refresh_from_db()
    assert ("Somebody else has to approve" in told.text, replay.state) == (True, "waiting")


def test_without_a_reason_it_does_not_run(rows, admin_client, admin_user):
    replay = ready(admin_user, rows)
    page = act(admin_client, replay, "run", reason="  ")
    replay.refresh_from_db()
    assert (page.status_code, replay.state) == (302, "ready")


def test_what_needs_approval_says_so_before_it_is_asked_for(rows, admin_client, admin_user):
    replay = ready(admin_user, rows, stakes={"EUR": "10000.01"}, tried_at=now())
    page = admin_client.get(reverse("admin:integration_replay_change", args=[replay.pk])).text
    assert "worth 10,000.01 EUR" in page
    assert "a second person has to approve it" in page
    assert "Ask for approval" in page


def test_a_replay_reads_itself_anew_until_it_rests(rows, admin_client, admin_user):
    replay = ready(admin_user, rows, state="trying")
    live = reverse("admin:replay_live", args=[replay.pk])
    assert f'data-live="{live}' in admin_client.get(reverse("admin:integration_replay_change", args=[replay.pk])).text
    assert "data-rests" not in admin_client.get(live).text
    Replay.objects.filter(pk=replay.pk).update(state="ready")
    assert "data-rests" in admin_client.get(live).text


def test_the_messages_of_a_replay_are_paged_and_narrowed(rows, admin_client, admin_user):
    replay = ready(admin_user, rows)
    more = [message(rows, f"M-{at}") for at in range(60)]
    ReplayItem.objects.bulk_create(ReplayItem(replay=replay, message=each, verdict="fails") for each in more)
    address = reverse("admin:integration_replay_change", args=[replay.pk])
    with CaptureQueriesContext(connection) as made:
        first = admin_client.get(address)
    assert (len(first.context["items"]), first.context["more"]) == (50, True)
    assert len(made.captured_queries) <= 20
    assert (len(admin_client.get(address, {"p": 2}).context["items"])) == 11
    assert len(admin_client.get(address, {"verdict": "writes"}).context["items"]) == 1
    assert admin_client.get(address, {"p": "x", "verdict": "nonsense"}).status_code == 200


def test_a_replay_with_work_of_other_warehouses_is_not_seen(rows, admin_user):
    other = Warehouse.objects.create(
        name="Beside", erp=rows.erp, company_id=2, erp_warehouse_id=2, wms=rows.wms, site="B"
    )
    mine, both = ready(admin_user, rows), ready(admin_user, rows, warehouses=[rows.warehouse.pk, other.pk], digest="e")
    client = limited(warehouse=rows.warehouse)
    page = reverse("admin:integration_replay_changelist")
    assert {row.pk for row in client.get(page).context["cl"].result_list} >= {mine.pk}
    assert both.pk not in {row.pk for row in client.get(page).context["cl"].result_list}
    assert client.get(reverse("admin:replay_live", args=[both.pk])).status_code == 404
    assert act(client, both, "cancel").status_code == 405
    both.refresh_from_db()
    assert both.state == "ready"


def test_messages_of_other_warehouses_are_not_replayed(rows):
    erp, wms = rows.erp, rows.wms
    other = Warehouse.objects.create(name="Beside", erp=erp, company_id=2, erp_warehouse_id=2, wms=wms, site="B")
    client, before = limited(warehouse=other), Replay.objects.count()
    client.post(reverse("admin:replay_messages"), {"message": rows.received.pk})
    client.post(MATCHING)
    assert Replay.objects.count() == before


@pytest.mark.parametrize("page", ["matching", "messages"])
def test_a_link_makes_no_replay(page, rows, admin_client):
    assert admin_client.get(reverse(f"admin:replay_{page}")).status_code == 405


def test_what_stopped_a_message_the_last_time_stands_beside_what_would_be_done(rows, admin_client, admin_user):
    """What Odoo will say is not known before it is asked to write."""
    replay = ready(admin_user, rows)
    about = {"stream": rows.stream, "flow": "shipment_confirmation", "inbound": rows.received}
    SyncJob.objects.create(**about, state="succeeded", failure_code="CD-5001", failure_mode="Unknown release")
    SyncJob.objects.create(**about, state="blocked", failure_code="CD-5009", failure_mode="Odoo refused the shipment")
    page = admin_client.get(reverse("admin:integration_replay_change", args=[replay.pk]))
    assert "Stopped the last time:" in page.text
    assert ("CD-5009" in page.text, "CD-5001" in page.text) == (True, False)
    SyncJob.objects.filter(state="blocked").update(state="succeeded")
    assert "Stopped the last time:" not in admin_client.get(page.request["PATH_INFO"]).text
