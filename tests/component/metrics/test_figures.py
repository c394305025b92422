"""What the figures say is what the tables hold."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils.timezone import now

from integration.jobs import canaries, pulse
from integration.models import (
    BeatLease,
    CallTotal,
    Connection,
    ConnectionGate,
    Document,
    ExceptionCase,
    InboundMessage,
    JobAttempt,
    Lane,
    OutboundMessage,
    RemoteSlot,
    StockDifference,
    Stream,
    SyncJob,
    TryTotal,
    Variance,
    Warehouse,
)

pytestmark = pytest.mark.django_db(transaction=True)  # so that PostgreSQL's time goes on


def within(figures, name):
    return {key[1:]: value for key, value in figures.items() if key[0] == name}


def test_lanes_tell_what_is_due_and_for_how_long(scrape, add_job):
    for number in range(3):
        add_job(f"order:{number}")
    Stream.objects.update(next_due_at=Now() - timedelta(seconds=100))
    found = scrape()
    assert within(found, "crossdock_lane_due_jobs") == {
        ("shipment",): 0, ("order",): 3, ("inventory",): 0, ("master_data",): 0,
    }  # fmt: skip
    assert 100 <= found["crossdock_lane_oldest_due_seconds", "order"] < 130
    assert ("crossdock_lane_clear_seconds", "order") not in found
    assert found["crossdock_lane_clear_seconds", "shipment"] == 0


def test_work_is_counted_in_the_words_of_the_business(scrape, add_job):
    add_job("1", "shipment_confirmation", state="needs_attention")
    add_job("2", "shipment_confirmation", state="retry")
    add_job("3", "receipt_confirmation", state="blocked")
    add_job("4", "release_send")
    add_job("5", "order_release", state="succeeded")
    SyncJob.objects.filter(flow="release_send").update(created_at=Now() - timedelta(hours=1))
    found = scrape()
    assert {key: value for key, value in within(found, "crossdock_work_jobs").items() if value} == {
        ("release",): 1, ("ship",): 2, ("receive",): 1,
    }  # fmt: skip
    assert {key: value for key, value in within(found, "crossdock_work_stopped_jobs").items() if value} == {
        ("ship",): 1, ("receive",): 1,
    }  # fmt: skip
    assert 3600 <= found["crossdock_work_oldest_seconds", "release"] < 3630
    assert within(found, "crossdock_jobs") == {
        ("shipment_confirmation", "needs_attention"): 1, ("shipment_confirmation", "retry"): 1,
        ("receipt_confirmation", "blocked"): 1, ("release_send", "pending"): 1,
    }  # fmt: skip


def test_calls_are_a_histogram_by_method_and_their_failures_are_counted_by_code(scrape, wms):
    for outcome, within_, calls, seconds in (("ok", 0.05, 3, 0.1), ("ok", 0.5, 2, 0.8), ("CD-1001", 30, 1, 20)):
        CallTotal.objects.create(
            connection=wms, method="send", outcome=outcome, within=within_, calls=calls, seconds=seconds
        )
    found = scrape()
    buckets = within(found, "crossdock_call_duration_seconds_bucket")
    assert [buckets["northgate", step, "send"] for step in ("0.05", "0.25", "0.5", "10.0", "30.0", "+Inf")] == [
        3, 3, 5, 5, 6, 6,
    ]  # fmt: skip
    assert found["crossdock_call_duration_seconds_count", "northgate", "send"] == 6
    assert round(found["crossdock_call_duration_seconds_sum", "northgate", "send"], 3) == 20.9
    assert within(found, "crossdock_calls_failed_total") == {
        ("CD-1001", "northgate", "send"): 1, ("CD-1003", "northgate", "send"): 0, ("CD-1006", "northgate", "send"): 0,
    }  # fmt: skip


def test_a_step_that_is_no_more_is_still_counted(scrape, wms):
    CallTotal.objects.create(connection=wms, method="send", outcome="ok", within=7, calls=3, seconds=18)
    buckets = within(scrape(), "crossdock_call_duration_seconds_bucket")
    assert [buckets["northgate", step, "send"] for step in ("5.0", "7.0", "10.0")] == [0, 3, 3]


def test_tries_tell_what_they_came_to_and_whether_the_promise_was_kept(scrape):
    for outcome, within_, tries, kept in (("succeeded", 5, 8, 8), ("succeeded", 300, 2, 0), ("retry", 1, 4, 0)):
        TryTotal.objects.create(
            flow="order_release", outcome=outcome, within=within_, tries=tries, kept=kept, seconds=tries
        )
    found = scrape()
    assert {key: value for key, value in within(found, "crossdock_job_tries_total").items() if value} == {
        ("order_release", "succeeded"): 10, ("order_release", "retry"): 4,
    }  # fmt: skip
    assert found["crossdock_jobs_kept_total", "order_release"] == 8
    assert found["crossdock_flow_promise_seconds", "order_release"] == 60
    assert found["crossdock_job_duration_seconds_bucket", "order_release", "60.0"] == 8
    assert found["crossdock_job_duration_seconds_count", "order_release"] == 10


def test_a_whole_minute_of_work_gets_into_the_counters(scrape, add_job, wms):
    job = add_job(state="succeeded")
    call = {"what": "send", "ms": 40, "outcome": "ok", "to": wms.pk}
    JobAttempt.objects.create(job=job, number=1, worker="w", started_at=now(), outcome="succeeded", calls=[call])
    JobAttempt.objects.update(ended_at=Now() - timedelta(seconds=40))
    before = scrape()
    assert 40 <= before["crossdock_counters_behind_seconds",] < 70
    assert before["crossdock_job_tries_total", "order_release", "succeeded"] == 0
    assert set(within(before, "crossdock_job_tries_total").values()) == {0}
    pulse.count()
    after = scrape()
    assert after["crossdock_counters_behind_seconds",] == 0
    assert after["crossdock_job_tries_total", "order_release", "succeeded"] == 1
    assert after["crossdock_call_duration_seconds_bucket", "northgate", "0.05", "send"] == 1


def test_connections_tell_their_breaker_throttle_and_slots(scrape, wms, add_job):
    ConnectionGate.objects.create(
        connection=wms, breaker="open", failures=5, next_call_at=Now() + timedelta(seconds=50)
    )
    for number, ends in enumerate((60, -60)):
        RemoteSlot.objects.create(connection=wms, number=number, leased_until=Now() + timedelta(seconds=ends))
    add_job(state="retry", waits_for=wms)
    Connection.objects.create(
        slug="odoo", name="Odoo", kind="odoo", base_url="https://o.test", enabled=False, calls_per_second=1.5,
        options={"key_expires": "2027-01-31"},
    )  # fmt: skip
    found = scrape()
    assert within(found, "crossdock_connection_breaker_open") == {("northgate",): 1, ("odoo",): 0}
    assert within(found, "crossdock_connection_enabled") == {("northgate",): 1, ("odoo",): 0}
    assert within(found, "crossdock_connection_failures") == {("northgate",): 5, ("odoo",): 0}
    assert within(found, "crossdock_connection_call_slots_used") == {("northgate",): 1, ("odoo",): 0}
    assert within(found, "crossdock_connection_calls_per_second_limit") == {("odoo",): 1.5}
    assert within(found, "crossdock_connection_waiting_jobs") == {("northgate",): 1, ("odoo",): 0}
    assert 20 < found["crossdock_connection_throttle_seconds", "northgate"] <= 50
    assert within(found, "crossdock_connection_key_expires_timestamp_seconds") == {("odoo",): 1801353600}


@pytest.mark.parametrize("given", ["soon", "", 7, None])
def test_a_day_that_is_none_takes_no_figure_along(scrape, wms, given):
    Connection.objects.filter(pk=wms.pk).update(options={"key_expires": given})
    found = scrape()
    assert within(found, "crossdock_connection_enabled") == {("northgate",): 1}
    assert within(found, "crossdock_connection_key_expires_timestamp_seconds") == {}


def test_cases_tell_their_value_and_what_is_overdue(scrape):
    common = {"code": "CD-5001", "owner": "operations", "severity": "high", "last_seen": now(), "currency": "EUR"}
    past, ahead = now() - timedelta(hours=1), now() + timedelta(hours=1)
    for number, (state, value, deadline) in enumerate(
        (("open", 100, past), ("open", 20, ahead), ("snoozed", 3, past), ("resolved", 4000, past))
    ):
        ExceptionCase.objects.create(fingerprint=f"{number}", state=state, value=value, deadline=deadline, **common)
    found = scrape()
    assert within(found, "crossdock_cases") == {
        ("CD-5001", "high", "open", "operations"): 2, ("CD-5001", "high", "snoozed", "operations"): 1,
    }  # fmt: skip
    assert within(found, "crossdock_cases_overdue") == {("high",): 1}
    assert within(found, "crossdock_cases_value") == {("EUR", "high"): 123}


def test_numbers_that_do_not_agree_are_counted_by_units_and_by_value(scrape, wms):
    erp = Connection.objects.create(slug="odoo", name="Odoo", kind="odoo", base_url="https://o.test")
    warehouse = Warehouse.objects.create(name="Leeds", erp=erp, company_id=1, erp_warehouse_id=1, wms=wms, site="L")
    delivery = Document.objects.create(connection=erp, kind="delivery", reference="WH/OUT/1", erp_id=1)
    common = {"document": delivery, "subject": "over", "warehouse": warehouse}
    for line, (says, found, gone) in enumerate(((5, 3, None), (1, 2, None), (9, 0, now()))):
        Variance.objects.create(line=line, says=says, found=found, gone_at=gone, **common)
    for sku, says, unexplained, value, gone in (("A", 3, 2, 30, None), ("B", -1, 0, -12, None), ("C", 7, 7, 70, now())):
        Variance.objects.create(
            subject="stock", warehouse=warehouse, sku=sku, says=says, found=0, unexplained=unexplained, value=value,
            currency="EUR", gone_at=gone,
        )  # fmt: skip
    for line, (state, value) in enumerate((("waiting", -70), ("waiting", 30), ("posted", 500))):
        StockDifference.objects.create(
            warehouse=warehouse, kind="counted", state=state, source="c", number="C1", line=line, product_id=1,
            sku="A", place=8, quantity=1, value=value, currency="EUR", happened_at=now(),
        )  # fmt: skip
    found = scrape()
    assert within(found, "crossdock_variances") == {
        ("stock",): 2, ("over",): 2, ("part",): 0, ("moved",): 0,
        ("delivered",): 0, ("received",): 0, ("invoiced",): 0, ("not_posted",): 0,
        ("sent",): 0, ("arrived",): 0, ("transit",): 0, ("unknown",): 0,
    }  # fmt: skip
    assert (found["crossdock_variance_units", "over"], found["crossdock_variance_units", "stock"]) == (3, 4)
    assert within(found, "crossdock_variance_unexplained_units") == {("stock",): 2}
    assert within(found, "crossdock_variances_value") == {("EUR", "Leeds"): 42}
    assert within(found, "crossdock_stock_differences") == {("waiting", "Leeds"): 2}
    assert within(found, "crossdock_stock_differences_value") == {("EUR", "waiting", "Leeds"): 100}


def test_what_was_heard_and_what_was_not_answered(scrape, wms):
    at = now() - timedelta(minutes=5)
    for number in ("1", "2"):
        InboundMessage.objects.create(connection=wms, external_id=number, type="shipment.confirmed", body=b"{}")
    InboundMessage.objects.filter(external_id="2").update(received_at=at)
    InboundMessage.objects.filter(external_id="1").update(received_at=at - timedelta(hours=1))
    for number, (state, due) in enumerate((("sent", -90), ("sent", 60), ("accepted", -90))):
        OutboundMessage.objects.create(
            connection=wms, key=f"{number}", type="release", reference="R", body=b"{}", state=state,
            acknowledge_by=now() + timedelta(seconds=due),
        )  # fmt: skip
    found = scrape()
    assert found["crossdock_connection_last_message_timestamp_seconds", "northgate"] == at.timestamp()
    assert found["crossdock_acknowledgements_overdue", "northgate"] == 1
    assert 90 <= found["crossdock_acknowledgements_overdue_seconds", "northgate"] < 120


def test_what_has_a_case_since_is_not_answered_either(scrape, wms):
    for code, state in (("CD-4007", "open"), ("CD-7002", "snoozed"), ("CD-4007", "resolved"), ("CD-3001", "open")):
        row = ExceptionCase.objects.create(
            fingerprint=f"{code}{state}", code=code, title=code, cause="c", fix="f", owner="warehouse", severity="high",
            state=state, connection=wms, last_seen=now(),
        )  # fmt: skip
        ExceptionCase.objects.filter(pk=row.pk).update(first_seen=now() - timedelta(minutes=20))
    found = scrape()
    assert found["crossdock_acknowledgements_overdue", "northgate"] == 2
    assert 1200 <= found["crossdock_acknowledgements_overdue_seconds", "northgate"] < 1260


def test_who_is_alive(scrape):
    before = scrape()
    assert (before["crossdock_workers",], before["crossdock_beat_leads",]) == (0, 0)
    canaries.settle("celery@a", canaries.WORKER)
    BeatLease.objects.create(
        name="beat", holder="6f3a8d5c-2f8e-4f0e-9a51-0f8d0a3c1b11", node="a", term=3,
        held_until=now() + timedelta(seconds=60),
    )  # fmt: skip
    after = scrape()
    assert (after["crossdock_workers",], after["crossdock_beat_leads",], after["crossdock_beat_term",]) == (1, 1, 3)


def test_lanes_that_hold_nothing_are_told_too(scrape):
    assert set(within(scrape(), "crossdock_lane_held_jobs")) == {(lane.name.lower(),) for lane in Lane}
