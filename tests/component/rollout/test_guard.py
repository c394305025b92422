"""The last door: a flow that is not live, or that forgot to ask, writes nowhere."""

import pytest

from integration.flows import shipment_confirmation
from integration.jobs import remote, taking
from integration.jobs.rehearsal import WriteInShadow
from integration.jobs.work import Work
from integration.models import Lane, Mode, ShadowDocument
from integration.rules.rollout import GOVERNED
from tests.component.engine.yard import put
from tests.component.flows.yard import Yard
from tests.component.rollout.clerk import Clerk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("flow", sorted(GOVERNED))
@pytest.mark.parametrize("mode", ["", Mode.OFF, Mode.SHADOW])
def test_a_governed_flow_that_is_not_known_to_be_live_is_refused_its_write(yard: Yard, flow: str, mode: str) -> None:
    work = _work(flow, mode)
    with remote.open_erp(yard.erp, work) as erp, pytest.raises(WriteInShadow):
        erp.notes.say("stock.picking", 1, "text", key="k", company=1)
    assert yard.odoo.writes() == []


def test_a_shadow_that_forgets_to_rehearse_writes_nothing_all_the_same(
    dark: Yard, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = dark.sell(("CRATE-S", 3))
    dark.look()
    clerk.tells(sale.release)
    monkeypatch.setattr(shipment_confirmation.shadow, "only", lambda work, wanted, rest, keyed: rest())
    dark.odoo.forget_calls()
    dark.shipped(sale)
    assert dark.odoo.writes() == []
    assert [code for code, _ in dark.cases()] == ["CD-9002"]
    assert not ShadowDocument.objects.filter(flow="shipment").exists()


def _work(flow: str, mode: str) -> Work:
    """As the engine makes it for a job of this flow."""
    put(flow=flow)
    [taken] = taking.batch(Lane.ORDER, 10).taken
    [work] = taken.works
    work.mode = mode
    return work
