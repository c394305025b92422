"""Distil the recorded `fields_get` answers into the sandbox's field tables.

Run `python tests/contract/odoo/distil_fields.py` after the fixtures changed; a test compares both.
"""

import gzip
import json
from pathlib import Path

ROOT = Path(__file__).parents[3]
VERSIONS = ("16", "17", "18", "19")


def recorded(version: str) -> bytes:
    """The field table of one version, as the sandbox stores it."""
    raw = gzip.decompress((ROOT / f"tests/fixtures/odoo/{version}/fields.json.gz").read_bytes())
    return json.dumps(json.loads(raw)["models"], separators=(",", ":"), sort_keys=True).encode()


def main() -> None:
    for version in VERSIONS:
        target = ROOT / f"integration/sandbox/odoo/data/fields-{version}.json.gz"
        target.write_bytes(gzip.compress(recorded(version), 9, mtime=0))


if __name__ == "__main__":
    main()
