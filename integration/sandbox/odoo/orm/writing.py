"""`create`, `write`, `unlink` and the shorthands on top of them."""

from __future__ import annotations

from typing import Any

from ..faults import ValidationError
from . import commands
from .base import LOG_FIELDS, as_ids
from .companies import as_kept
from .links import INHERITS
from .reading import Reading
from .record import plain
from .registry import on_model, on_records
from .schema import X2MANY, Field
from .values import parse

REQUIRED_TEXT = (
    "The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n"
    "- Delete: another model requires the record being deleted. If possible, archive it instead.\n\n"
    "Model: {label} ({model})\nField: {field} ({name})\n"
)
REQUIRED_TEXT_19 = (
    "The operation cannot be completed: Missing required value for the field '{field}' ({name}).\n"
    "Model: '{label}' ({model})\n- create/update: a mandatory field is not set\n"
    "- delete: another model requires the record being deleted, you can archive it instead\n"
)
MODEL_LABELS = {
    "sale.order": "Sales Order",
    "sale.order.line": "Sales Order Line",
    "stock.picking": "Transfer",
    "stock.move": "Stock Move",
    "stock.lot": "Lot/Serial",
    "purchase.order": "Purchase Order",
    "res.partner": "Contact",
    "product.product": "Product Variant",
}
# Required by the database, checked after the model's own defaults had their say.
REQUIRED = {
    "sale.order": ("partner_id",),
    "sale.order.line": ("order_id",),
    "purchase.order": ("partner_id",),
    "purchase.order.line": ("order_id",),
    "stock.lot": ("name", "product_id"),
    "stock.move": ("product_id", "location_id", "location_dest_id"),
    "stock.move.line": ("location_id", "location_dest_id"),
    "stock.picking": ("picking_type_id",),
    "stock.quant": ("product_id", "location_id"),
    "stock.scrap": ("product_id",),
    "stock.warehouse": ("name", "code"),
    "product.packaging": ("name", "product_id"),
    "product.template": ("name",),
    "product.uom": ("product_id", "uom_id", "barcode"),
    "res.users": ("login",),
    "ir.model.data": ("name",),
    "ir.attachment": ("name",),
    "mrp.bom": ("product_tmpl_id",),
    "mrp.bom.line": ("product_id", "bom_id"),
    "mail.activity": ("res_model_id",),
}


