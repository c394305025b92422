"""An Odoo of every version, with the protocol that it is usually spoken to in."""

import json
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest

from integration.adapters.base import ConnectionSettings
from integration.models import Connection
from integration.sandbox.odoo.server import SandboxOdoo
from tests.contract.gateway.world import World

PROTOCOLS = {"16": "xmlrpc", "17": "jsonrpc", "18": "jsonrpc", "19": "json2"}


@pytest.fixture(scope="module", params=PROTOCOLS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with SandboxOdoo(version=request.param) as odoo:
        options = {"database": odoo.db, "login": odoo.login, "transport": PROTOCOLS[request.param]}
        yield World(ConnectionSettings(f"odoo{request.param}", "odoo", odoo.url, {"key": odoo.api_key}, options))


@pytest.fixture
def odoo(transactional_db: None) -> Connection:
    return Connection.objects.create(slug="odoo", name="Odoo", kind="odoo", base_url="http://127.0.0.1")


def write_in_the_past(world: World, model: str, record_id: int, seconds: float, **values: object) -> None:
    """A transaction that began so many seconds ago and commits now: its write date is that old."""
    body = json.dumps({"model": model, "id": record_id, "values": values, "seconds": seconds}).encode()
    with urlopen(Request(f"{world.settings.base_url}/_sandbox/past", body, method="POST"), timeout=10) as answer:
        assert answer.status == 200
