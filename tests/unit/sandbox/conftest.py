"""A small client of the Odoo sandbox that knows nothing of ours."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from integration.sandbox.odoo import SandboxOdoo
from tests.unit.sandbox.shop import VERSIONS, Shop


class Caller:
    """Speaks JSON-RPC to the sandbox, and its control API."""

    def __init__(self, odoo: SandboxOdoo) -> None:
        self.odoo = odoo

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """The whole answer: `result` or `error`."""
        params = [self.odoo.db, 2, self.odoo.password, model, method, list(args), kwargs]
        body = {
            "jsonrpc": "2.0",
            "id": 1,
            "params": {"service": "object", "method": "execute_kw", "args": params},
        }
        return json.loads(send("POST", f"{self.odoo.url}/jsonrpc", body)[1])

    def result(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        return self.call(model, method, *args, **kwargs)["result"]

    def control(self, method: str, name: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        status, text = send(method, f"{self.odoo.url}/_sandbox/{name}", body, headers)
        return status, json.loads(text)

    def customers(self, name: str) -> int:
        found: int = self.result("res.partner", "search_count", [["name", "=", name]])
        return found


def send(method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Status and body, whatever the status is."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.fixture
def caller() -> Iterator[Caller]:
    with SandboxOdoo(version="19", seed="empty") as odoo:
        yield Caller(odoo)


@pytest.fixture(params=VERSIONS)
def shop(request: pytest.FixtureRequest) -> Shop:
    """A shop on each version."""
    return Shop(request.param)
