"""An Odoo that is not as it was is met before work fails, told with the flows that it touches, and acted on."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integration.jobs import shapes
from integration.models import Connection, Drift, ExceptionCase, ServerShape, SyncJob
from tests.component.flows.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def looked(yard: Yard) -> Yard:
    """Looked at once: nothing to compare with yet."""
    Connection.objects.filter(pk=yard.erp.pk).update(profile={**yard.erp.profile, "version": "18.0"})
    look(yard)
    assert SyncJob.objects.get(flow="shape_look").state == "succeeded"
    assert (Drift.objects.count(), yard.cases()) == (0, [])
    return yard


def look(yard: Yard) -> None:
    assert shapes.start() == 1
    yard.run()


def pretend(yard: Yard, model: str, **fields: Any) -> None:
    """As if it had been otherwise the day before."""
    kept = ServerShape.objects.get(connection=yard.erp)
    kept.shape[model]["fields"] |= fields
    kept.save()


def test_what_is_as_it_was_is_told_to_nobody(looked: Yard) -> None:
    look(looked)

    assert (Drift.objects.count(), looked.cases()) == (0, [])
    assert len(ServerShape.objects.get().shape) >= 20


def test_what_has_changed_is_kept_and_told_with_the_flows_that_use_it(looked: Yard) -> None:
    kept = ServerShape.objects.get(connection=looked.erp).shape["stock.move"]["fields"]["quantity"]
    pretend(looked, "stock.move", quantity=["char", "", [], False])
    look(looked)

    row = Drift.objects.get()
    assert (row.kind, row.subject, row.path, row.count) == ("server", "stock.move", "quantity", 1)
    assert row.detail == f"other type: {kept[0]}, and was char"
    [(code, words)] = looked.cases()
    assert code == "CD-3022"
    assert "stock.move: quantity other type: float, and was char. It is used by: " in words
    look(looked)
    assert (Drift.objects.get().count, len(looked.cases())) == (1, 1)


def test_who_wants_a_pause_has_odoo_paused(looked: Yard) -> None:
    Connection.objects.filter(pk=looked.erp.pk).update(drift_policy="pause")
    pretend(looked, "stock.move", quantity=["char", "", [], False])
    look(looked)

    looked.erp.refresh_from_db()
    assert (looked.erp.enabled, looked.erp.paused_by) == (False, "Crossdock")
    assert [case.code for case in ExceptionCase.objects.all()] == ["CD-3021"]


def test_an_upgrade_is_rehearsed_from_what_it_has(looked: Yard) -> None:
    said = StringIO()
    call_command("rehearse_upgrade", looked.erp.slug, "--to", "19", stdout=said)

    text = said.getvalue()
    assert text.startswith("Odoo 18 to 19, by this Odoo's own fields, and the recording of 19.\n")
    assert "handled  package_model: stock.quant.package on 18, stock.package on 19" in text
    assert "goes on  shipment_confirmation (What left the warehouse is posted in Odoo)" in text
    assert "BREAKS" not in text


@pytest.mark.parametrize(
    ("to", "said"),
    [("18", "Odoo is Odoo 18 already"), ("20", "there are recordings of 16, 17, 18, 19")],
)
def test_what_cannot_be_rehearsed_is_said(looked: Yard, to: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("rehearse_upgrade", looked.erp.slug, "--to", to)


def test_a_warehouse_has_no_upgrade(looked: Yard) -> None:
    with pytest.raises(CommandError, match="There is no connection to an Odoo by the name"):
        call_command("rehearse_upgrade", looked.partner.slug, "--to", "19")
