"""One Odoo, two warehouse systems, and messages that come in by a real web server."""

from base64 import b64encode
from collections.abc import Iterator

import pytest
from pytest_django.live_server_helper import LiveServer

from integration.sandbox.odoo import SandboxOdoo
from integration.sandbox.wms import SandboxWms
from integration.sandbox.wms.world import Behaviour
from tests.component.engine.conftest import _fresh_broker
from tests.component.flows.conftest import odoo_server
from tests.component.flows.odoo import Odoo
from tests.component.flows.wms import Wms
from tests.component.several.town import Town, build

__all__ = ["_fresh_broker", "odoo_server"]
SECRET = "whsec_" + b64encode(b"0123456789abcdef0123456789abcdef").decode()
TOKEN = "the-warehouses-token"


@pytest.fixture
def town(odoo_server: SandboxOdoo, live_server: LiveServer) -> Iterator[Town]:
    odoo = Odoo(odoo_server)
    near, far = (
        SandboxWms(SECRET, TOKEN, f"{live_server.url}/api/v1/webhooks/{slug}", behaviour=Behaviour(None))
        for slug in ("northgate", "eastgate")
    )
    with near, far:
        yield build(odoo, Wms(near), Wms(far), {"signing": SECRET, "token": TOKEN})
