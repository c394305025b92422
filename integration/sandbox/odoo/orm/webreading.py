"""`web_read` and `web_search_read`: nested reading by a specification (17 and later)."""

from __future__ import annotations

from typing import Any

from .base import as_ids
from .record import Record
from .registry import on_model, on_records
from .schema import X2MANY, Field
from .searching import Searching
from .values import show


class WebReading(Searching):
    """Reading records and what hangs on them in one call."""

    @on_records
    def web_read(self, ids: Any, specification: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
        records = self.records(as_ids(ids))
        return [self._nested(record, specification) for record in records]

    @on_model
    def web_search_read(
        self,
        domain: Any,
        specification: dict[str, dict[str, Any]],
        offset: int = 0,
        limit: int | None = None,
        order: str | None = None,
        count_limit: int | None = None,
    ) -> dict[str, Any]:
        found = self.matching(domain, offset=offset, limit=limit, order=order)
        length = len(self.matching(domain, limit=count_limit)) if limit else len(found) + offset
        return {"length": length, "records": self.web_read(found, specification)}

    def _nested(self, record: Record, specification: dict[str, dict[str, Any]]) -> dict[str, Any]:
        row: dict[str, Any] = {"id": record.id}
        for name, inner in specification.items():
            field = self.public_field(name)
            row[name] = self._nested_value(record, field, inner or {})
        return row

    def _nested_value(self, record: Record, field: Field, inner: dict[str, Any]) -> Any:
        raw = record.raw(field.name)
        if field.type == "many2one":
            if "fields" not in inner or not raw:
                return raw or False
            return self.env.model(field.relation).web_read([raw], inner["fields"])[0]
        if field.type in X2MANY and "fields" in inner:
            chosen = list(raw)[: inner.get("limit")]
            return self.env.model(field.relation).web_read(chosen, inner["fields"])
        return show(self.env, field, raw, names=False)
