"""Where each of our documents goes, and how a warehouse is asked whether it has one."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Endpoint:
    """``reference`` and ``version``: the document's fields, and the query's, that name it."""

    path: str
    reference: str
    version: str


ENDPOINTS: Mapping[str, Endpoint] = {
    "order.release": Endpoint("/orders", "release", "version"),
    "order.change": Endpoint("/orders/changes", "release", "change"),
    "order.cancel": Endpoint("/orders/cancellations", "release", "change"),
    "receipt.advice": Endpoint("/advices", "advice", "version"),
    "receipt.cancel": Endpoint("/advice-cancels", "advice", "version"),
    "master.batch": Endpoint("/master", "kind", "batch"),
}
