"""Two days of two warehouses, with real rows: figures of them are exact."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils.timezone import now

from integration.models import (
    CaseJob,
    Connection,
    CutOff,
    Document,
    ExceptionCase,
    InboundMessage,
    JobAttempt,
    OutboundMessage,
    ReconciliationRun,
    StockEvent,
    Stream,
    SyncJob,
    Variance,
    Warehouse,
)

AHEAD = 12 - datetime.now(UTC).hour  # hours: where it is noon now, no test meets midnight
ZONE = ZoneInfo(f"Etc/GMT{-AHEAD:+d}")
EAST = f"Etc/GMT{-AHEAD - 2:+d}"  # two hours ahead of it
TODAY = datetime.now(ZONE).date()
YESTERDAY = TODAY - timedelta(days=1)


def at(hour: int, minute: int = 0, *, day: date = YESTERDAY) -> datetime:
    """By the clock of the warehouses."""
    return datetime.combine(day, time(hour, minute), ZONE)


@dataclass(slots=True)
class Town:
    """``main`` and ``other``: warehouses in one zone, of a partner each."""

    main: Warehouse
    other: Warehouse
    count: int = 0

    def number(self) -> int:
        self.count += 1
        return self.count

    def delivery(
        self, state: str = "accepted", *, of: Warehouse | None = None, when: datetime | None = None, **given: Any
    ) -> Document:
        number, warehouse = self.number(), of or self.main
        order = Document.objects.create(
            connection=warehouse.erp, kind="order", erp_id=number, reference=f"S{number:05}", erp_partner_id=70 + number
        )
        made = Document.objects.create(
            connection=warehouse.erp, kind="delivery", erp_id=number, reference=f"WH/OUT/{number:05}", parent=order,
            warehouse=warehouse, state=state, erp_partner_id=70 + number, **given,
        )  # fmt: skip
        Document.objects.filter(pk=made.pk).update(created_at=when or at(9))
        made.lines.create(
            line="1", product_id=5, sku="CRATE-S", unit="Units", partner_sku="P", partner_unit="EA", ordered=5,
            released=5, shipped=5 if state == "shipped" else 0,
        )  # fmt: skip
        return made

    def told(self, document: Document, state: str = "accepted", *, sent_at: datetime, took: int = 60) -> None:
        """A release, and the warehouse's answer after so many seconds."""
        assert document.warehouse is not None
        row = OutboundMessage.objects.create(
            connection=document.warehouse.wms, key=f"k{self.number()}", type="order.release", body=b"{}",
            reference=document.reference, document=document, state=state, sent_at=sent_at,
            acknowledge_by=sent_at + timedelta(seconds=900),
            answered_at=None if state == "sent" else sent_at + timedelta(seconds=took),
        )  # fmt: skip
        OutboundMessage.objects.filter(pk=row.pk).update(created_at=sent_at)

    def message(
        self, kind: str, document: Document | None, state: str | None = "succeeded", *, when: datetime | None = None
    ) -> SyncJob | None:
        """One that came in, and its job in this state; None: it has none."""
        number, moment = self.number(), when or at(10)
        wms = document.warehouse.wms if document and document.warehouse else self.main.wms
        row = InboundMessage.objects.create(
            connection=wms, external_id=f"m{number}", type=kind, reference=f"N{number}", document=document, body=b"{}"
        )
        InboundMessage.objects.filter(pk=row.pk).update(received_at=moment)
        if state is None:
            return None
        job = self.job(document, state, inbound=row)
        SyncJob.objects.filter(pk=job.pk).update(created_at=moment)
        return job

    def job(self, document: Document | None, state: str, **given: Any) -> SyncJob:
        stream = Stream.objects.create(key=f"s{self.number()}", lane=1)
        return SyncJob.objects.create(
            stream=stream, flow="shipment_confirmation", subject="x", document=document, state=state, **given
        )

    def case(
        self, code: str, document: Document | None = None, *, when: datetime | None = None, job: SyncJob | None = None,
        **given: Any,
    ) -> ExceptionCase:  # fmt: skip
        number = self.number()
        row = ExceptionCase.objects.create(
            fingerprint=f"{code}:{number}", code=code, title="Already shipped by somebody else", cause="c", fix="f",
            owner="operations", severity="high", document=document, last_seen=now(), **given,
        )  # fmt: skip
        ExceptionCase.objects.filter(pk=row.pk).update(first_seen=when or at(11))
        if job is not None:
            CaseJob.objects.create(case=row, job=job)
            JobAttempt.objects.create(job=job, number=1, worker="w", started_at=now(), outcome="blocked", code=code)
        return row

    def left(self, document: Document, *, when: datetime, booked: datetime | None = None, **given: Any) -> StockEvent:
        row = StockEvent.objects.create(
            warehouse=document.warehouse, document=document, kind="shipped", product_id=5, sku="CRATE-S", quantity=-5,
            source=f"e{self.number()}", line="1", happened_at=when, **given,
        )  # fmt: skip
        StockEvent.objects.filter(pk=row.pk).update(applied_at=booked or when)
        return row


@pytest.fixture
def town(db: Any) -> Town:
    erp = Connection.objects.create(slug="odoo", name="Odoo", kind="odoo", base_url="https://odoo.example")
    made = []
    for number, name in enumerate(("Main", "Other"), start=1):
        wms = Connection.objects.create(slug=f"w{number}", name=f"{name} partner", kind="http_json")
        made.append(
            Warehouse.objects.create(
                name=name, erp=erp, company_id=1, erp_warehouse_id=number, wms=wms, site="S", time_zone=ZONE.key
            )
        )
    return Town(*made)


def busy_day(town: Town) -> None:
    """Yesterday at Main: four orders, four shipments, two receipts, something by hand; at Other one of each."""
    CutOff.objects.create(warehouse=town.main, carrier="DHL", time=time(16), days=list(range(7)))
    done = town.delivery("shipped", carrier="DHL")
    late = town.delivery("shipped", carrier="DHL")
    town.told(done, sent_at=at(9), took=30)
    town.told(late, sent_at=at(9, day=YESTERDAY - timedelta(days=1)), took=90)
    town.left(done, when=at(15))
    town.left(late, when=at(12))
    stopped = town.delivery("waiting")
    town.case("CD-3002", stopped)
    lost = town.delivery("released")
    town.told(lost, "sent", sent_at=at(9, 30))
    for _ in range(2):
        town.message("shipment.confirmed", done)
    held = town.message("shipment.confirmed", late, "needs_attention")
    town.case("CD-5007", late, job=held)
    town.message("shipment.confirmed", lost, None)
    town.message("receipt.confirmed", None)
    town.message("return.received", None, "cancelled")
    town.message("order.accepted", done)
    town.delivery("accepted", of=town.other)
    town.message("shipment.confirmed", town.delivery("shipped", of=town.other))


def stock(town: Town) -> None:
    """A comparison of ten slots: two are apart, one of them for a known reason."""
    ReconciliationRun.objects.create(
        subject="stock", warehouse=town.main, day=TODAY, compared=10, different=2, ended_at=datetime.now(UTC)
    )
    about = {"subject": "stock", "warehouse": town.main, "product_id": 5, "place": 8, "says": 5, "found": 3}
    Variance.objects.create(**about, sku="CRATE-S", lot="L1", unexplained=0, value=10, currency="EUR")
    Variance.objects.create(
        **about, sku="CRATE-M", lot="=L2", place_name="Größe Łódź", unexplained=-2, value=20, currency="EUR"
    )
