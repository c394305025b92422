"""docs/reference/settings.md names every environment variable that the settings read, with its default."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def shown(default: object) -> str:
    return ",".join(default) if isinstance(default, list) else str(default)


def read_by_settings() -> dict[str, str]:
    found: dict[str, str] = {}
    for node in ast.walk(ast.parse((ROOT / "config" / "settings.py").read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("env."):
            defaults = [ast.literal_eval(keyword.value) for keyword in node.keywords]
            found[ast.literal_eval(node.args[0])] = shown(defaults[0]) if defaults else ""
    return found


def told() -> dict[str, str]:
    text = (ROOT / "docs" / "reference" / "settings.md").read_text()
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`(.*?)`)? ?\|", text, re.MULTILINE)
    return dict(rows)


def test_every_setting_is_told_with_its_default() -> None:
    assert len(read_by_settings()) > 20
    assert told() == read_by_settings()
