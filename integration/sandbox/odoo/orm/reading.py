"""`read`, `fields_get`, `default_get` and the small look-ups."""

from __future__ import annotations

from typing import Any

from .base import Part, as_ids
from .record import Record
from .registry import on_model, on_records
from .schema import Field
from .values import show

ATTRIBUTES = ("type", "string", "required", "readonly", "store", "relation", "selection")


class Reading(Part):
    """Reading records and their description."""

    def display_name_of(self, record: Record) -> Any:
        return self.label(record)

    def public_field(self, name: str) -> Field:
        """A field that this version has. Raises ValueError."""
        field = self.fields.get(name)
        if field is None or field.hidden:
            where = f"'{self.name}'" if self.env.traits.whole_seconds else f"model '{self.name}'"
            raise ValueError(f"Invalid field {name!r} on {where}")
        return field

    def public_names(self) -> list[str]:
        return [name for name, field in self.fields.items() if not field.hidden]

    @on_records
    def read(
        self, ids: Any, fields: list[str] | None = None, load: str | None = "_classic_read"
    ) -> list[dict[str, Any]]:
        wanted = [self.public_field(name) for name in fields or self.public_names() if name != "id"]
        rows = self.env.store.table(self.name)
        names = load == "_classic_read"
        found = (record_id for record_id in as_ids(ids) if record_id in rows)
        return [self._row(record_id, wanted, names) for record_id in found]

    def _row(self, record_id: int, wanted: list[Field], names: bool) -> dict[str, Any]:
        record = self.env.browse(self.name, record_id)
        row: dict[str, Any] = {"id": record_id}
        for field in wanted:
            row[field.name] = show(self.env, field, record.raw(field.name), names=names)
        return row

    @on_model
    def fields_get(self, allfields: list[str] | None = None, attributes: list[str] | None = None) -> dict[str, Any]:
        public = self.public_names()
        chosen = [name for name in allfields or public if name in public]
        keys = attributes or ATTRIBUTES
        return {name: self._description(self.fields[name], keys) for name in chosen}

    def _description(self, field: Field, keys: Any) -> dict[str, Any]:
        full = {"name": field.name, "required": False, "readonly": False, **field.attributes}
        return {key: full[key] for key in keys if key in full}

    @on_model
    def default_get(self, fields: list[str]) -> dict[str, Any]:
        given = {
            key.removeprefix("default_"): value for key, value in self.env.context.items() if key.startswith("default_")
        }
        values = {**self.defaults(dict(given)), **given}
        return {
            name: show(self.env, self.fields[name], values[name], names=False)
            for name in fields
            if name in values and name in self.fields
        }

    @on_records
    def exists(self, ids: Any) -> list[int]:
        rows = self.env.store.table(self.name)
        return [record_id for record_id in as_ids(ids) if record_id in rows]

    @on_records
    def get_external_id(self, ids: Any) -> dict[str, str]:
        """Record id -> complete external id, empty where there is none."""
        answer = {}
        for record_id in as_ids(ids):
            known = self.env.first("ir.model.data", ["model", "=", self.name], ["res_id", "=", record_id])
            answer[str(record_id)] = f"{known.module}.{known.name}" if known else ""
        return answer

    @on_records
    def get_metadata(self, ids: Any) -> list[dict[str, Any]]:
        rows = self.read(ids, ["create_uid", "create_date", "write_uid", "write_date"])
        xml_ids = self.get_external_id(ids)
        return [{**row, "xmlid": xml_ids[str(row["id"])] or False, "noupdate": False} for row in rows]
