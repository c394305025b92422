"""What the stand-in warehouse was told of items, customers and the rest, and the items that it lists itself."""

import threading
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from integration.canonical.master import FIELDS, RECORDS, MasterBatch, Record, WarehouseItem
from integration.sandbox.wms.orders import Taken, fingerprint

PAGE = 100
Name = tuple[str, str, int]  # system, kind, id


class Master:
    """Thread-safe. ``refuses``: by code of a record, why it is not taken; ``*``: the batch as a whole.

    ``listed``: the warehouse's own items.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        with self.lock:
            self.records: dict[Name, Record] = {}
            self.batches: list[tuple[str, int, int]] = []
            self.refuses: dict[str, str] = {}
            self.listed: dict[str, WarehouseItem] = {}
            self._answers: dict[str, tuple[str, dict[str, Any]]] = {}

    def take(self, batch: MasterBatch, key: str) -> Taken:
        digest = fingerprint(batch)
        with self.lock:
            if "*" in self.refuses:
                return HTTPStatus.UNPROCESSABLE_ENTITY, {"reason": self.refuses["*"]}
            if key in self._answers:
                before, said = self._answers[key]
                if before == digest:
                    return HTTPStatus.OK, said
                return HTTPStatus.CONFLICT, {"reason": "this Idempotency-Key was used for another document"}
            records = getattr(batch, FIELDS[RECORDS[batch.kind]])
            refused = [record for record in records if record.code in self.refuses]
            for record in records:
                if record.code not in self.refuses:
                    self.records[batch.system, batch.kind, record.id] = record
            self.batches.append((batch.kind, batch.batch, len(records)))
            told = [{"id": record.id, "reason": self.refuses[record.code]} for record in refused]
            answer = {"status": "accepted", "warehouse_order": "", "reason": "", "refused": told}
            self._answers[key] = (digest, answer)
            return HTTPStatus.OK, answer

    def page(self, after: str) -> list[dict[str, Any]]:
        """The items that it lists, behind this SKU."""
        with self.lock:
            skus = sorted(sku for sku in self.listed if sku > after)[:PAGE]
            return [self.listed[sku].model_dump(mode="json") for sku in skus]

    def list_items(self, raw: Mapping[str, Any]) -> None:
        """``{sku: {"name": ..., "barcodes": [...]}}`` replaces the list. Raises ValidationError."""
        items = {sku: WarehouseItem.model_validate({"sku": sku, **(about or {})}) for sku, about in raw.items()}
        with self.lock:
            self.listed = items

    def report(self) -> dict[str, Any]:
        with self.lock:
            told = [
                {"system": system, "kind": kind, **record.model_dump(mode="json")}
                for (system, kind, _), record in self.records.items()
            ]
            return {"records": told, "batches": [list(batch) for batch in self.batches]}
