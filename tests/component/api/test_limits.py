"""The rate of one connection: counted in Valkey, and not at all when Valkey is down."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from integration.api import limits
from integration.models import Connection
from tests.component.api.conftest import Sender

pytestmark = pytest.mark.usefixtures("wms")


@pytest.fixture(autouse=True)
def _one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """All posts of a test are in one second, and a busy machine is no Valkey that is down."""
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: 1_800_000_000.0, monotonic=time.monotonic))
    monkeypatch.setattr(limits, "TIMEOUT_SECONDS", 30.0)
    limits._valkey.cache_clear()


def test_a_connection_over_its_rate_is_429_and_told_when_to_come_back(sender: Sender, settings: Any) -> None:
    settings.WEBHOOK_RATE = 2

    answers = [sender.post() for _ in range(3)]

    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert (answers[2]["Retry-After"], answers[2].json()["error"]["code"]) == ("1", "throttled")


def test_another_connection_has_a_rate_of_its_own(sender: Sender, settings: Any, wms: Connection) -> None:
    settings.WEBHOOK_RATE = 1
    Connection.objects.create(slug="other", name="Other", kind="http_json", base_url="https://x.t", secrets=wms.secrets)

    assert [sender.post().status_code, sender.post(to="other").status_code] == [202, 202]


def test_forged_messages_do_not_shut_the_partner_out(sender: Sender, settings: Any) -> None:
    settings.WEBHOOK_RATE = 2
    forger = Sender("whsec_" + "A" * 44)

    assert {forger.post().status_code for _ in range(5)} == {401}
    assert sender.post().status_code == 202


def test_counts_do_not_stay(sender: Sender, settings: Any) -> None:
    sender.post()

    assert 0 < limits._valkey(settings.REDIS_URL).ttl("crossdock:webhook:northgate:1800000000") <= 5


def test_without_valkey_messages_are_taken_and_not_slowed_down(sender: Sender, settings: Any, closed_port: int) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{closed_port}/0"
    settings.WEBHOOK_RATE = 1

    started = time.perf_counter()
    assert [sender.post().status_code for _ in range(5)] == [202] * 5
    assert time.perf_counter() - started < 2
