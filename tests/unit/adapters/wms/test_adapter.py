"""What the adapter makes of a warehouse's answers that the stand-in never gives."""

from datetime import UTC, datetime

import pytest

from integration.adapters.registry import open_wms
from integration.adapters.wms.http_json.answers import Health
from integration.adapters.wms.http_json.checks import findings
from integration.errors import OutcomeUnknown, Rejected


def test_a_reason_that_repeats_the_address_is_kept_without_it(server, settings, guard, release) -> None:
    server.status, server.body = 422, b'{"reason": "no carrier for JANE ROE, 12 Quay, 4000 Porto"}'
    adapter = open_wms(settings, guard)
    with pytest.raises(Rejected) as caught:
        adapter.send("order.release", adapter.render(release), key="k-1")
    assert caught.value.context["detail"] == "no carrier for [private], [private], 4000 Porto"


def test_a_rejection_that_repeats_the_address_is_kept_without_it(server, settings, guard, release) -> None:
    server.status, server.body = 202, b'{"status": "rejected", "reason": "Jane Roe is unknown"}'
    adapter = open_wms(settings, guard)
    assert adapter.send("order.release", adapter.render(release), key="k-1").reason == "[private] is unknown"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"status": "maybe"}', b"\xff", b'{"status": null}'])
def test_an_answer_that_the_contract_does_not_know_is_tried_again(server, settings, guard, release, body) -> None:
    server.body = body
    adapter = open_wms(settings, guard)
    with pytest.raises(OutcomeUnknown) as caught:
        adapter.send("order.release", adapter.render(release), key="k-1")
    assert caught.value.code == "CD-1006"


def test_another_release_in_the_answer_is_not_taken_for_ours(server, settings, guard) -> None:
    server.body = b'{"orders": [{"release": "R2", "version": 1, "status": "accepted"}]}'
    assert open_wms(settings, guard).find("order.release", "R1", 1) is None


def test_a_probe_finds_a_wrong_contract_and_a_wrong_clock(settings) -> None:
    health = Health(name="Acme", version="9", contract="2.0")
    now = datetime(2026, 5, 4, 8, 6, tzinfo=UTC)
    found = {finding.name: finding for finding in findings(settings, health, "Mon, 04 May 2026 08:00:00 GMT", now)}
    assert [name for name, finding in found.items() if finding.ok is False] == ["contract", "clock"]
    assert found["clock"].detail == "the clocks differ by 360 s"


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_without_a_date_the_clocks_are_not_compared(settings, date) -> None:
    health = Health(name="Acme", version="9", contract="1")
    assert findings(settings, health, date, datetime.now(UTC))[-1].ok is None
