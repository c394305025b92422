"""Distil the recordings into the shapes that the package brings: fields, and the methods that were called.

Run `python -m tests.contract.odoo.distil_shapes` after the fixtures changed; a test compares both.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
TARGET = ROOT / "integration" / "adapters" / "odoo" / "recorded"
VERSIONS = (16, 17, 18, 19)
NOT_THERE = ("AttributeError", "NotFound")  # 19 answers NotFound for a model too, and for a method


def shape(version: int) -> dict[str, Any]:
    """A line for each model, so that a change can be read."""
    folder = ROOT / "tests" / "fixtures" / "odoo" / str(version)
    fields = json.loads(gzip.decompress((folder / "fields.json.gz").read_bytes()))["models"]
    methods = known_methods(folder)
    return {
        model: {
            "fields": {name: field(about) for name, about in sorted(fields.get(model, {}).items())},
            "methods": dict(sorted(methods.get(model, {}).items())),
        }
        for model in sorted(fields)
    }


def field(about: dict[str, Any]) -> list[Any]:
    values = [value for value, _ in about.get("selection") or []]
    return [about["type"], about.get("relation", ""), values, bool(about.get("required"))]


def known_methods(folder: Path) -> dict[str, dict[str, bool]]:
    found: dict[str, dict[str, bool]] = {}
    for step in steps(folder):
        model, method = step.get("model"), step.get("method")
        if model and method and not method.startswith("_"):
            there = not missing(step.get("fault"))
            known = found.setdefault(model, {})
            known[method] = known.get(method, False) or there
    return found


def missing(fault: Any) -> bool:
    text = json.dumps(fault) if fault else ""
    return any(name in text for name in NOT_THERE) and "MissingError" not in text


def steps(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("S*.json.gz")):
        yield from json.loads(gzip.decompress(path.read_bytes()))["steps"]


def as_text(found: dict[str, Any]) -> str:
    lines = (f"{json.dumps(model)}: {json.dumps(about, separators=(',', ':'))}" for model, about in found.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    for version in VERSIONS:
        (TARGET / f"shape-{version}.json").write_text(as_text(shape(version)))


if __name__ == "__main__":
    main()
