"""One row of every table, with hostile text wherever a partner or Odoo may put text, and with secrets."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils.timezone import now

from integration import models
from integration.jobs.work import Call

EVIL = "<script>alert(1)</script>"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"
SECRET = "do-not-show-4711"
PERSONAL = "Erika Mustermann"


@pytest.fixture(autouse=True)
def quick_pages(settings):
    """No slow password hashes, and static files without a collected copy."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def operator(db) -> Client:
    """May see everything but personal data, and change nothing."""
    user = User.objects.create_user("operator", password="a-long-password-1", is_staff=True)
    views = Permission.objects.filter(codename__startswith="view_").exclude(codename="view_personal_data")
    user.user_permissions.set(views)
    client = Client()
    client.force_login(user)
    return client


def user_with(*groups: str, name: str = "someone") -> tuple[User, Client]:
    """Somebody in these groups, logged in."""
    user = User.objects.create_user(name, password="a-long-password-1", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=groups))
    client = Client()
    client.force_login(user)
    return user, client


@pytest.fixture
def rows(db) -> SimpleNamespace:
    erp, wms = systems()
    warehouse = models.Warehouse.objects.create(
        name=EVIL, erp=erp, company_id=1, erp_warehouse_id=1, wms=wms, site=EVIL, owner_code=EVIL
    )
    models.Place.objects.create(warehouse=warehouse, partner_location=EVIL, erp_location_id=9, erp_location=EVIL)
    order, delivery = documents(erp, warehouse)
    received, sent = messages(wms, delivery)
    work = jobs(erp, wms, delivery, received)
    history(erp, wms, warehouse, delivery, work.job)
    return SimpleNamespace(
        erp=erp,
        wms=wms,
        warehouse=warehouse,
        order=order,
        delivery=delivery,
        received=received,
        sent=sent,
        **vars(work),
    )


def systems() -> tuple[models.Connection, models.Connection]:
    common = {"base_url": "https://example.com", "profile": {"note": EVIL}, "probed_at": now()}
    erp = models.Connection.objects.create(
        slug="odoo", name="Odoo", kind="odoo", secrets={"key": SECRET, "hint_token": SECRET}, **common
    )
    wms = models.Connection.objects.create(
        slug="north", name=f"North {EVIL}", kind="http_json", secrets={"signing": SECRET, "token": SECRET}, **common
    )
    models.ConnectionGate.objects.create(connection=wms, last_failure=EVIL)
    models.RemoteSlot.objects.create(connection=wms, number=1)
    models.ResourceLock.objects.create(key="stock/1/7", token="00000000-0000-4000-8000-000000000001", held_until=now())
    models.BeatLease.objects.create(name="beat", holder=uuid4(), node=EVIL, term=1, held_until=now())
    models.BeatSlot.objects.create(schedule=EVIL, slot=now(), term=1)
    models.Canary.objects.create(process=EVIL, kind="worker", host=EVIL, pid=1)
    return erp, wms


def documents(erp, warehouse) -> tuple[models.Document, models.Document]:
    common = {"connection": erp, "customer_reference": EVIL, "value": 100, "currency": "EUR"}
    order = models.Document.objects.create(kind="order", reference=f"S1 {EVIL}", erp_id=1, **common)
    delivery = models.Document.objects.create(
        kind="delivery", reference="WH/OUT/1", erp_id=11, parent=order, warehouse=warehouse, state="accepted", **common
    )
    models.DocumentLine.objects.create(
        document=delivery, line="1", product_id=1, sku=EVIL, unit=EVIL, partner_sku=EVIL, partner_unit=EVIL,
        ordered=5, released=5, shipped=2,
    )  # fmt: skip
    return order, delivery


