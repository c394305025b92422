"""Which fields and methods each verb of the gateway uses, seen while it works: nobody has to keep a list.

``RECORD_USES=1`` before the contract suite adds to ``recorded/uses.json`` what is new; without it, what is not in it
fails the test that used it.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

import pytest

from integration.adapters.odoo import recorded
from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.gateway import OdooGateway
from integration.canonical.shapes import Used
from tests.contract.odoo.distil_shapes import TARGET

FILE = TARGET / recorded.USES
RECORD = bool(os.environ.get("RECORD_USES"))
PARTS = (
    *("stock", "returns", "agreed", "keys", "notes", "activities", "attachments", "freight", "routing"),
    "substitutes",
)
UNSEEN = ("shape", "now")  # verbs that look at the gateway's own uses, or ask for nothing
COMMANDS = {0, 1}  # [0, 0, values] and [1, id, values] of a field with many records
Found = dict[str, dict[str, dict[str, dict[str, set[str]]]]]

_verb: ContextVar[str] = ContextVar("verb", default="")
seen: Found = {}
unknown: list[str] = []
copied: dict[str, set[str]] = {}  # by model, what Odoo itself gave for a copy: the gateway hands it back unread


def note(version: int, model: str, *, fields: Sequence[str] = (), method: str = "") -> None:
    verb = _verb.get()
    if not verb:
        return
    used = seen.setdefault(str(version), {}).setdefault(verb, {}).setdefault(model, {"fields": set(), "methods": set()})
    used["fields"].update(set(fields) - {"id"})
    used["methods"].update({method} - {"", "fields_get"})
    known = recorded.uses(version).get(verb, {}).get(model, Used())
    new = [*(used["fields"] - known.fields), *(used["methods"] - known.methods)]
    if new and not RECORD:
        unknown.append(f"{verb} on {version}: {model} {', '.join(sorted(new))}")


@contextmanager
def within(name: str) -> Iterator[None]:
    """The outermost verb counts."""
    token = _verb.set(_verb.get() or name)
    try:
        yield
    finally:
        _verb.reset(token)


def watched(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        with within(name):
            return method(*args, **kwargs)

    return call


def watch_gateway(gateway: OdooGateway) -> None:
    """Its verbs, and those of its parts, have their names from now on."""
    for name in dir(OdooGateway):
        if not name.startswith("_") and name not in UNSEEN and callable(getattr(OdooGateway, name)):
            setattr(gateway, name, watched(name, getattr(gateway, name)))
    for part in PARTS:
        there = getattr(gateway, part)
        for name in dir(type(there)):
            if not name.startswith("_") and callable(getattr(type(there), name)):
                setattr(there, name, watched(f"{part}.{name}", getattr(there, name)))


def watch(patch: pytest.MonkeyPatch) -> None:
    """Looks on, and changes nothing."""
    make, call, fields = OdooGateway.__init__, Caller.__call__, Caller.fields

    def made(self: OdooGateway, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        watch_gateway(self)

    def called(self: Caller, model: str, method: str, ids: Any = None, **named: Any) -> Any:
        version = self.version.major
        note(version, model, method=method)
        for each, names in _named(version, model, named):
            note(version, each, fields=names)
        answer = call(self, model, method, ids, **named)
        if method == "copy_data":
            copied.setdefault(model, set()).update(*_rows(answer))
        return answer

    def asked(self: Caller, model: str, names: Any) -> Any:
        found = fields(self, model, names)
        note(self.version.major, model, fields=list(found))
        return found

    patch.setattr(OdooGateway, "__init__", made)
    patch.setattr(Caller, "__call__", called)
    patch.setattr(Caller, "fields", asked)


def _named(version: int, model: str, named: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """The fields that a call names: in conditions, values, lists and groups."""
    for term in named.get("domain") or ():
        if isinstance(term, list | tuple) and len(term) == 3:
            yield from _path(version, model, str(term[0]).split("."))
    for values in [*_rows(named.get("vals")), *_rows(named.get("vals_list"))]:
        yield from _values(version, model, values)
    listed = [*(named.get("fields") or ()), *(named.get("groupby") or ()), *(named.get("aggregates") or ())]
    for name in listed:
        yield from _path(version, model, str(name).partition(":")[0].removesuffix("/.id").split("/"))


def _rows(values: Any) -> list[Mapping[str, Any]]:
    return [values] if isinstance(values, dict) else list(values or ())


def _values(version: int, model: str, values: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    yield model, [name for name in values if name not in copied.get(model, ())]
    for name, value in values.items():
        relation = _relation(version, model, name)
        for command in value if relation and isinstance(value, list | tuple) else ():
            if isinstance(command, list | tuple) and len(command) == 3 and command[0] in COMMANDS:
                yield from _values(version, relation, command[2])


def _path(version: int, model: str, steps: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    for step in steps:
        if not model or step in ("id", ".id", "__count"):
            return
        yield model, [step]
        model = _relation(version, model, step)


def _relation(version: int, model: str, name: str) -> str:
    about = recorded.shape(version).get(model)
    return about.fields[name].relation if about and name in about.fields else ""


def write() -> None:
    """Adds what is new. Nothing is taken out: another server, or another choice of tests, uses less."""
    known = json.loads(FILE.read_text())
    for version, verbs in seen.items():
        for verb, models in verbs.items():
            for model, used in models.items():
                row = known.setdefault(version, {}).setdefault(verb, {}).setdefault(model, {})
                for name in ("fields", "methods"):
                    row[name] = sorted({*row.get(name, ()), *used[name]})
    FILE.write_text(as_text(known))


def as_text(known: Mapping[str, Any]) -> str:
    """A line for each verb."""
    blocks = []
    for version, verbs in sorted(known.items()):
        lines = (f"{json.dumps(verb)}: {json.dumps(verbs[verb], sort_keys=True)}" for verb in sorted(verbs))
        blocks.append(f'"{version}": {{\n' + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(blocks) + "\n}\n"
