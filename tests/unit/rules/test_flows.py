"""Every flow is described once, and the page says what the code does."""

from pathlib import Path

import pytest

from integration.errors.problem import Severity
from integration.rules.flows import FLOWS, Flow, Impact, Latency, Money

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "flows.md").read_text()
LANES = {1: "shipment", 2: "order", 3: "inventory", 4: "master data"}
SECONDS, MINUTES, SCHEDULED = Latency.SECONDS, Latency.MINUTES, Latency.SCHEDULED


def test_the_page_says_what_the_code_does() -> None:
    rows = [
        f"| `{name}` | {flow.says} | {LANES[flow.lane]} | {flow.latency.value} | {flow.impact.value} | "
        f"{flow.money.value} | {flow.severity.value} |"
        for name, flow in sorted(FLOWS.items(), key=lambda each: (each[1].lane, each[0]))
    ]
    assert [line for line in PAGE.splitlines() if line.startswith("| `")] == rows


@pytest.mark.parametrize(
    ("latency", "impact", "money", "lane", "severity"),
    [
        (SECONDS, Impact.STOCK, Money.DIRECT, 1, Severity.HIGH),
        (SECONDS, Impact.CUSTOMER, Money.INDIRECT, 2, Severity.HIGH),
        (SECONDS, Impact.CUSTOMER, Money.NONE, 2, Severity.MEDIUM),
        (MINUTES, Impact.BOOKS, Money.DIRECT, 3, Severity.MEDIUM),
        (MINUTES, Impact.SIGHT, Money.NONE, 3, Severity.LOW),
        (SCHEDULED, Impact.STOCK, Money.INDIRECT, 4, Severity.MEDIUM),
    ],
)
def test_lane_and_severity_are_derived(
    latency: Latency, impact: Impact, money: Money, lane: int, severity: Severity
) -> None:
    flow = Flow("", latency, impact, money)
    assert (flow.lane, flow.severity) == (lane, severity)
