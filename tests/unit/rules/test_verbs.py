"""The table of verbs is the code's: what a flow's module, and the modules that it is made of, ask the gateway for."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import get_type_hints

from integration.adapters.base import ErpGateway
from integration.handlers import HANDLERS
from integration.rules.verbs import VERBS

ROOMS = ("integration.flows.", "integration.reconcile.")
ASKING = {  # jobs that ask the gateway, for these flows
    "integration.flows.capture": "integration.jobs.capture",
    "integration.flows.master_data": "integration.jobs.master",
}
CALLED = r"\b(?:erp|odoo|gateway)\.{verb}\b"
BESIDE = {  # it asks by another name
    "connection_test": ("probe",),
    "key_rotation": ("keys.knock",),
    "odoo_read": ("orders", "purchases", "transfers"),
}


def verbs() -> Iterator[str]:
    for name, member in vars(ErpGateway).items():
        if isinstance(member, property):
            part = get_type_hints(member.fget)["return"]
            yield from (f"{name}.{each}" for each in vars(part) if not each.startswith("_"))
        elif not name.startswith("_"):
            yield name


@cache
def source(module: str) -> str:
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).read_text()


@cache
def imported(module: str) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(source(module))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
            found.add(node.module)
    return frozenset(each for each in found if is_module(each))


@cache
def is_module(name: str) -> bool:
    return name.startswith(ROOMS) and find_spec(name.rpartition(".")[0]) is not None and _found(name)


def _found(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def behind(module: str) -> set[str]:
    found, left = set(), [module]
    while left:
        each = left.pop()
        if each not in found:
            found.add(each)
            left.extend(imported(each))
    return found


def used(module: str) -> tuple[str, ...]:
    modules = {*behind(module), *([ASKING[module]] if module in ASKING else [])}
    text = "\n".join(source(each) for each in modules)
    return tuple(sorted(verb for verb in verbs() if re.search(pattern(verb), text)))


def pattern(verb: str) -> str:
    part, _, name = verb.rpartition(".")
    return rf"\.{part}\.{name}\b" if part else CALLED.format(verb=verb)


def by_code() -> dict[str, tuple[str, ...]]:
    found = {}
    for flow, handler in HANDLERS.items():
        module = getattr(handler, "func", handler).__module__
        if flow not in ("replay_preview", "replay_run", "change_try"):  # they run the others, or a part of them
            found[flow] = tuple(sorted({*used(module), *BESIDE.get(flow, ())}))
    return {flow: names for flow, names in sorted(found.items()) if names}


def test_the_table_is_what_the_code_does() -> None:
    """If not: python -m tests.unit.rules.test_verbs writes it"""
    assert by_code() == VERBS


def test_every_verb_is_some_flows_or_a_persons() -> None:
    """Hints are installed, and a single order looked at, by commands."""
    asked = {verb for names in VERBS.values() for verb in names}

    assert set(verbs()) - asked == {"order_ids", "install_hints", "hints_installed"}


if __name__ == "__main__":
    lines = [f'    "{flow}": {names!r},' for flow, names in by_code().items()]
    sys.stdout.write("\n".join(lines) + "\n")
