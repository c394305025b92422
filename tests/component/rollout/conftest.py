"""A warehouse that people serve by hand, and Crossdock beside them in shadow."""

import pytest

from tests.component.flows.conftest import _fresh_broker, _late_retries, odoo_server, shelves, wms, yard
from tests.component.flows.yard import Yard
from tests.component.rollout.clerk import Clerk

__all__ = ["_fresh_broker", "_late_retries", "odoo_server", "shelves", "wms", "yard"]
FLOWS = ("release", "shipment", "receipt", "return", "transfer", "inventory")


@pytest.fixture
def dark(yard: Yard) -> Yard:
    """Everything of the warehouse is in shadow, and what differs is told at once."""
    yard.set(**{f"{flow}_mode": "shadow" for flow in FLOWS})
    return yard


@pytest.fixture
def clerk(yard: Yard) -> Clerk:
    return Clerk(yard.odoo, yard.wms)


@pytest.fixture(autouse=True)
def _at_once(settings) -> None:  # type: ignore[no-untyped-def]
    settings.ROLLOUT = {**settings.ROLLOUT, "decide_minutes": 0}
