"""The JSON Schema of a tree, made from the tables."""

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    DecimalField,
    Field,
    FloatField,
    ForeignKey,
    IntegerField,
    JSONField,
    Model,
    TextField,
    TimeField,
)

from integration.jobs.tree.cells import CODE, LISTED, column
from integration.jobs.tree.defaults import needed
from integration.jobs.tree.tables import SECTIONS, Table

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
VERSION = 1
TIME = {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"}
TYPES: Mapping[type["Field[Any, Any]"], Schema] = {
    BooleanField: {"type": "boolean"},
    IntegerField: {"type": "integer"},
    DecimalField: {"type": "number"},
    FloatField: {"type": "number"},
    TimeField: TIME,
    DateTimeField: {"type": "string", "minLength": 10},
    TextField: {"type": "string"},
    CharField: {"type": "string"},
    ForeignKey: {"type": "string", "minLength": 1},
    ArrayField: {"type": "array", "items": {"type": "string"}},
}
OBJECTS = ("options", "outcome", "dates")  # JSON columns that hold objects
LISTS = ("teams", "flows", "master_kinds")  # JSON columns that hold names


def schema() -> Schema:
    sections = {name: {"type": "array", "items": _row(table)} for name, table in SECTIONS.items()}
    return {
        "$schema": DIALECT,
        "title": "Configuration of Crossdock",
        "type": "object",
        "additionalProperties": False,
        "required": ["version"],
        "properties": {"version": {"const": VERSION}, **sections},
    }


def _row(table: Table) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in table.columns if needed(table.model, name)],
        "properties": {name: _column(table.model, name) for name in table.columns},
    }


def _column(model: type[Model], name: str) -> Schema:
    field = column(model, name)
    said = _type(model, name, field)
    if field.choices and (model, name) != CODE:
        said = {"enum": [choice for choice, _ in field.flatchoices] + ([""] if field.blank else [])}
    elif isinstance(field, CharField) and field.max_length:
        said = {**said, "maxLength": field.max_length}
    if help_text := str(field.help_text):
        said = {**said, "description": help_text}
    return {"anyOf": [said, {"type": "null"}]} if field.null else said


def _type(model: type[Model], name: str, field: "Field[Any, Any]") -> Schema:
    if (model, name) == CODE:
        return {"type": ["string", "integer"]}
    if (model, name) == LISTED or name in LISTS:
        return TYPES[ArrayField]
    if isinstance(field, JSONField):
        return {"type": "object"} if name in OBJECTS else {"type": "array", "items": {"type": "integer"}}
    return next(said for kind, said in TYPES.items() if isinstance(field, kind))
