"""The documents that go to a warehouse, by the type that their message has."""

from collections.abc import Mapping

from integration.canonical.orders import OrderRelease

Outgoing = OrderRelease
DOCUMENTS: Mapping[str, type[Outgoing]] = {"order.release": OrderRelease}
TYPES: Mapping[type[Outgoing], str] = {document: kind for kind, document in DOCUMENTS.items()}


def type_of(document: Outgoing) -> str:
    return TYPES[type(document)]
