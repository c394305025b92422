"""Which documents are compared first, and what people keyed counts for one of them alone."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from integration.models import Rollout, ShadowDocument, StockDifference, Warehouse
from integration.reconcile import shadow
from tests.component.flows.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)


def document(warehouse: Warehouse, key: str, told_at: datetime, **more: Any) -> ShadowDocument:
    wanted = {key: {"lines": [["BOLT", "", "-1"]], "tracking": []}}
    told = {"wanted": wanted, "happened_at": told_at, "told_at": told_at, "reference": key, "flow": "inventory", **more}
    return ShadowDocument.objects.create(warehouse=warehouse, key=f"adjustment/{key}", **told)


def test_what_was_never_looked_at_comes_first(dark: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shadow, "AT_ONCE", 2)
    warehouse = Warehouse.objects.get()
    Rollout.objects.create(warehouse=warehouse, flow="inventory")
    for number in range(3):
        document(warehouse, f"old{number}", now(), compared_at=now() - timedelta(minutes=1))
    fresh = document(warehouse, "fresh", now())
    shadow.look()
    fresh.refresh_from_db()
    assert fresh.compared_at is not None


def test_a_movement_that_was_keyed_late_is_claimed_once(dark: Yard) -> None:
    warehouse = Warehouse.objects.get()
    Rollout.objects.create(warehouse=warehouse, flow="inventory")
    document(warehouse, "first", now() - timedelta(days=2))
    document(warehouse, "second", now() - timedelta(days=1))
    StockDifference.objects.create(
        warehouse=warehouse,
        kind=StockDifference.Kind.IN_ODOO,
        state="told",
        source="odoo/1",
        number="1",
        line="0",
        product_id=1,
        sku="BOLT",
        quantity=-1,
        happened_at=now() - timedelta(hours=1),
        place=1,
    )
    for _ in range(2):
        shadow.look()
    outcomes = ShadowDocument.objects.order_by("reference").values_list("outcome", flat=True)
    assert list(outcomes) == ["agrees", "waiting"]
