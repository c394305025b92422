"""The home page counts what is open, and shows a user only what the user may see."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import F
from django.urls import reverse
from django.utils.timezone import now

from integration.jobs import sweep
from integration.models import (
    Availability,
    Connection,
    ConnectionGate,
    ExceptionCase,
    FlowTally,
    JobAttempt,
    StockDifference,
    Stream,
    SyncJob,
)


def home(client):
    return client.get(reverse("admin:index"))


def counts(tiles):
    return {tile.label: tile.count for tile in tiles}


def test_open_cases_are_counted_by_severity(rows, admin_client):
    assert counts(home(admin_client).context["severities"]) == {"critical": 0, "high": 1, "medium": 0, "low": 0}
    ExceptionCase.objects.update(state="resolved")
    assert sum(counts(home(admin_client).context["severities"]).values()) == 0


def families(client):
    return {str(each.label): (each.jobs, each.stopped) for each in home(client).context["families"] if each.jobs}


def test_what_is_not_posted_is_counted_until_it_is(rows, admin_client):
    assert families(admin_client) == {"Shipments not posted": (1, 1)}
    SyncJob.objects.update(state="retry")
    assert families(admin_client) == {"Shipments not posted": (1, 0)}
    SyncJob.objects.update(state="succeeded")
    assert families(admin_client) == {}


def test_a_tile_leads_to_the_jobs_that_it_counts(rows, admin_client):
    SyncJob.objects.create(stream=rows.stream, flow="shipment_confirmation", subject="done", state="succeeded")
    SyncJob.objects.create(stream=rows.stream, flow="order_release", subject="other", state="blocked")
    [tile] = [each for each in home(admin_client).context["families"] if "Shipments" in str(each.label)]
    assert [job.pk for job in admin_client.get(tile.address).context["cl"].result_list] == [rows.job.pk]


def test_stock_that_differs_is_counted_and_its_tile_leads_to_it(rows, admin_client):
    StockDifference.objects.update(state="waiting")
    Availability.objects.update(difference=-2)
    tiles = home(admin_client).context["variances"]
    assert [tile.count for tile in tiles] == [1, 1]
    assert [len(admin_client.get(tile.address).context["cl"].result_list) for tile in tiles] == [1, 1]
    StockDifference.objects.update(state="posted")
    Availability.objects.update(difference=0)
    assert len(admin_client.get(tiles[1].address).context["cl"].result_list) == 0
    assert [tile.count for tile in home(admin_client).context["variances"]] == [0, 0]


def test_snoozed_cases_are_not_counted(rows, admin_client):
    ExceptionCase.objects.update(state="snoozed", snoozed_until=now() + timedelta(days=1))
    page = home(admin_client)
    assert (sum(counts(page.context["severities"]).values()), page.context["urgent"]) == (0, [])


def test_the_part_that_is_fetched_again_is_the_same_without_the_frame(rows, admin_client):
    part = admin_client.get(reverse("admin:today"))
    assert "Needs a person now" in part.text
    assert "<html" not in part.text


def test_a_stranger_does_not_get_the_part_that_is_fetched_again(db, client):
    assert client.get(reverse("admin:today")).status_code == 302


def test_how_fast_flows_were_stands_beside_what_was_promised(rows, admin_client):
    page = home(admin_client)
    [speed] = page.context["pace"].speeds
    assert (speed.says, speed.jobs, speed.kept, speed.usual, speed.promise) == (
        "What Odoo wants shipped is decided and kept", 3, 66, "3.0 s", "1 min",
    )  # fmt: skip
    assert "3 jobs went through in the last 6 hours" in page.text
    assert "at most 3.0 s on average in ten minutes; promised are 1 min" in speed.chart
    assert "cd-over" not in speed.chart


def test_ten_minutes_that_broke_the_promise_stand_out(rows, admin_client):
    FlowTally.objects.update(seconds=F("jobs") * 61)
    [speed] = home(admin_client).context["pace"].speeds
    assert "cd-over" in speed.chart


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
    Connection.objects.filter(pk=rows.wms.pk).update(enabled=False)  # it cannot be asked
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
    assert [f'<span class="cd-whole">{lane["label"]}</span>' in page.text for lane in page.context["lanes"]] == [True]
    Stream.objects.update(next_due_at=now() - timedelta(minutes=2))
    assert "not draining" in home(admin_client).text
    JobAttempt.objects.create(job=rows.job, number=2, worker="w", started_at=now(), outcome="succeeded")
    assert ", in 1 min" in home(admin_client).text


def test_work_that_is_only_looked_at_again_is_told_once_and_as_waiting(rows, admin_client):
    Stream.objects.update(next_due_at=now())
    page = home(admin_client)
    assert "Nothing is due." in page.text
    assert families(admin_client) == {"Shipments not posted": (1, 1)}


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