class Writing(Reading):
    """Changing records."""

    @on_model
    def create(self, vals_list: Any) -> Any:
        """One id for a dictionary, a list of ids for a list."""
        if isinstance(vals_list, dict):
            return self.create_all([vals_list])[0]
        return self.create_all(vals_list)

    def create_all(self, vals_list: list[dict[str, Any]]) -> list[int]:
        return [self._create(dict(values)) for values in vals_list]

    def _create(self, values: dict[str, Any]) -> int:
        given = {
            key.removeprefix("default_"): value
            for key, value in self.env.context.items()
            if key.startswith("default_") and key.removeprefix("default_") in self.fields
        }
        values = {**given, **values}
        self._check_names(values)
        own = {name: value for name, value in self.defaults(values).items() if name in self.fields}
        values = {**own, **values}
        rows, lists = self._split(values)
        self._require(rows)
        kept = as_kept(self.env, self.name, self._delegate(rows))
        record_id = self.env.store.insert(self.name, {**self._log(), **kept})
        for name, value in lists.items():
            self._write_list(record_id, name, value)
        record = self.env.browse(self.name, record_id)
        self.created(record, values)
        self.check(record)
        self.env.watch.after_create(self.env, self.name, record_id)
        return record_id

    def _log(self) -> dict[str, Any]:
        env = self.env
        return {"create_date": env.now, "create_uid": env.uid, "write_date": env.now, "write_uid": env.uid}

    def _check_names(self, values: dict[str, Any]) -> None:
        for name in values:
            field = self.fields.get(name)
            if field is None:
                if self.env.traits.whole_seconds:
                    raise KeyError(name)
                raise ValueError(f"Invalid field {name!r} on model {self.name!r}")

    def _split(self, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Converted plain values by column, and the commands for lists."""
        rows, lists = {}, {}
        for name, value in values.items():
            field = self.fields[name]
            if name in LOG_FIELDS:
                continue
            if field.type in X2MANY:
                lists[name] = plain(value)
            else:
                rows[field.column] = parse(self.env, self._owner(field), plain(value))
        return rows, lists

    def _owner(self, field: Field) -> Field:
        """The field as its own model declares it: errors name that model."""
        if self.name not in INHERITS:
            return field
        _link, parent, own = INHERITS[self.name]
        theirs = self.env.database.fields(parent).get(field.name)
        return theirs if theirs is not None and field.column not in own else field

    def _require(self, rows: dict[str, Any]) -> None:
        for name in REQUIRED.get(self.name, ()):
            if rows.get(name) in (None, False):
                template = REQUIRED_TEXT_19 if self.env.traits.whole_seconds else REQUIRED_TEXT
                label = MODEL_LABELS.get(self.name, self.name)
                raise ValidationError(
                    template.format(label=label, model=self.name, field=self.fields[name].label, name=name)
                )

    def _delegate(self, rows: dict[str, Any]) -> dict[str, Any]:
        """Make the parent of a delegating model and keep only the model's own values."""
        if self.name not in INHERITS:
            return rows
        link, parent, _own = INHERITS[self.name]
        shared = self._shared(rows)
        if not rows.get(link):
            rows[link] = self.env.with_context(variant_given=True).model(parent).create_all([shared])[0]
        elif shared:
            self.env.put(parent, rows[link], shared)
        return {key: value for key, value in rows.items() if key not in shared}

    def _shared(self, rows: dict[str, Any]) -> dict[str, Any]:
        _link, parent, own = INHERITS[self.name]
        theirs = self.env.database.fields(parent)
        return {key: value for key, value in rows.items() if key in theirs and key not in own}

    @on_records
    def write(self, ids: Any, vals: dict[str, Any]) -> bool:
        records = self.records(as_ids(ids))
        self._check_names(vals)
        values = self.writing(records, dict(vals))
        rows, lists = self._split(values)
        for record in records:
            self._store(record.id, dict(rows))
            for name, value in lists.items():
                self._write_list(record.id, name, value)
        self.written(records, values)
        for record in records:
            if record.exists:
                self.check(record)
        return True

    def _write_list(self, record_id: int, name: str, value: Any) -> None:
        """Write a list, of the parent where it is the parent's."""
        model = self.name
        if model in INHERITS and self._shared({self.fields[name].column: value}):
            link, model, _own = INHERITS[model]
            record_id = self.env.store.table(self.name)[record_id][link]
        commands.apply(self.env, model, record_id, name, value)

    def _store(self, record_id: int, rows: dict[str, Any]) -> None:
        if self.name in INHERITS:
            link, parent, _own = INHERITS[self.name]
            shared = self._shared(rows)
            if shared:
                self.env.put(parent, self.env.store.table(self.name)[record_id][link], shared)
            rows = {key: value for key, value in rows.items() if key not in shared}
        self.env.put(self.name, record_id, rows)

    @on_records
    def unlink(self, ids: Any) -> bool:
        records = self.records(as_ids(ids))
        self.unlinking(records)
        for record in records:
            self._forget(record.id)
            if record.exists:
                self.env.store.delete(self.name, record.id)
        return True

    def _forget(self, record_id: int) -> None:
        for known in self.env.find("ir.model.data", ["model", "=", self.name], ["res_id", "=", record_id]):
            self.env.store.delete("ir.model.data", known.id)

    @on_model
    def name_create(self, name: str) -> list[Any]:
        record_id = self.create_all([{"name": name}])[0]
        return [record_id, self.env.browse(self.name, record_id).label]

    @on_records
    def action_archive(self, ids: Any) -> bool:
        return self.write(ids, {"active": False})

    @on_records
    def action_unarchive(self, ids: Any) -> bool:
        return self.write(ids, {"active": True})

    @on_records
    def toggle_active(self, ids: Any) -> bool:
        for record in self.records(ids):
            self.write([record.id], {"active": not record.active})
        return True
