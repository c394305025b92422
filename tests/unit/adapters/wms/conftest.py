"""Good documents to start from."""

from copy import deepcopy
from typing import Any

import pytest

from integration.canonical.orders import OrderRelease

RELEASE = {
    "release": "WH/OUT/00042",
    "version": 2,
    "order": "S00017",
    "site": "MAIN",
    "ship_to": {"name": "Jane Roe", "street": "12 Quay", "city": "Porto", "postcode": "4000", "country": "PT"},
    "carrier": {"code": "DHL"},
    "lines": [{"line": "101", "sku": "SKU-1", "quantity": "1E+1", "unit": "EA"}],
}
SHIPMENT = {
    "shipment": "SHP-1",
    "release": "WH/OUT/00042",
    "shipped_at": "2026-05-04T10:00:00+02:00",
    "lines": [{"line": "101", "sku": "SKU-1", "quantity": "10", "unit": "EA"}],
}
EVENTS = {
    "order.accepted": {"release": "WH/OUT/00042"},
    "order.rejected": {"release": "WH/OUT/00042", "reason": "unknown SKU"},
    "shipment.confirmed": SHIPMENT,
    "receipt.accepted": {"advice": "WH/IN/00007"},
    "receipt.rejected": {"advice": "WH/IN/00007", "reason": "the gate is closed"},
    "receipt.confirmed": {"receipt": "RCV-1", "advice": "WH/IN/00007", "received_at": "2026-05-08T09:30:00Z"},
    "receipt.put_away": {
        "put_away": "PUT-1",
        "site": "MAIN",
        "at": "2026-05-08T10:00:00Z",
        "lines": [{"sku": "SKU-1", "quantity": "5", "unit": "EA", "to_location": "A-01"}],
    },
    "inventory.adjusted": {
        "adjustment": "A-1",
        "site": "MAIN",
        "adjusted_at": "2026-05-04T08:00:00Z",
        "lines": [{"sku": "SKU-1", "quantity": "-1", "unit": "EA", "reason": "LOST"}],
    },
    "inventory.counted": {
        "count": "C-1",
        "site": "MAIN",
        "counted_at": "2026-05-04T08:00:00Z",
        "lines": [{"sku": "SKU-1", "quantity": "0", "unit": "EA"}],
    },
    "inventory.snapshot": {"snapshot": "S-1", "site": "MAIN", "taken_at": "2026-05-04T08:00:00Z"},
}


@pytest.fixture
def release() -> OrderRelease:
    return OrderRelease.model_validate(RELEASE)


@pytest.fixture
def envelopes() -> dict[str, dict[str, Any]]:
    """One good message of every type."""
    made = {kind: {"type": kind, "timestamp": "2026-05-04T08:00:01Z", "data": data} for kind, data in EVENTS.items()}
    return deepcopy(made)
