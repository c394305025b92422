"""The documents that go to a warehouse, by the type that their message has."""

from collections.abc import Mapping

from integration.canonical.master import MasterBatch
from integration.canonical.orders import OrderCancel, OrderChange, OrderRelease
from integration.canonical.receipts import ReceiptAdvice, ReceiptCancel

Outgoing = OrderRelease | OrderChange | OrderCancel | ReceiptAdvice | ReceiptCancel | MasterBatch
DOCUMENTS: Mapping[str, type[Outgoing]] = {
    "order.release": OrderRelease,
    "order.change": OrderChange,
    "order.cancel": OrderCancel,
    "receipt.advice": ReceiptAdvice,
    "receipt.cancel": ReceiptCancel,
    "master.batch": MasterBatch,
}
TYPES: Mapping[type[Outgoing], str] = {document: kind for kind, document in DOCUMENTS.items()}


def type_of(document: Outgoing) -> str:
    return TYPES[type(document)]