def messages(wms, delivery) -> tuple[models.InboundMessage, models.OutboundMessage]:
    body = f'{{"ship_to": "{PERSONAL}", "sku": "{EVIL}"}}'.encode()
    received = models.InboundMessage.objects.create(
        connection=wms,
        external_id="m1",
        type="shipment.confirmed",
        reference=f"SHP {EVIL}",
        document=delivery,
        body=body,
        headers={"webhook-id": "m1"},
        edits=1,
    )
    sent = models.OutboundMessage.objects.create(
        connection=wms, key="k1", type="order.release", reference="WH/OUT/1", document=delivery, body=body,
        state="sent", sent_at=now(), acknowledge_by=now() - timedelta(minutes=5), partner_reference=EVIL, reason=EVIL,
    )  # fmt: skip
    models.MessageEdit.objects.create(
        message=received, number=1, body=body, actor=EVIL, reason=EVIL, changes=[[EVIL, EVIL, None]]
    )
    models.MessageGap.objects.create(connection=wms, first=17, last=19)
    models.ConformanceRun.objects.create(
        connection=wms, number="4711", passed=False, actor=EVIL, started_at=now(),
        checks=[{"name": EVIL, "ok": False, "detail": EVIL}],
    )  # fmt: skip
    models.Rollout.objects.create(
        warehouse=delivery.warehouse, flow="shipment", against=[["few", "1"]], waived_by=EVIL, waived_why=EVIL
    )
    models.ShadowDocument.objects.create(
        warehouse=delivery.warehouse, flow="shipment", key=EVIL, document=delivery, reference=EVIL, outcome="differs",
        wanted={EVIL: {"lines": [[EVIL, EVIL, "1"]], "tracking": []}}, keyed={"lines": [[EVIL, EVIL, "2"]]},
        differences=[[EVIL, "1", "2"]], stop="CD-5007", stop_text=EVIL, happened_at=now(), told_at=now(),
    )  # fmt: skip
    models.Drift.objects.create(connection=wms, kind="field", subject=EVIL, path=EVIL, detail=EVIL, example=EVIL)
    models.MessageKey.objects.create(connection=wms, external_id=EVIL, body_sha256=b"0" * 32)
    return received, sent


def jobs(erp, wms, delivery, received) -> SimpleNamespace:
    stream = models.Stream.objects.create(key=f"stream {EVIL}", lane=1)
    job = models.SyncJob.objects.create(
        stream=stream, flow="shipment_confirmation", subject=f"WH/OUT/1 {EVIL}", document=delivery, inbound=received,
        state="blocked", started_at=now(), failure_code="CD-3002", failure_mode="Unknown SKU", failure_text=EVIL,
    )  # fmt: skip
    calls = [Call(EVIL, 12.5, "ok", wms.pk).as_json()]
    attempt = models.JobAttempt.objects.create(
        job=job, number=1, worker=EVIL, started_at=now(), outcome="blocked", code="CD-3002", detail=EVIL, calls=calls
    )
    case = models.ExceptionCase.objects.create(
        fingerprint="CD-3002:north:X", code="CD-3002", title=f"Unknown SKU {EVIL}", cause=EVIL, fix=EVIL,
        owner="master data", severity="high", connection=wms, document=delivery, last_seen=now(), value=100,
        currency="EUR", deadline=now(), context={"scope": "north", "code": EVIL, "partner": "North"},
    )  # fmt: skip
    waiting = models.CaseJob.objects.create(case=case, job=job)
    models.CaseEvent.objects.create(case=case, actor=EVIL, kind="comment", text=EVIL)
    models.CaseTally.objects.create(case=case, hour=now().replace(minute=0, second=0, microsecond=0), count=3)
    return SimpleNamespace(stream=stream, job=job, attempt=attempt, case=case, waiting=waiting)


