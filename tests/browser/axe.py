"""What axe finds on a page against WCAG 2.0, 2.1 and 2.2, A and AA."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


@dataclass(frozen=True)
class Excused:
    """What is found and stays: one rule at one place, and why."""

    rule: str
    selector: str
    reason: str


EXCUSED: Sequence[Excused] = ()


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """One line for each element that breaks a rule; of these rules only, or of all."""
    wanted = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": list(TAGS)}
    options = {"runOnly": wanted, "resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
    return list(_lines(Axe().run(page, options=options).response))


def _lines(response: dict[str, Any]) -> Iterator[str]:
    for found in response["violations"]:
        for node in found["nodes"]:
            where = " ".join(str(part) for part in node["target"])
            if not any(found["id"] == one.rule and one.selector in where for one in EXCUSED):
                yield f"{found['id']}: {where}: {node['html'][:160]} {node['failureSummary'][:160]}"
