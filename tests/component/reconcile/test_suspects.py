"""Of what was posted, only what may be too much is read: a product that ships all day moves thousands of times."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils.timezone import now

from integration.models import Connection, Document, StockEvent, Warehouse
from integration.reconcile.evidence import posted

pytestmark = pytest.mark.django_db


@pytest.fixture
def warehouse() -> Warehouse:
    erp = Connection.objects.create(slug="odoo", name="Odoo", kind="odoo")
    wms = Connection.objects.create(slug="wms", name="WMS", kind="http_json")
    return Warehouse.objects.create(name="Main", erp=erp, company_id=1, erp_warehouse_id=1, wms=wms, site="N")


def delivery(warehouse: Warehouse, number: int) -> Document:
    about: dict[str, Any] = {"connection": warehouse.erp, "warehouse": warehouse, "kind": "delivery"}
    return Document.objects.create(reference=f"WH/OUT/{number}", erp_id=number, **about)


def moved(warehouse: Warehouse, source: str, quantity: int, **more: Any) -> StockEvent:
    about: dict[str, Any] = {
        "warehouse": warehouse,
        "product_id": 7,
        "sku": "BOLT",
        "line": str(StockEvent.objects.count()),
    }
    return StockEvent(source=source, quantity=Decimal(quantity), happened_at=now(), **about | more)


def test_what_was_shipped_once_is_not_read(warehouse: Warehouse) -> None:
    orders = [delivery(warehouse, number) for number in range(1, 4)]
    rows = [moved(warehouse, f"wms/shipment/{order.pk}/S-1", -1, document=order) for order in orders]
    rows += [moved(warehouse, f"wms/shipment/{orders[0].pk}/S-2", -2, document=orders[0])]  # its other part
    twice = [moved(warehouse, f"wms/shipment/{orders[1].pk}/S-2", -1, document=orders[1])]
    twice += [
        moved(warehouse, f"wms/shipment/{orders[1].pk}/S-2", -9, document=orders[1], lot="L", product_id=8, line="1")
    ]
    alone = [moved(warehouse, "wms/adjustment/A-1", 4, kind="adjusted")]
    StockEvent.objects.bulk_create([*rows, *twice, *alone])
    read = {(row.source.rpartition("/")[2], row.quantity) for row in posted.suspects(StockEvent.objects.all())}
    assert read == {("S-1", -1), ("S-2", -1), ("S-2", -9), ("A-1", 4)}
    assert posted.suspects(StockEvent.objects.all()).count() == 4
