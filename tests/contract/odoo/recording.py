"""The recorded steps of a scenario, whatever protocol they were recorded over, in one shape."""

import gzip
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[2] / "fixtures" / "odoo"
VERSIONS = ("16", "17", "18", "19")
# Positional arguments of `execute_kw` by method; every other method takes ids first.
POSITIONAL = {
    "search": ["domain"],
    "search_count": ["domain"],
    "search_read": ["domain", "fields"],
    "create": ["vals_list"],
    "write": ["ids", "vals"],
    "read": ["ids", "fields"],
    "load": ["fields", "data"],
    "fields_get": ["allfields"],
    "default_get": ["fields"],
    "name_create": ["name"],
    "read_group": ["domain", "fields", "groupby"],
    "check_object_reference": ["module", "xml_id"],
    "address_get": ["ids", "adr_pref"],
}


@dataclass(frozen=True)
class Step:
    """One recorded call. `named` holds its arguments by name, `ids` among them."""

    number: int
    name: str
    model: str
    method: str
    named: dict[str, Any]
    result: Any = None
    fault: dict[str, Any] | None = None
    raw: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def case(self) -> str:
        """The letter at the head of the name."""
        return self.name.split(" ")[0]


@dataclass(frozen=True)
class Recording:
    """One scenario of one version."""

    version: str
    scenario: str
    protocol: str
    steps: tuple[Step, ...]


def read(version: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gzip.decompress((FIXTURES / version / f"{name}.json.gz").read_bytes()))
    return found


@cache
def fields_of(version: str) -> dict[str, dict[str, dict[str, Any]]]:
    """The recorded `fields_get` of every model."""
    models: dict[str, dict[str, dict[str, Any]]] = read(version, "fields")["models"]
    return models


@cache
def recording(version: str, name: str) -> Recording:
    raw = read(version, name)
    steps = tuple(_step(number, one) for number, one in enumerate(raw["steps"]))
    protocol = "xmlrpc" if ".xmlrpc" in name else "jsonrpc" if ".jsonrpc" in name else raw["protocol"]
    return Recording(version, name.split(".", maxsplit=1)[0], protocol, steps)


def scenarios(version: str) -> list[str]:
    """The recorded scenarios that have steps."""
    names = sorted(path.name.removesuffix(".json.gz") for path in (FIXTURES / version).glob("S*.json.gz"))
    return [name for name in names if recording(version, name).steps]


def _step(number: int, raw: dict[str, Any]) -> Step:
    method = raw.get("method", "")
    named = dict(raw.get("kwargs") or {})
    names = POSITIONAL.get(method, ["ids"])
    args = raw.get("args")
    args = args if isinstance(args, list) else []
    named |= dict(zip(names, args, strict=False))
    extra = args[len(names) :]
    if extra:
        named["*"] = extra
    return Step(number, raw["name"], raw.get("model", ""), method, named, raw.get("result"), raw.get("fault"), raw)


def fault_of(fault: dict[str, Any]) -> tuple[str, str]:
    """Class and message of a recorded or answered fault. XML-RPC tells only the last line."""
    if "faultString" in fault:
        text = str(fault["faultString"])
        last = text.strip().rpartition("\n")[2] if text.startswith("Traceback") else text
        return f"code {fault['faultCode']}", last
    data = fault.get("data") or fault.get("body") or fault
    return str(data["name"]), str(data["message"])
