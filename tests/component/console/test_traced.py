"""A trace's number, as any of those who have it write it, leads to its messages and jobs."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integration.models import InboundMessage, SyncJob
from tests.component.console.conftest import user_with

FIND = reverse("admin:find")


@pytest.fixture
def traced(rows):
    """A message and its job; the job that waits has a trace of its own."""
    SyncJob.objects.filter(inbound=rows.received).update(trace_id=rows.received.trace_id)
    return rows


def found(client, term):
    return client.get(FIND, {"q": term}).context["of_trace"]


@pytest.mark.parametrize("write", [str, lambda trace: trace.hex, lambda trace: trace.hex.upper()])
def test_a_trace_leads_to_its_messages_and_their_jobs(write, traced, admin_client):
    of_trace = found(admin_client, write(traced.received.trace_id))
    assert of_trace.messages == [traced.received]
    assert of_trace.jobs == list(SyncJob.objects.filter(inbound=traced.received).order_by("pk"))


def test_a_job_that_is_stuck_is_found_by_its_own_trace(traced, admin_client):
    SyncJob.objects.filter(pk=traced.waiting.job_id).update(state="blocked", inbound=None, trace_id=uuid.uuid4())
    job = SyncJob.objects.get(pk=traced.waiting.job_id)
    assert found(admin_client, job.trace_id.hex).jobs == [job]


def test_the_pages_of_message_and_job_show_the_trace_and_lead_to_the_rest_of_it(traced, admin_client):
    job = SyncJob.objects.filter(inbound=traced.received).first()
    for address in (
        reverse("admin:integration_inboundmessage_change", args=[traced.received.pk]),
        reverse("admin:integration_syncjob_change", args=[job.pk]),
    ):
        assert f"{FIND}?q={traced.received.trace_id.hex}" in admin_client.get(address).text


def test_a_number_that_is_no_trace_is_searched_as_any_other(traced, admin_client):
    assert found(admin_client, "0" * 32).messages == []
    assert admin_client.get(FIND, {"q": "x" * 32}).context["of_trace"] is None


def test_of_other_warehouses_nothing_is_found(traced):
    _, client = user_with("operator")
    of_trace = found(client, traced.received.trace_id.hex)
    assert (of_trace.messages, of_trace.jobs) == ([], [])


def test_many_messages_are_not_read_to_find_one(traced, admin_client):
    table = InboundMessage._meta.db_table
    columns = "connection_id, external_id, type, reference, body, headers, drift, edits, received_at"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}, trace_id) SELECT connection_id, 'm' || n, type, reference, body, headers,"
            f" drift, edits, received_at, gen_random_uuid() FROM {table}, generate_series(1, 20000) AS n"
        )
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found(admin_client, traced.received.trace_id.hex)
    looked = next(each["sql"] for each in asked if "trace_id" in each["sql"] and table in each["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {looked}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "inbound_trace" in plan, plan
