"""What the tables tell, as people are told it; once however many look, with its notices or not at all."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.timezone import now

from config.queues import MAINTENANCE
from integration.jobs import alerts, lease, sql, watch
from integration.jobs.acts import Actor, NotAllowed
from integration.models import (
    Alert,
    AlertRule,
    AuditEvent,
    BeatLease,
    CaseJob,
    Connection,
    CutOff,
    DaysOff,
    Document,
    ExceptionCase,
    FlowSuccess,
    FlowTally,
    Notice,
    Stream,
    SyncJob,
    Variance,
    Warehouse,
)
from tasks import maintenance
from tests.component.alerts.yard import channel, down, later, says, told, up
from tests.component.engine.yard import together

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 30, 14, 30, tzinfo=UTC)  # 15:30 in Berlin, a Monday
OPERATOR = Actor("erika")


@pytest.fixture
def warehouse() -> Warehouse:
    erp = Connection.objects.create(slug="odoo", name="Odoo", kind="odoo", environment="test")
    wms = Connection.objects.create(slug="wms", name="WMS", kind="http_json")
    made = Warehouse.objects.create(
        name="Main", erp=erp, company_id=1, erp_warehouse_id=1, wms=wms, site="N", time_zone="Europe/Berlin"
    )
    CutOff.objects.create(warehouse=made, carrier="DHL", time="16:00", days=[0])
    return made


def order(warehouse: Warehouse, value: str, *, carrier: str = "DHL", state: str = "waiting", ago: int = 60) -> Document:
    """An order and its delivery."""
    number = Document.objects.count() + 1
    about: dict[str, Any] = {"connection": warehouse.erp, "warehouse": warehouse, "carrier": carrier}
    made = Document.objects.create(
        kind="order", reference=f"S{number}", erp_id=number, value=Decimal(value), currency="EUR", **about
    )
    delivery = Document.objects.create(
        kind="delivery", reference=f"OUT/{number}", erp_id=number, parent=made, state=state, **about
    )
    Document.objects.update(created_at=NOON - timedelta(minutes=ago))
    return delivery


def job(document: Document, *, state: str = "blocked", flow: str = "order_release", ago: int = 60) -> SyncJob:
    stream = Stream.objects.create(key=f"stream {document.pk}", lane=2)
    made = SyncJob.objects.create(stream=stream, flow=flow, subject="x", document=document, state=state)
    SyncJob.objects.filter(pk=made.pk).update(created_at=NOON - timedelta(minutes=ago))
    return made


def case(code: str, *jobs: SyncJob, **given: Any) -> ExceptionCase:
    usual: dict[str, Any] = {"title": code, "owner": "operations", "severity": "high", "last_seen": now()}
    made = ExceptionCase.objects.create(
        fingerprint=f"{code}{given}", code=code, cause="c", fix="f", **{**usual, **given}
    )
    CaseJob.objects.bulk_create([CaseJob(case=made, job=each) for each in jobs])
    return made


def test_orders_that_will_miss_their_carrier_are_told_with_what_they_wait_for(warehouse: Warehouse) -> None:
    channel()
    case("CD-3001", *(job(order(warehouse, value)) for value in ("1000", "2000.5", "9.5")))
    job(order(warehouse, "1300"), state="pending")
    case("CD-4007", document=order(warehouse, "100", state="released"))  # sent, and not answered: no job waits
    job(order(warehouse, "7", carrier="UPS"))  # no cut-off of its own
    job(order(warehouse, "7", state="shipped"))
    job(order(warehouse, "7"), state="pending", ago=4)  # just came
    assert alerts.look(NOON) == 1
    [alert] = Alert.objects.all()
    assert [str(each[0]).format(**each[1]) for each in alert.says] == [
        "5 orders worth 4,410.00 EUR will miss the cut-off of DHL at 16:00 in Main",
        "3 wait for CD-3001 (Product not mapped)",
        "1 is not released",
        "1 waits for CD-4007 (No acknowledgement)",
    ]
    assert (alert.severity, alert.warehouse, alert.state, told()) == (
        "high",
        warehouse,
        "open",
        [("raised", 0, "waiting")],
    )


def test_a_cut_off_that_has_passed_is_told_for_an_hour_and_not_of_what_came_later(warehouse: Warehouse) -> None:
    at = NOON + timedelta(minutes=40)  # 16:10 in Berlin
    job(order(warehouse, "10", ago=60))
    late = order(warehouse, "10")
    Document.objects.filter(pk__in=[late.pk, late.parent_id]).update(created_at=at - timedelta(minutes=6))
    job(late)
    alerts.look(at)
    assert says() == ["1 order worth 10.00 EUR has missed the cut-off of DHL at 16:00 in Main"]
    alerts.look(NOON + timedelta(minutes=95))
    assert Alert.objects.get().state == "gone"


def test_on_a_day_off_no_carrier_is_missed(warehouse: Warehouse) -> None:
    order(warehouse, "4000")
    warehouse.days_off = DaysOff.objects.create(name="Scotland", dates={"2026-11-30": "St Andrew's Day"})
    warehouse.save()
    assert alerts.look(NOON) == 0


def test_a_system_that_is_away_is_told_with_the_orders_that_it_keeps(warehouse: Warehouse) -> None:
    channel()
    away = down()
    held = [job(order(warehouse, value), state="retry") for value in ("100", "20")]
    SyncJob.objects.filter(pk__in=[each.pk for each in held]).update(waits_for=away)
    alerts.look()
    [alert] = Alert.objects.filter(kind="away")
    assert [part[0].format(**part[1]) for part in alert.says] == [
        "North has not answered for 10 min", "2 jobs wait for it", "orders worth 120.00 EUR wait for it",
    ]  # fmt: skip
    assert (alert.team, alert.connection, alert.severity) == ("administrator", away, "high")


def test_what_is_found_again_is_the_same_alert_and_over_when_it_is_gone(warehouse: Warehouse) -> None:
    channel()
    down()
    assert [alerts.look(), alerts.look(), later(31)] == [1, 0, 1]
    assert (Alert.objects.get().count, Alert.objects.get().level) == (3, 1)
    Notice.objects.filter(level=1).update(state="sent")
    up()
    assert [later(32), later(35)] == [0, 1]
    assert told() == [("raised", 0, "dropped"), ("raised", 1, "sent"), ("gone", 1, "waiting")]
    assert Alert.objects.get().gone_at is not None


def test_it_comes_back_as_an_alert_of_its_own(warehouse: Warehouse) -> None:
    down()
    alerts.look()
    up()
    later(10)
    assert Alert.objects.get().state == "gone"
    down("north2")
    later(11)
    assert sorted(Alert.objects.values_list("state", flat=True)) == ["gone", "open"]


def test_two_who_look_at_once_make_one_alert_with_its_notices(warehouse: Warehouse) -> None:
    channel()
    channel(name="boss")
    down()
    with transaction.atomic():
        sql.rows(alerts._ALONE, [])  # somebody is at it
        assert together(alerts.look) == [0]
    assert sum(together(*[alerts.look] * 4)) == 2
    assert (Alert.objects.count(), Notice.objects.count()) == (1, 2)


def test_a_look_that_dies_leaves_nothing_behind(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    channel()
    down()
    alerts.standing_rules()
    with monkeypatch.context() as broken:
        broken.setattr(Notice.objects.__class__, "bulk_create", _dies)
        with pytest.raises(RuntimeError):
            alerts.look()
    assert (Alert.objects.count(), Notice.objects.count()) == (0, 0)
    assert alerts.look() == 1


def _dies(*_: Any, **__: Any) -> None:
    raise RuntimeError("killed")


def test_who_takes_it_is_written_down_and_it_is_told_no_louder(warehouse: Warehouse) -> None:
    channel()
    down()
    alerts.look()
    [alert] = Alert.objects.all()
    user = User.objects.create_user("erika")
    alerts.acknowledge(alert.pk, Actor("erika", user))
    assert later(60) == 0
    alert.refresh_from_db()
    assert (alert.state, alert.acknowledged_by) == ("acknowledged", "erika")
    [event] = AuditEvent.objects.all()
    assert (event.verb, event.subject) == ("take alert", f"alert North has not answered for 10 min ({alert.pk})")
    with pytest.raises(NotAllowed, match="Only an open alert"):
        alerts.acknowledge(alert.pk, OPERATOR)


def asked() -> int:
    """Tasks that a worker was sent."""
    return int(redis.Redis.from_url(settings.REDIS_URL).llen(MAINTENANCE))


def test_a_beat_that_stopped_is_told_by_a_worker(warehouse: Warehouse) -> None:
    assert watch.stand_in_for_beat() is False  # none has ever led: a fresh installation
    lease.hold(uuid.uuid4(), "here:7", 60)
    assert watch.stand_in_for_beat() is False
    maintenance.settle_canary("celery@here")
    assert asked() == 0
    BeatLease.objects.update(held_until=now() - timedelta(minutes=4))
    maintenance.settle_canary("celery@here")
    assert asked() == 1
    alerts.look()
    [alert] = Alert.objects.all()
    assert (str(alert), alert.severity) == (
        "No sign of life of the scheduler for 4 min: nothing is started by the clock", "critical",
    )  # fmt: skip


def test_a_poller_that_stopped_is_told_unless_its_system_is_away_or_the_beat_is(warehouse: Warehouse) -> None:
    FlowSuccess.objects.create(connection=warehouse.erp, flow="odoo_poll", at=now() - timedelta(minutes=7))
    alerts.look()
    assert says() == ["Odoo has not been asked for 7 min what was written"]
    Alert.objects.all().delete()
    lease.hold(uuid.uuid4(), "here:7", 60)
    BeatLease.objects.update(held_until=now() - timedelta(minutes=4))
    alerts.look()
    assert [each.fingerprint for each in Alert.objects.all()] == ["silence/the scheduler"]


def test_keys_promises_variances_and_old_cases_are_told(warehouse: Warehouse) -> None:
    Connection.objects.filter(slug="wms").update(options={"key_expires": f"{now().date() + timedelta(days=2)}"})
    Connection.objects.filter(slug="odoo").update(options={"key_expires": "when hell freezes"})
    slot = now().replace(minute=now().minute // 10 * 10, second=0, microsecond=0)
    FlowTally.objects.create(flow="posting", slot=slot, jobs=200, kept=150, seconds=9, upto=1)
    delivery = order(warehouse, "5")
    Variance.objects.create(subject="over", warehouse=warehouse, document=delivery, line="1", says=1, found=0)
    Variance.objects.update(first_seen=now() - timedelta(minutes=20))
    for value in (7, 8):
        case("CD-8101", document=delivery, value=value, currency="EUR", deadline=now() - timedelta(minutes=value))
    case("CD-8102", state="snoozed", deadline=now() - timedelta(hours=1))
    alerts.look()
    found = {row.kind: [part[0].format(**part[1]) for part in row.says] for row in Alert.objects.all()}
    assert found.pop("promise")[0].startswith("What moved is invoiced, billed or credited: 75 % of 200 within 15 min")
    assert found == {
        "key": [f"The key of WMS ends on {now().date() + timedelta(days=2)}, in 2 days"],
        "variance": ["1 line of Main does not add up, for 20 min"],
        "case": ["2 cases are past their deadline: CD-8101 (Odoo refused the invoice)", "15.00 EUR hang on them"],
    }


def test_a_rule_that_somebody_changed_is_what_counts(warehouse: Warehouse) -> None:
    down(minutes=10)
    alerts.standing_rules()
    AlertRule.objects.filter(kind="away").update(threshold=30)
    alerts.look()
    AlertRule.objects.filter(kind="away").update(threshold=5, active=False)
    alerts.look()
    assert says() == []
    AlertRule.objects.filter(kind="away").update(active=True)
    alerts.look()
    assert (len(says()), AlertRule.objects.count()) == (1, 8)


def test_a_case_of_a_team_that_is_no_more_is_told_to_operations(warehouse: Warehouse) -> None:
    case("CD-8101", owner="a team of before", deadline=now() - timedelta(minutes=9))
    case("CD-8102", deadline=now() - timedelta(minutes=9))
    alerts.look()
    assert sorted(Alert.objects.values_list("kind", "team")) == [("case", "operations")] * 2


def test_what_is_long_over_is_forgotten(warehouse: Warehouse) -> None:
    channel()
    down()
    alerts.look()
    Alert.objects.update(state="gone", gone_at=now() - timedelta(days=91))
    assert (alerts.forget(), Notice.objects.count()) == (2, 0)
