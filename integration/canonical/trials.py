"""Documents of a conformance run: nobody ordered them, and nothing is done about what is told of them."""

from datetime import UTC, datetime
from decimal import Decimal

from integration.canonical.base import Address
from integration.canonical.orders import OrderRelease, ReleaseLine

MARK = "CONFORMANCE-"
NOTES = "Conformance test: do not pick, do not ship."


def is_trial(reference: str) -> bool:
    return reference.startswith(MARK)


def release(run: str, number: int, *, site: str, owner: str, sku: str, unit: str, version: int = 1) -> OrderRelease:
    """One of one SKU. ``run`` keeps the numbers of two runs apart."""
    name = f"{MARK}{run}-{number}"
    return OrderRelease(
        release=name,
        version=version,
        order=name,
        site=site,
        owner=owner,
        ship_to=Address(name="Conformance test", street="1 Nowhere", city="Nowhere", country="US"),
        ship_by=datetime(2099, 12, 31, tzinfo=UTC),
        notes=NOTES,
        lines=(ReleaseLine(line="1", sku=sku, quantity=Decimal(1), unit=unit),),
    )
