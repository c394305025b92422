"""`export_data`: records as rows of text."""

from __future__ import annotations

from typing import Any

from .reading import Reading
from .record import Record
from .registry import on_records
from .schema import X2MANY
from .values import show


class Exporting(Reading):
    """Exporting records."""

    @on_records
    def export_data(self, ids: Any, fields_to_export: list[str]) -> dict[str, Any]:
        rows = [[self._exported(record, path.split("/")) for path in fields_to_export] for record in self.records(ids)]
        return {"datas": rows}

    def _exported(self, record: Record, path: list[str]) -> Any:
        name, *rest = path
        if name == ".id":
            return str(record.id)
        if name == "id":
            model = self.env.model(record.model_name)
            return model.get_external_id([record.id])[str(record.id)]
        field = self.env.field(record.model_name, name)
        if field.type == "many2one":
            target = getattr(record, name)
            if not target:
                return ""
            return self._exported(target, rest) if rest else target.label
        if field.type in X2MANY:
            targets = getattr(record, name)
            return ",".join(str(self._exported(target, rest or ["display_name"])) for target in targets)
        value = show(self.env, field, record.raw(name))
        return "" if value is False and field.type != "boolean" else value
