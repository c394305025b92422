"""Every WMS adapter under test beside a stand-in of its warehouse. A new adapter adds one row to ADAPTERS."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from integration.adapters.base import ConnectionSettings, WmsAdapter
from integration.adapters.registry import open_wms
from integration.canonical.orders import OrderRelease
from integration.sandbox.wms import SandboxWms

SECRET, TOKEN = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "sesame-open-0123456789"
Signed = tuple[dict[str, str], bytes]


@dataclass
class RecordingGuard:
    calls: list[tuple[str, bool]] = field(default_factory=list)

    @contextmanager
    def call(self, what: str, *, timeout: float, writes: bool = False) -> Iterator[None]:
        self.calls.append((what, writes))
        yield


def http_json_message(kind: str, data: Mapping[str, Any], secret: str, at: datetime) -> Signed:
    body = json.dumps({"type": kind, "timestamp": at.isoformat(), "data": data})
    stamp, signature = str(int(at.timestamp())), Webhook(secret).sign("msg_1", at, body)
    return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}, body.encode()


@dataclass(frozen=True)
class UnderTest:
    """``message`` makes what the partner would send; ``garbage`` is a body that is none of its documents."""

    message: Callable[[str, Mapping[str, Any], str, datetime], Signed]
    garbage: bytes


ADAPTERS = {"http_json": UnderTest(http_json_message, b"<order/>")}


@dataclass
class Partner:
    """An adapter, the warehouse that it talks to, and what both need to be told."""

    kind: str
    wms: SandboxWms
    guard: RecordingGuard
    settings: ConnectionSettings

    @property
    def adapter(self) -> WmsAdapter:
        return open_wms(self.settings, self.guard)

    @property
    def garbage(self) -> bytes:
        return ADAPTERS[self.kind].garbage

    def with_secrets(self, **secrets: str) -> WmsAdapter:
        return open_wms(replace(self.settings, secrets={**self.settings.secrets, **secrets}), self.guard)

    def at(self, address: str) -> WmsAdapter:
        return open_wms(replace(self.settings, base_url=address), self.guard)

    def within(self, seconds: float) -> WmsAdapter:
        return open_wms(replace(self.settings, connect_timeout=seconds, read_timeout=seconds), self.guard)

    def message(
        self, kind: str, data: Mapping[str, Any], *, secret: str = SECRET, at: datetime | None = None
    ) -> Signed:
        return ADAPTERS[self.kind].message(kind, data, secret, at or datetime.now(UTC))

    def fail(self, fault: str, **rule: Any) -> None:
        self.wms.world.rules.add({"fault": fault, "times": 1, "match": {"side": "request"}, **rule})

    def orders(self) -> list[dict[str, Any]]:
        return httpx.get(f"{self.wms.url}/_sandbox/orders").json()["orders"]

    def control(self, path: str, **asked: Any) -> dict[str, Any]:
        answer = httpx.post(f"{self.wms.url}/_sandbox/{path}", json=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def adapters_under_test() -> Mapping[str, UnderTest]:
    return ADAPTERS


@pytest.fixture(params=sorted(ADAPTERS))
def partner(request: pytest.FixtureRequest) -> Iterator[Partner]:
    with SandboxWms(SECRET, TOKEN) as wms:
        secrets = {"signing": SECRET, "token": TOKEN}
        settings = ConnectionSettings("acme-wms", request.param, wms.url, secrets, read_timeout=2.0)
        yield Partner(request.param, wms, RecordingGuard(), settings)


@pytest.fixture
def release() -> OrderRelease:
    return OrderRelease.model_validate(
        {
            "release": "WH/OUT/00042",
            "order": "S00017",
            "site": "MAIN",
            "ship_to": {"name": "Jane Roe", "street": "12 Quay", "country": "PT", "phone": "0351 555 010"},
            "lines": [
                {"line": "101", "sku": "SKU-1", "quantity": "10", "unit": "EA"},
                {"line": "102", "sku": "SKU-2", "quantity": "2.5", "unit": "KG"},
            ],
        }
    )


@pytest.fixture
def eventually() -> Callable[[Callable[[], Any]], Any]:
    """Polls until the value is true, for five seconds."""

    def wait(value: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + 5
        while not (found := value()) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert found
        return found

    return wait
