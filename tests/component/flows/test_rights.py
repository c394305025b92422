"""What Odoo's user may do is looked at each day, beside what is needed here and what was really called."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integration.jobs import rights, shapes
from integration.models import CallTotal, Connection, HeldRights, Warehouse
from integration.observe.doctor import rights as doctor
from integration.rules.rights import Judged
from tests.component.flows.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)
LATER = datetime(2100, 1, 1, tzinfo=UTC)
every = pytest.mark.parametrize("odoo_server", ["16", "17", "18", "19"], indirect=True)


@pytest.fixture
def looked(yard: Yard) -> Yard:
    version = f"{yard.odoo.version}.0"
    Connection.objects.filter(pk=yard.erp.pk).update(profile={"version": version})
    return yard


def look(yard: Yard) -> dict[str, Judged]:
    shapes.start()
    yard.run()
    row = HeldRights.objects.select_related("connection").get(connection=yard.erp)
    return {each.model: each for each in rights.judged(row)}


@every
def test_an_administrator_lacks_nothing_and_has_what_nobody_uses(looked: Yard) -> None:
    found = look(looked)
    assert [each.model for each in found.values() if each.lacks] == []
    assert found["ir.config_parameter"].unused == ("read", "write", "create", "unlink")
    assert found["stock.move.line"].unused == ()
    assert found["sale.order"].unused == ("create", "unlink")
    groups = HeldRights.objects.get().groups
    assert len(groups) == 6
    assert any("Inventory" in name for name in groups)
    [said] = doctor.look()
    assert (said.ok, said.detail.startswith("held and never used: ")) == (None, True)


@every
def test_a_user_without_the_warehouse_lacks_what_live_flows_need(looked: Yard) -> None:
    looked.odoo.restrict("sale_all")
    found = look(looked)
    assert {"create", "unlink", "write"} & set(found["stock.quant"].lacks) == set()  # no flow of stock is live
    assert all(not each.lacks for each in found.values())
    looked.set(inventory_mode="live")
    row = HeldRights.objects.select_related("connection").get()
    lacking = {each.model: each.lacks for each in rights.judged(row) if each.lacks}
    assert set(lacking["stock.quant"]) >= {"write", "create"}
    [lacks, spare] = doctor.look()
    assert (lacks.ok, "stock.quant" in lacks.detail, spare.ok) == (False, True, None)


@pytest.mark.parametrize("modes", [{"inventory_mode": "shadow"}, {"inventory_mode": "off", "inventory_from": LATER}])
def test_what_goes_live_soon_or_is_live_until_a_date_needs_its_rights(looked: Yard, modes: dict[str, Any]) -> None:
    looked.odoo.restrict("sale_all")
    looked.set(inventory_mode="live")
    row = Warehouse.objects.get()
    for name, value in modes.items():
        setattr(row, name, value)
    row.save()
    assert set(look(looked)["stock.quant"].lacks) >= {"write", "create"}


def test_what_was_really_called_is_used_and_since_when_is_said(looked: Yard) -> None:
    at = datetime(2026, 5, 4, 10, tzinfo=UTC)
    about = {"connection": looked.erp, "outcome": "ok", "within": 1.0, "calls": 3, "seconds": 1}
    CallTotal.objects.create(method="res.partner.create", last_at=at, **about)
    CallTotal.objects.create(method="product.pricelist.unlink", last_at=at, **{**about, "outcome": "CD-2004"})
    found = look(looked)
    assert (found["res.partner"].unused, found["res.partner"].called) == (("write", "unlink"), at)
    assert "unlink" in found["product.pricelist"].unused


def test_what_is_not_installed_is_left_out(looked: Yard) -> None:
    found = look(looked)
    assert "hr.employee" not in found
    assert "hr.employee" in rights.asked(Connection.objects.get(pk=looked.erp.pk))
