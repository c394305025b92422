"""The key of everything that a document of a partner's causes: the same whatever message brings it, and for good."""

from collections.abc import Mapping

from integration.canonical.base import Part
from integration.canonical.inventory import InventoryAdjusted, InventoryCounted
from integration.canonical.receipts import PutAway, ReceiptConfirmed, ReturnReceived
from integration.canonical.shipments import ShipmentConfirmed
from integration.models import Connection

SHIPMENT = "shipment"
# Its sort, the fields that its number is counted in (the first one that says something), and the number.
KEYS: Mapping[type[Part], tuple[str, tuple[str, ...], str]] = {
    ShipmentConfirmed: (SHIPMENT, ("release",), "shipment"),
    ReceiptConfirmed: ("receipt", ("advice",), "receipt"),
    ReturnReceived: ("return", ("advice", "site"), "receipt"),
    PutAway: ("put_away", ("site",), "put_away"),
    InventoryAdjusted: ("adjustment", ("site",), "adjustment"),
    InventoryCounted: ("count", ("site",), "count"),
}


def of(partner: Connection, document: Part) -> str:
    """Empty for a kind of document that writes nothing under a key of its own."""
    if type(document) not in KEYS:
        return ""
    return key(KEYS[type(document)][0], partner, *_counted(document))


def own(document: Part) -> str:
    """What tells it from the others of its sort and its partner: two sites may count alike. Empty as of ``of``."""
    return "/".join(_counted(document)) if type(document) in KEYS else ""


def _counted(document: Part) -> tuple[str, str]:
    """What its number is counted in, and its number."""
    _, scopes, number = KEYS[type(document)]
    return next((value for name in scopes if (value := getattr(document, name))), ""), getattr(document, number)


def key(sort: str, partner: Connection, scope: str, number: str) -> str:
    return f"{sort}/{partner.slug}/{scope}/{number}"
