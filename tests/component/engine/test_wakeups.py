"""Wake-ups may be lost or doubled: the tables know what is due, and a sweeper looks."""

from typing import Any

import pytest
import redis
from django.conf import settings as environment
from django.db import transaction
from django.db.models.functions import Now

from config import broker
from integration.errors import Rejected
from integration.jobs import cases as case_book
from integration.jobs import dispatch, engine, sweep
from integration.jobs.streams import claim
from integration.models import Connection, Document, Lane, OutboundMessage, SyncJob
from tests.component.engine.yard import cases, fine, partner, put, put_and_roll_back, run, time_passes, until

pytestmark = pytest.mark.django_db(transaction=True)


def queued(lane: Lane = Lane.ORDER) -> int:
    """Wake-ups that wait in Valkey for a worker."""
    return int(redis.Redis.from_url(environment.REDIS_URL).llen(dispatch.queue(lane)))


def nothing_gathered() -> bool:
    return not dispatch._bell._gathering


def test_a_burst_sends_one_wake_up() -> None:
    for number in range(8):
        put(f"order:{number}")
    until(nothing_gathered)
    assert (queued(Lane.ORDER), queued(Lane.SHIPMENT)) == (1, 0)


def test_a_job_that_is_rolled_back_wakes_nobody() -> None:
    with pytest.raises(ZeroDivisionError):
        put_and_roll_back()
    assert queued() == 0


def test_work_that_comes_while_a_worker_looks_sends_its_own() -> None:
    put("order:1")
    dispatch.arrived(Lane.ORDER)
    put("order:2")
    until(lambda: queued() == 2)


def test_a_doubled_wake_up_finds_nothing() -> None:
    put()
    assert (run(fine), run(fine)) == (1, 0)


def test_the_sweeper_wakes_what_a_forgetful_broker_lost() -> None:
    put("order:1")
    put("shipment:1", lane=Lane.SHIPMENT)
    redis.Redis.from_url(environment.REDIS_URL).flushdb()
    assert sweep.wake_due() == [Lane.SHIPMENT, Lane.ORDER]
    assert (queued(Lane.SHIPMENT), queued(Lane.ORDER), queued(Lane.INVENTORY)) == (1, 1, 0)


def test_the_sweeper_leaves_alone_what_is_in_hand_or_not_due() -> None:
    put("order:1")
    assert len(claim(Lane.ORDER, streams=1, seconds=60)[0]) == 1
    assert sweep.wake_due() == []
    time_passes(61)
    assert sweep.wake_due() == [Lane.ORDER]


def test_without_a_broker_work_is_taken_in_all_the_same(settings: Any, closed_port: int) -> None:
    url = f"redis://127.0.0.1:{closed_port}/0"
    settings.REDIS_URL = settings.BROKER_URL = url
    settings.BROKER = broker.configuration(url)
    dispatch.forget_connections()
    try:
        job = put()
        dispatch.wake(Lane.ORDER)
        assert engine.run_lane(Lane.ORDER, {"work": fine}) == 1
    finally:
        dispatch.forget_connections()
    job.refresh_from_db()
    assert job.state == "succeeded"


def test_a_worker_whose_time_is_up_sends_for_the_next_one() -> None:
    put("order:1")
    dispatch.arrived(Lane.ORDER)
    before = queued()
    assert engine.run_lane(Lane.ORDER, {"work": fine}, seconds=0) == 0
    until(lambda: queued() == before + 1)


def test_a_less_urgent_lane_makes_room_when_it_had_its_least_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """A burst of master data keeps a shipment waiting for a part of its slice, not for all of it."""
    monkeypatch.setattr(engine, "SLICE_SECONDS", {**engine.SLICE_SECONDS, Lane.MASTER_DATA: 0.0})
    monkeypatch.setattr(engine, "_sizes", {})
    for number in range(40):
        put(f"item:{number}", lane=Lane.MASTER_DATA)
    put("shipment:1", lane=Lane.SHIPMENT)
    assert run(fine, lane=Lane.MASTER_DATA) == 1
    until(nothing_gathered)
    assert (queued(Lane.SHIPMENT), queued(Lane.MASTER_DATA)) == (1, 2)
    assert run(fine, lane=Lane.SHIPMENT) == 1
    until(nothing_gathered)
    assert run(fine, lane=Lane.SHIPMENT) == 0
    assert run(fine, lane=Lane.MASTER_DATA) == 39


def test_a_lane_has_its_least_part_whatever_else_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SLICE_SECONDS", {**engine.SLICE_SECONDS, Lane.MASTER_DATA: 160.0})  # on any machine
    for number in range(40):
        put(f"item:{number}", lane=Lane.MASTER_DATA)
    put("shipment:1", lane=Lane.SHIPMENT)
    assert run(fine, lane=Lane.MASTER_DATA) > 1


def test_an_urgent_lane_makes_room_for_nobody() -> None:
    for number in range(4):
        put(f"shipment:{number}", lane=Lane.SHIPMENT)
    put("item:1", lane=Lane.MASTER_DATA)
    assert run(fine, lane=Lane.SHIPMENT) == 4


def sent(reference: str) -> OutboundMessage:
    wms = partner(f"wms-{reference}")
    order = Document.objects.create(connection=wms, kind="order", reference=f"S-{reference}", erp_id=1)
    delivery = order.deliveries.create(connection=wms, kind="delivery", reference=reference, erp_id=2)
    return OutboundMessage.objects.create(
        **{"connection": wms, "key": reference, "type": "order.release", "reference": reference, "document": delivery},
        **{"body": b"{}", "state": "sent", "sent_at": Now(), "acknowledge_by": Now()},
    )


def test_a_missing_acknowledgement_is_asked_for_once() -> None:
    message = sent("OUT-1")
    assert (sweep.overdue_acknowledgements(), sweep.overdue_acknowledgements()) == (1, 0)
    job = SyncJob.objects.get()
    assert (job.flow, job.payload["message"], job.trace_id) == ("acknowledgement_ask", message.pk, message.trace_id)
    assert cases() == []


def test_a_missing_acknowledgement_of_a_paused_connection_opens_one_case() -> None:
    sent("OUT-1")
    Connection.objects.update(enabled=False)
    assert (sweep.overdue_acknowledgements(), sweep.overdue_acknowledgements()) == (1, 0)
    assert cases() == [("CD-4007", "open", 1)]


def test_an_acknowledgement_in_time_opens_none() -> None:
    message = sent("OUT-1")
    OutboundMessage.objects.filter(pk=message.pk).update(state="accepted")
    assert (sweep.overdue_acknowledgements(), cases()) == (0, [])


def test_a_cause_that_is_gone_is_cleared_by_its_name() -> None:
    error = Rejected("CD-4007", connection="WMS", release="OUT-1")
    with transaction.atomic():
        case_book.open_case(error)
        case_book.clear("The warehouse answered.", error.fingerprint)
    assert cases() == [("CD-4007", "resolved", 1)]
