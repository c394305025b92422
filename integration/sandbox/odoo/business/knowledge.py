"""What the server knows about itself: external ids, models, fields, apps."""

from __future__ import annotations

from typing import Any

from ..faults import ValidationError
from ..orm.access import check_access
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, on_model, serves


@serves("ir.model.data")
class ExternalId(Model):
    """External ids: the key that Odoo itself gives to outsiders."""

    def label(self, record: Record) -> str:
        return str(record.complete_name)

    @computes("complete_name")
    def _complete_name(self, record: Record) -> str:
        return f"{record.module}.{record.name}" if record.module else str(record.name)

    def check(self, record: Record) -> None:
        same = self.env.find(self.name, ["module", "=", record.module], ["name", "=", record.name])
        if len(same) > 1:
            raise ValidationError(
                "The operation cannot be completed: duplicate key value violates unique constraint "
                '"ir_model_data_module_name_uniq_index"\n'
                f"DETAIL:  Key (module, name)=({record.module}, {record.name}) already exists.\n"
            )

    @on_model
    def check_object_reference(self, module: str, xml_id: str, raise_on_access_error: bool = False) -> list[Any]:
        """Model and id of an external id. Raises ValueError."""
        found = self.env.first(self.name, ["module", "=", module], ["name", "=", xml_id])
        if not found:
            raise ValueError(f"External ID not found in the system: {module}.{xml_id}")
        return [found.model, found.res_id]


@serves("ir.module.module")
class App(Model):
    """An app."""

    def label(self, record: Record) -> str:
        return str(record.shortdesc or record.name)


@serves("ir.config_parameter")
class Parameter(Model):
    """A setting of the whole database. Only administrators read them."""

    def label(self, record: Record) -> str:
        return str(record.key)

    @on_model
    def get_param(self, key: str, default: Any = False) -> Any:
        check_access(self.env, self.name, "read")
        found = self.env.first(self.name, ["key", "=", key])
        return found.value if found else default


@serves("ir.model")
class ModelRow(Model):
    """A model, as a row."""


@serves("ir.model.fields")
class FieldRow(Model):
    """A field, as a row."""

    def label(self, record: Record) -> str:
        return f"{record.field_description} ({record.model})"
