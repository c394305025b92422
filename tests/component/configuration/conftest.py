"""A site with a row in every section of the tree, and the command as a person runs it."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from integration import models

SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ADDRESS = "https://hooks.example.com/4711-do-not-show"
PROFILE = {
    "warehouses": [
        {"id": 3, "code": "WH", "name": "Harbor", "company_id": 1},
        {"id": 5, "code": "WH", "name": "Kobe", "company_id": 2},
        {"id": 7, "code": "SW", "name": "South", "company_id": 1},
    ]
}


@pytest.fixture
def site(db) -> SimpleNamespace:
    erp = models.Connection.objects.create(
        slug="main", name="Odoo", kind="odoo", base_url="https://odoo.example.com", options={"db": "main", "n": 1.5},
        profile=PROFILE, secrets={"key": "old-key"}, read_timeout=12.5, calls_per_second=2,
    )  # fmt: skip
    north = models.Connection.objects.create(
        slug="north", name="Northgate", kind="http_json", base_url="https://north.example.com", master_kinds=["item"]
    )
    off = models.DaysOff.objects.create(name="Germany", dates={"2026-12-25": "Christmas Day"})
    south = models.Warehouse.objects.create(
        name="South", erp=erp, erp_warehouse_id=7, company_id=1, wms=north, site="S", time_zone="Europe/Berlin",
        days_off=off,
    )  # fmt: skip
    kobe = models.Warehouse.objects.create(
        name="Kobe", erp=erp, erp_warehouse_id=5, company_id=2, wms=north, site="K", owner_code="KOBE"
    )
    anna = User.objects.create_user("anna")
    models.Place.objects.create(warehouse=south, condition="damaged", erp_location_id=9, erp_location="SW/Stock/No")
    product = models.CodeMapping.objects.create(partner=north, kind="product", odoo_code="A", partner_code="4711")
    models.CodeMapping.objects.create(partner=north, kind="product", odoo_code="A", partner_code="4712", alias=True)
    models.CodeMapping.objects.create(
        partner=north, kind="unit", odoo_code="Units", partner_code="CS", sku="A", factor=1, per=12
    )
    models.BusinessRule.objects.create(kind="over_percent", warehouse=south, sku="A", value="2.5")
    models.BusinessRule.objects.create(kind="invoice", company_id=2, when="on_move", posted=True, order=5)
    models.OrderRule.objects.create(
        kind="hold", position=1, name="Dear", warehouse=south, condition='order.value > decimal("100")',
        outcome={"why": "value", "ask": ""}, active_from="2026-01-01T00:00Z", version=1,
    )  # fmt: skip
    models.WorkingHours.objects.create(warehouse=south, opens="06:00", closes="14:30")
    models.CutOff.objects.create(warehouse=south, carrier="Post", time="16:30", days=[0, 5])
    models.CutOff.objects.create(warehouse=south, carrier="Post", time="09:00")
    models.TrackingPage.objects.create(carrier="Post", url="https://post.example.com/{number}")
    models.CaseRule.objects.create(code="CD-30", warehouse=kobe, team="master data", assignee=anna)
    models.AlertRule.objects.create(kind="cutoff", threshold=45.5)
    models.AlertChannel.objects.create(
        name="Ops room", kind="webhook", warehouse=south, secrets={"address": ADDRESS}, teams=["warehouse"],
        quiet_from="22:00", quiet_to="06:00",
    )  # fmt: skip
    models.ReportSchedule.objects.create(name="Daily", warehouses=[south.pk, kobe.pk], recipients=["a@example.com"])
    return SimpleNamespace(erp=erp, north=north, south=south, kobe=kobe, anna=anna, product=product)


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., str]:
    """Runs `manage.py config`; a text is the file that it is about."""

    def run(what: str, text: str | None = None, *more: str) -> str:
        out = StringIO()
        arguments = []
        if text is not None:
            (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
            arguments.append(str(tmp_path / "site.yaml"))
        call_command("config", what, *arguments, *more, stdout=out, no_color=True)
        return out.getvalue()

    return run
