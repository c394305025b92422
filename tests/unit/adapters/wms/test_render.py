"""Our documents as bytes."""

import json
from datetime import UTC, datetime

from integration.adapters.wms.http_json import render

NOW = datetime(2026, 5, 4, 8, 0, 1, tzinfo=UTC)


def test_a_release_is_an_envelope_with_plain_decimal_strings(release) -> None:
    document = json.loads(render.envelope(release, NOW))
    assert (document["type"], document["timestamp"]) == ("order.release", "2026-05-04T08:00:01Z")
    assert document["data"]["lines"] == [
        {
            "line": "101",
            "sku": "SKU-1",
            "quantity": "10",
            "unit": "EA",
            "description": "",
            "tracking": "none",
            "lots": [],
        }
    ]


def test_what_is_not_known_is_left_out(release) -> None:
    data = json.loads(render.envelope(release, NOW))["data"]
    assert "ship_by" not in data
    assert data["carrier"] == {"code": "DHL", "service": ""}


def test_equal_documents_are_equal_bytes(release) -> None:
    assert render.envelope(release, NOW) == render.envelope(release.model_copy(), NOW)
