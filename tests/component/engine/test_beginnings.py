"""Writes and movements are found by the beginning of their key with an index, however many there are."""

import pytest
from django.db import connection as database
from django.utils.timezone import now

from integration.models import Connection, Effect, StockEvent, Warehouse

MANY = 3000


def plan(rows):
    with database.cursor() as cursor:
        cursor.execute(f"ANALYZE {rows.model._meta.db_table}")
    return rows.explain()


@pytest.fixture
def warehouse(db):
    erp, wms = (
        Connection.objects.create(slug=kind, name=kind, kind=kind, base_url="https://example.com")
        for kind in ("odoo", "http_json")
    )
    return Warehouse.objects.create(name="Main", erp=erp, company_id=1, erp_warehouse_id=1, wms=wms, site="A")


def test_writes(warehouse):
    Effect.objects.bulk_create(
        Effect(
            connection=warehouse.erp, key=f"return/WH_IN-{n}/in/{n}", verb="x", intended_at=now(), may_land_until=now()
        )
        for n in range(MANY)
    )
    found = Effect.objects.filter(connection=warehouse.erp, key__startswith="return/WH_IN-7/in/").order_by()
    assert [effect.key for effect in found] == ["return/WH_IN-7/in/7"]
    assert "one_effect_per_key" in plan(found)


def test_movements(warehouse):
    StockEvent.objects.bulk_create(
        StockEvent(warehouse=warehouse, product_id=1, sku="A", quantity=1, source=f"count/{n}/judged/", line=str(n),
                   happened_at=now())
        for n in range(MANY)
    )  # fmt: skip
    found = StockEvent.objects.filter(source__startswith="count/77/judged/").order_by()
    assert [event.line for event in found] == ["77"]
    assert "one_event_per_source_line" in plan(found)
