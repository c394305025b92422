"""The fields of every model of one version: recorded tables, plus the models that only exist as targets."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from . import apps
from .extra_models import ALIASES, EXTRA, HIDDEN, SUCCESSORS

X2MANY = ("one2many", "many2many")
MAGIC = "create_date:datetime create_uid:many2one=res.users write_date:datetime write_uid:many2one=res.users"
COMMON = f"id:integer display_name:char {MAGIC}"


@dataclass(frozen=True)
class Field:
    """One field. `column` is the name under which the value is kept on every version."""

    model: str
    name: str
    type: str
    column: str
    relation: str = ""
    hidden: bool = False
    attributes: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def required(self) -> bool:
        return bool(self.attributes.get("required"))

    @property
    def selection(self) -> list[str]:
        return [value for value, _label in self.attributes.get("selection", [])]

    @property
    def label(self) -> str:
        return str(self.attributes.get("string") or self.name)

    @property
    def empty(self) -> Any:
        if self.type in X2MANY:
            return ()
        return {"float": 0.0, "monetary": 0.0, "integer": 0}.get(self.type, False)


Fields = dict[str, Field]


def _parse(model: str, text: str, *, hidden: bool = False) -> Fields:
    """Fields from `name:type` and `name:type=relation` words."""
    fields = {}
    for word in text.split():
        name, _, kind = word.partition(":")
        kind, _, relation = kind.partition("=")
        attributes = {"type": kind, "string": name.replace("_", " ").title(), "store": True}
        if relation:
            attributes["relation"] = relation
        fields[name] = Field(model, name, kind, name, relation, hidden, attributes)
    return fields


def _recorded(model: str, table: Mapping[str, Mapping[str, Any]]) -> Fields:
    renamed = ALIASES.get(model, {})
    return {
        name: Field(model, name, raw["type"], renamed.get(name, name), raw.get("relation", ""), False, raw)
        for name, raw in table.items()
    }


def _succeeded(text: str, models: Mapping[str, Fields]) -> str:
    """Targets that this version has no longer, replaced by what took their place."""
    for gone, successor in SUCCESSORS.items():
        text = text if gone in models else text.replace(gone, successor)
    return text


@cache
def load_schema(version: str, installed: frozenset[str] = frozenset()) -> dict[str, Fields]:
    """Model name -> its fields, hidden ones and those of further apps included."""
    packed = files("integration.sandbox.odoo.data").joinpath(f"fields-{version}.json.gz").read_bytes()
    models = {name: _recorded(name, table) for name, table in json.loads(gzip.decompress(packed)).items()}
    for name, text in EXTRA.items():
        if name not in models:
            models[name] = _parse(name, f"{COMMON} {text}")
    for name, text in HIDDEN.items():
        if name in models:
            extra = _parse(name, _succeeded(text, models), hidden=True)
            models[name] = {**extra, **models[name]}
    for app in sorted(installed):
        models |= {name: _parse(name, f"{COMMON} {text}") for name, text in apps.MODELS[app].items()}
        for name, text in apps.FIELDS[app].items():
            models[name] = {**models[name], **_parse(name, text)}
    return models
