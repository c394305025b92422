"""`export_data`: records as rows of text, one row more for each further record of a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..faults import UserError
from .reading import Reading
from .record import Record
from .registry import on_records
from .schema import X2MANY
from .values import show

Path = list[str]
NO_EXPORT = "You don't have the rights to export data. Please contact an Administrator."


class Exporting(Reading):
    """Exporting records."""

    @on_records
    def export_data(self, ids: Any, fields_to_export: list[str]) -> dict[str, Any]:
        if not self.env.has_group("export"):
            raise UserError(NO_EXPORT)
        return {"datas": self._rows(self.records(ids), [path.split("/") for path in fields_to_export])}

    def _rows(self, records: Iterable[Record], paths: list[Path]) -> list[list[Any]]:
        rows: list[list[Any]] = []
        for record in records:
            current: list[Any] = [""] * len(paths)
            further: list[list[Any]] = []
            for name in dict.fromkeys(path[0] for path in paths if path):
                found = self._columns(record, name, paths)
                current = [old if new == "" else new for old, new in zip(current, found[0], strict=True)]
                further += found[1:]
            rows += [current, *further]
        return rows

    def _columns(self, record: Record, name: str, paths: list[Path]) -> list[list[Any]]:
        """What one field of the record fills: one row, more for a list."""
        own = [bool(path) and path[0] == name for path in paths]
        if name in ("id", ".id", "display_name") or not self._is_relation(record, name):
            value = self._plain(record, name)
            return [[value if mine else "" for mine in own]]
        below = [path[1:] or ["display_name"] if mine else [] for mine, path in zip(own, paths, strict=True)]
        return self._rows(self._targets(record, name), below) or [[""] * len(paths)]

    def _is_relation(self, record: Record, name: str) -> bool:
        return self.env.field(record.model_name, name).type in (*X2MANY, "many2one")

    def _targets(self, record: Record, name: str) -> list[Record]:
        target = getattr(record, name)
        if self.env.field(record.model_name, name).type in X2MANY:
            return list(target)
        return [target] if target else []

    def _plain(self, record: Record, name: str) -> Any:
        if name == ".id":
            return str(record.id)
        if name == "id":
            return self.env.model(record.model_name).get_external_id([record.id])[str(record.id)]
        if name == "display_name":
            return record.label
        field = self.env.field(record.model_name, name)
        value = show(self.env, field, record.raw(name))
        if field.type == "selection":
            return next((label for key, label in field.attributes.get("selection", []) if key == value), "")
        return "" if value is False and field.type != "boolean" else value
