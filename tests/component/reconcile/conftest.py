"""Orders on both sides: the stand-ins of the flows' tests."""

from collections.abc import Iterator

import pytest

from integration.sandbox.odoo import SandboxOdoo
from tests.component.flows.conftest import _fresh_broker, _late_retries, shelves, wms, yard

__all__ = ["_fresh_broker", "_late_retries", "shelves", "wms", "yard"]


@pytest.fixture(scope="session")
def odoo_server(request: pytest.FixtureRequest) -> Iterator[SandboxOdoo]:
    """Odoo 18 with the app that knows kits, unless a test asks for another version."""
    with SandboxOdoo(version=getattr(request, "param", "18"), apps=("mrp",)) as server:
        yield server
