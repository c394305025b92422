"""What is known beforehand of Odoo 16 to 19: their shapes, as real servers answered, and what the gateway uses of them.

``shape-<version>.json`` is distilled from recordings (tests/contract/odoo/distil_shapes.py). ``uses.json`` is written
by the gateway's contract suite, which fails on a field or method that is not in it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.resources import files

from integration.adapters.odoo.versions import NEWEST_KNOWN, VERSIONS
from integration.canonical.shapes import ModelShape, Used, Uses
from integration.canonical.shapes import read as shape_of

USES = "uses.json"


def versions() -> Sequence[int]:
    return tuple(VERSIONS)


@cache
def shape(version: int) -> Mapping[str, ModelShape]:
    """Of the models that were recorded; of methods, those that were called on a real server."""
    return shape_of(json.loads(_file(f"shape-{version}.json")))


@cache
def uses(version: int) -> Uses:
    """What each verb of the gateway uses on this version; one that is newer than all is spoken to as the newest."""
    found = json.loads(_file(USES)).get(str(min(version, NEWEST_KNOWN)), {})
    return {
        verb: {
            model: Used(frozenset(used.get("fields", ())), frozenset(used.get("methods", ())))
            for model, used in models.items()
        }
        for verb, models in found.items()
    }


def handled(source: int, target: int) -> Mapping[str, tuple[object, object]]:
    """What the gateway does otherwise on the other version, by its own table of versions."""
    before, after = asdict(VERSIONS[source]), asdict(VERSIONS[target])
    return {name: (before[name], after[name]) for name in before if before[name] != after[name] and name != "major"}


def _file(name: str) -> str:
    return files(__name__).joinpath(name).read_text()