def history(erp, wms, warehouse, delivery, job) -> None:
    models.ServerShape.objects.create(connection=erp, version="18.0", shape={EVIL: EVIL})
    effect = models.Effect.objects.create(
        connection=erp, key=f"key {EVIL}", verb="post_shipment", job=job, intended_at=now(), may_land_until=now(),
        intent={"note": EVIL}, result={"note": EVIL},
    )  # fmt: skip
    models.StockEvent.objects.create(
        warehouse=warehouse, document=delivery, product_id=1, sku=EVIL, lot=EVIL, package="TRACK1", quantity=-2,
        source=EVIL, line="1", happened_at=now(), effect=effect,
    )  # fmt: skip
    parcels(delivery)
    asked = models.ChangeRequest.objects.create(document=delivery, number=1, kind="change", reason=EVIL)
    models.ChangeLine.objects.create(request=asked, line="1", sku=EVIL, was=2, wanted=1, reason=EVIL)
    about = {"warehouse": warehouse, "product_id": 1, "sku": EVIL, "lot": EVIL, "place": 9}
    models.StockDifference.objects.create(
        kind="adjusted", source=EVIL, number="A-1", line="0", quantity=-1, happened_at=now(), note=EVIL, **about
    )
    models.Availability.objects.create(place_name=EVIL, condition="good", on_hand=3, **about)
    models.StockLook.objects.create(warehouse=warehouse, product_id=1, read_at=now())
    snapshot = models.StockSnapshot.objects.create(warehouse=warehouse, number=EVIL, taken_at=now(), pages=1)
    models.StockLevel.objects.create(snapshot=snapshot, partner_sku=EVIL, unit=EVIL, on_hand=3)
    models.ExternalReference.objects.create(
        erp=erp, model="stock.picking", record_id=11, partner=wms, document_type="release", reference="WH/OUT/1"
    )
    models.CodeMapping.objects.create(kind="product", partner=wms, odoo_code=EVIL, partner_code=f"P {EVIL}")
    models.CaseRule.objects.create(code="CD-3", warehouse=warehouse, team="warehouse")
    models.CutOff.objects.create(warehouse=warehouse, carrier=EVIL, time="16:00")
    models.WorkingHours.objects.create(warehouse=warehouse, opens="06:00", closes="22:00")
    models.DaysOff.objects.create(name=EVIL, dates={"2026-12-25": EVIL})
    models.TrackingPage.objects.create(carrier=EVIL, url="https://example.com/?n={number}")
    models.BusinessRule.objects.create(kind="over_percent", warehouse=warehouse, sku=EVIL, note=EVIL)
    ruled(warehouse, delivery.parent)
    tried(warehouse, delivery.parent)
    models.CaptureCursor.objects.create(connection=erp, model="sale.order", read_to=now())
    models.SeenWrite.objects.create(connection=erp, model="sale.order", record_id=1, written_at=now())
    models.CapturedRecord.objects.create(
        connection=erp, model="sale.order", record_id=1, version=1, snapshot={"name": PERSONAL}, read_at=now()
    )
    models.InTransit.objects.create(
        transfer=delivery, product_id=1, sku=EVIL, lot=EVIL, unit=EVIL, quantity=2, location_id=13, left_at=now()
    )
    models.Decision.objects.create(source=EVIL, subject=EVIL, choice="accept", actor=EVIL, reason=EVIL)
    record = models.MasterRecord.objects.create(
        connection=erp, kind="item", erp_id=1, code=EVIL, mapped_by=EVIL, name=EVIL, content_hash="x",
        snapshot={"name": PERSONAL},
    )  # fmt: skip
    models.MasterTold.objects.create(partner=wms, record=record, version=1, partner_code=EVIL, reason=EVIL)
    models.MasterRun.objects.create(connection=erp, kind="item", task="sweep", after=EVIL, source=EVIL)
    models.PartnerItem.objects.create(partner=wms, sku=EVIL, name=EVIL, barcodes=[EVIL])
    slot = now().replace(minute=now().minute // 10 * 10, second=0, microsecond=0)
    models.FlowTally.objects.create(flow="order_release", slot=slot, jobs=3, kept=2, seconds=9, upto=1)
    models.CallTally.objects.create(connection=wms, slot=slot, calls=1200, failed=3, seconds=240)
    models.CallTotal.objects.create(connection=wms, method="send", outcome="ok", within=1, calls=1200, seconds=240)
    models.TryTotal.objects.create(flow="order_release", outcome="succeeded", within=5, tries=3, kept=2, seconds=9)
    models.FlowSuccess.objects.create(connection=wms, flow="order_release", at=now())
    models.Variance.objects.create(
        subject="over", warehouse=warehouse, document=delivery, line="1", sku=EVIL, says=1, found=0
    )
    apart = models.Variance.objects.create(
        subject="stock", warehouse=warehouse, sku=EVIL, lot=EVIL, product_id=1, place=8, place_name=EVIL, says=3,
        found=1, unexplained=-1, value=12, currency="EUR", as_of=now(),
    )  # fmt: skip
    models.VarianceCause.objects.create(variance=apart, cause="not_yet", quantity=-1, number=EVIL, code="CD-3001")
    models.ReconciliationRun.objects.create(subject="lines", day=now().date(), compared=3, sums={"shipped": "2"})
    models.ReconciliationRun.objects.create(
        subject="sales", warehouse=warehouse, day=now().date(), total=4, compared=3, after=7
    )
    alerting(warehouse)
    models.DowntimePack.objects.create(warehouse=warehouse, orders=1, content={"releases": [], "note": PERSONAL})
    models.TypedShipment.objects.create(
        warehouse=warehouse, partner=wms, release=EVIL, shipment=EVIL, shipments_before=0, actor=EVIL, told={EVIL: []}
    )
    models.Generation.objects.create(name="main", identity=EVIL, count=1)
    models.Recovery.objects.create(lost_after=now(), why=EVIL, begun_by=EVIL)
    models.Installation.objects.create(name="main", environment="test", public_url=EVIL, pepper=SECRET.encode())
    models.KnownSystem.objects.create(connection=erp, environment="test", base_url=EVIL, credential=SECRET)
    differs = {"about": EVIL, "what": EVIL, "before": EVIL, "after": EVIL}
    models.EnvironmentLock.objects.create(differences=[differs])
    models.HeldRights.objects.create(connection=erp, version="18.0", held={EVIL: ["read"]}, groups=[EVIL])
    models.KeyRotation.objects.create(
        connection=wms, kind="signing", state="both", secrets={"old": SECRET}, asked_by=EVIL, failure=EVIL, name=EVIL
    )
    reports(warehouse)
    models.Retention.objects.create(subject="jobs", last_removed=1, ended_at=now())
    models.ApiToken.objects.create(name=EVIL, prefix="abcd1234", sha256=b"0" * 32, scopes=["jobs:read"])
    somebody = User.objects.create_user("limited")
    models.Reach.objects.create(user=somebody, warehouse=warehouse)
    replay = models.Replay.objects.create(
        made_by=somebody, made_by_name=EVIL, chosen=EVIL, size=1, digest="x", warehouses=[warehouse.pk], reason=EVIL,
        state="ready",
    )  # fmt: skip
    models.ReplayItem.objects.create(
        replay=replay, message=models.InboundMessage.objects.get(), verdict="writes", text=EVIL, note=EVIL, job=job,
        writes=[{"verb": EVIL, "connection": EVIL, "key": EVIL, "at": EVIL, "what": EVIL}], changes={EVIL: 1},
    )  # fmt: skip
    models.ConfigurationChange.objects.create(
        section="cut_offs", name=EVIL, warehouse=warehouse, verb="change", before={"carrier": EVIL},
        after={"carrier": "Post"}, why=EVIL, source="console", actor=EVIL, kept={"key": SECRET},
    )  # fmt: skip
    models.ConfigurationDrift.objects.create(
        section="cut_offs", name=EVIL, warehouse=warehouse, how="differs", differs=[["carrier", EVIL, "Post"]],
        changed_by=EVIL, changed_at=now(),
    )  # fmt: skip
    models.AuditEvent.objects.create(actor=EVIL, verb="retry job", subject=EVIL, detail={"note": EVIL})


def ruled(warehouse, order) -> None:
    said = {"why": "other", "ask": EVIL}
    rule = models.OrderRule.objects.create(
        kind="hold", position=1, name=EVIL, warehouse=warehouse, condition=f'order.number == "{EVIL}"', outcome=said,
        note=EVIL, version=1,
    )  # fmt: skip
    wave = models.Wave.objects.create(
        warehouse=warehouse,
        rule=rule,
        rule_version=1,
        key="k",
        carrier=EVIL,
        due_at=now(),
        reason=EVIL,
        state="released",
        released_at=now(),
        orders=1,
    )
    models.WaveOrder.objects.create(
        wave=wave, connection=warehouse.erp, picking_id=7, release=EVIL, document=order, promised_at=now()
    )
    models.OrderRuleVersion.objects.create(
        rule=rule, version=1, said={"name": EVIL, "condition": EVIL, "outcome": said}, actor=EVIL
    )
    models.OrderDecision.objects.create(
        document=order, warehouse=warehouse, release="WH/OUT/1", kind="hold", asked=2, facts={"order.number": EVIL},
        matched=[{"rule": rule.pk, "version": 1, "name": EVIL, "says": said, "let_go": False}], key="x",
        unasked=[{"rule": rule.pk, "version": 1, "name": EVIL, "why": EVIL}],
    )  # fmt: skip


def tried(warehouse, order) -> None:
    models.DecidedDelivery.objects.create(
        document=order, warehouse=warehouse, release="WH/OUT/1", snapshot={"name": PERSONAL}, key="x"
    )
    change = models.TriedChange.objects.create(
        name=EVIL, days=30, since=now(), warehouses=[warehouse.pk], state="done", made_by_name=EVIL, otherwise=1,
        steps=[{"section": "order_rules", "row": None, "before": None, "after": {"name": EVIL, "warehouse": None}}],
        form={"model": "orderrule", "address": "/admin/integration/orderrule/add/", "fields": {"name": [EVIL]}},
    )  # fmt: skip
    models.TriedDocument.objects.create(
        tried=change, warehouse=warehouse, kind="order.release", reference=EVIL, document=order, at=now(),
        verdict="otherwise", before={"stops": [], "says": {"carrier": EVIL}}, after={"says": {"carrier": EVIL}},
    )  # fmt: skip


def alerting(warehouse) -> None:
    channel = models.AlertChannel.objects.create(
        name=EVIL, kind="webhook", secrets={"address": f"https://example.com/{SECRET}"}, warehouse=warehouse,
        failures=2, last_failure=EVIL,
    )  # fmt: skip
    models.AlertRule.objects.create(kind="cutoff", threshold=60, least=1)
    alert = models.Alert.objects.create(
        fingerprint=EVIL, kind="cutoff", state="open", severity="high", team="operations", warehouse=warehouse,
        says=[["{n} lines of {warehouse} do not add up, for {span}", {"n": 2, "warehouse": EVIL, "span": "3 min"}]],
        first_seen=now(), last_seen=now(),
    )  # fmt: skip
    models.Notice.objects.create(channel=channel, alert=alert, what="raised", due_at=now(), failure=EVIL)


def reports(warehouse) -> None:
    models.DayFigures.objects.create(warehouse=warehouse, day=now().date(), figures={"orders": 1, EVIL: EVIL})
    models.FlowDay.objects.create(warehouse=warehouse, day=now().date(), flow=EVIL, jobs=3, kept=2, seconds=9)
    schedule = models.ReportSchedule.objects.create(
        name=EVIL, warehouses=[warehouse.pk], recipients=["a@example.com"], active=False
    )
    models.ReportMail.objects.create(schedule=schedule, day=now().date(), recipient="a@example.com")


def parcels(delivery) -> None:
    common = {"document": delivery, "shipment": f"SHP {EVIL}", "number": EVIL}
    parcel = models.Parcel.objects.create(
        **common, package=EVIL, status_at=now(), place=EVIL, signed_by=PERSONAL, freight=3, currency="EUR"
    )
    models.ParcelEvent.objects.create(parcel=parcel, status="in_transit", at=now(), place=EVIL, note=EVIL)
    file = models.ProofFile.objects.create(sha256="0" * 64, media_type="text/plain", size=16, content=PERSONAL.encode())
    models.Proof.objects.create(**common, kind="delivery", name=f"pod {EVIL}", file=file)
    models.StageEvent.objects.create(document=delivery, stage="packed", at=now(), detail=EVIL)
    models.CartonLine.objects.create(document=delivery, package=EVIL, line="1", sku=EVIL, quantity=2)
