"""Drift, what an Odoo has with what upgrades change, and reports of conformance, as people see them."""

import pytest
from django.test import Client
from django.urls import reverse

from integration.models import ConformanceRun, Connection, Drift, ServerShape
from tests.component.console.conftest import user_with


def page(client: Client, model: str, view: str = "changelist", *args: object) -> str:
    answer = client.get(reverse(f"admin:integration_{model}_{view}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def odoo(rows) -> Connection:
    Connection.objects.filter(pk=rows.erp.pk).update(profile={"version": "17.0"})
    return Connection.objects.get(pk=rows.erp.pk)


def test_the_list_tells_where_how_often_and_since_when(rows) -> None:
    Drift.objects.create(connection=rows.wms, kind="field", subject="shipment.confirmed", path="data.dock", count=1234)
    _, client = user_with("viewer", "every warehouse")

    text = page(client, "drift")

    assert "data.dock" in text
    assert "unknown field" in text
    assert "1,234" in text


def test_what_is_done_about_it_is_a_setting_of_the_connection(rows) -> None:
    _, client = user_with("administrator", "every warehouse")

    text = page(client, "connection", "change", rows.wms.pk)

    assert "drift_policy" in text
    assert "pause the connection, with a case" in text


def test_the_page_of_an_odoo_says_what_each_later_version_changes(odoo: Connection) -> None:
    ServerShape.objects.filter(connection=odoo).update(version="17.0", shape={})
    _, client = user_with("integrator", "every warehouse")

    text = page(client, "servershape", "change", odoo.pk)

    assert "From 17 to 18" in text
    assert "From 17 to 19" in text
    assert "From 17 to 16" not in text
    assert "stock.quant.package: model gone, perhaps it is stock.package" in text
    assert "goes on" in text


def test_a_report_of_conformance_shows_check_by_check(rows) -> None:
    checks = [
        {"name": "acts once", "ok": True, "detail": "as before"},
        {"name": "token", "ok": False, "detail": "it was taken"},
        {"name": "pages of items", "ok": None, "detail": "not offered"},
    ]
    run = ConformanceRun.objects.create(
        connection=rows.wms, number="77", passed=False, checks=checks, actor="ada", started_at=rows.wms.probed_at
    )
    _, client = user_with("viewer", "every warehouse")

    text = page(client, "conformancerun", "change", run.pk)

    assert text.index("acts once") < text.index("token</b> it was taken") < text.index("pages of items")
    assert ("as agreed" in text, "broken" in text, "not asked" in text) == (True, True, True)
