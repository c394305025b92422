"""Rows by statements of our own are what querysets make of them."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, IntegrityError, transaction
from django.db.models import Model

from integration.jobs import rows, sql
from integration.models import (
    CapturedRecord,
    CodeMapping,
    Connection,
    Document,
    DocumentLine,
    Effect,
    ExternalReference,
    InboundMessage,
    OutboundMessage,
    SyncJob,
)
from tests.component.engine.yard import partner, put

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def document(wms: Connection, **given: Any) -> Document:
    return Document(**{"connection": wms, "kind": "delivery", "erp_id": 42, "reference": "WH/OUT/1", **given})


def line(of: Document, name: str, **given: Any) -> DocumentLine:
    usual = {"product_id": 7, "sku": "CHAIR", "unit": "Units", "partner_sku": "100", "partner_unit": "EA"}
    return DocumentLine(**{"document": of, "line": name, "ordered": Decimal("1.5"), **usual, **given})


def stored(wms: Connection) -> list[Model]:
    delivery = Document.objects.create(
        connection=wms, kind="delivery", erp_id=1, reference="WH/OUT/7", value=Decimal("0.1")
    )
    message: dict[str, Any] = {"connection": wms, "type": "order.accepted", "reference": "R", "body": b"\x00{}"}
    return [
        delivery,
        DocumentLine.objects.create(document=delivery, line="1", product_id=1, sku="A", unit="u", partner_sku="P"),
        InboundMessage.objects.create(**message, external_id="m-1", headers={"webhook-id": "m-1"}, drift=["a.b"]),
        OutboundMessage.objects.create(**message, key="k", document=delivery, sent_at=NOON),
        CapturedRecord.objects.create(connection=wms, model="sale.order", record_id=3, snapshot={"name": "S1"}),
        CapturedRecord.objects.create(connection=wms, model="sale.order", record_id=4),
        CodeMapping.objects.create(partner=wms, kind="unit", odoo_code="Dozen", partner_code="EA", factor=12),
        Effect.objects.create(
            connection=wms, key="e", verb="v", intended_at=NOON, may_land_until=NOON, intent={"a": [1]}
        ),
        put(payload={"order": 1}),
    ]


def test_found_is_what_a_queryset_finds() -> None:
    for kept in stored(partner()):
        [found] = rows.find(type(kept), "id = %s", [kept.pk])
        same = type(kept)._default_manager.get(pk=kept.pk)
        values = [field.attname for field in kept._meta.concrete_fields]
        assert [(name, getattr(found, name)) for name in values] == [(name, getattr(same, name)) for name in values]


def test_a_field_that_is_left_out_is_read_when_it_is_asked_for() -> None:
    [kept] = [row for row in stored(partner()) if isinstance(row, OutboundMessage)]
    [found] = rows.find(OutboundMessage, "id = %s", [kept.pk], without="body")
    assert (found.get_deferred_fields(), found.key, bytes(found.body)) == ({"body"}, "k", b"\x00{}")


def test_nothing_found_is_nothing() -> None:
    assert (rows.find(SyncJob, "id = 0", []), rows.first(SyncJob, "id = 0", [])) == ([], None)
    assert [rows.exists(SyncJob, "id = %s", [pk]) for pk in (0, put().pk)] == [False, True]


def test_added_is_as_it_would_be_saved() -> None:
    wms = partner()
    before = datetime.now(UTC)
    made = document(wms, value=Decimal("12.345678"), currency="EUR")
    [made.pk] = rows.add([made])
    assert rows.add([line(made, "1"), line(made, "2", sale_line_id=9, shipped=Decimal(3))]) == list(
        DocumentLine.objects.values_list("pk", flat=True)
    )
    kept = Document.objects.get()
    assert (kept.pk, kept.value, kept.currency, kept.state) == (made.pk, Decimal("12.345678"), "EUR", "waiting")
    assert (kept.parent_id, kept.updated_at >= before, kept.created_at >= before) == (None, True, True)
    lines = DocumentLine.objects.values_list("line", "sale_line_id", "ordered", "shipped", "per", "tracking")
    assert list(lines) == [("1", None, Decimal("1.5"), 0, 1, "none"), ("2", 9, Decimal("1.5"), 3, 1, "none")]


def test_bytes_are_encrypted_on_their_way() -> None:
    message = OutboundMessage(
        connection=partner(), key="k", type="t", reference="r", body=b"secret", trace_id=uuid.uuid4()
    )
    [pk] = rows.add([message])
    [(raw,)] = sql.rows(f"SELECT body FROM {OutboundMessage._meta.db_table}", [])
    assert (bytes(OutboundMessage.objects.get(pk=pk).body), b"secret" in bytes(raw)) == (b"secret", False)


def test_what_is_there_stays_or_takes_over_what_is_named() -> None:
    wms = partner()
    reference = ExternalReference(
        erp=wms, model="stock.picking", record_id=1, partner=wms, document_type="release", reference="WH/OUT/1"
    )
    assert [len(rows.add([reference], "DO NOTHING")) for _ in range(2)] == [1, 0]
    first = rows.add([document(wms)])
    key = "connection_id, kind, erp_id"
    again = rows.add([document(wms, reference="WH/OUT/2", version=3)], rows.taking_over(["version"], key))
    kept = Document.objects.get()
    assert (again, kept.reference, kept.version) == (first, "WH/OUT/1", 3)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.add([document(wms)])


def test_too_long_is_refused_and_not_cut() -> None:
    with pytest.raises(DataError, match="too long"):
        rows.add([document(partner(), reference="x" * 65)])
