"""The rules do what their tests say, and rules, dashboards and docs speak of the metrics that there are."""

import json
import os
import re
import shutil
import subprocess
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.observe.metrics.collector import METRICS, OWN, PARTS
from integration.observe.metrics.names import Kind, Metric

ROOT = Path(__file__).resolve().parents[3]
PROMETHEUS, DASHBOARDS = ROOT / "deploy" / "prometheus", ROOT / "deploy" / "grafana" / "dashboards"
REFERENCE, HOWTO = ROOT / "docs" / "reference" / "metrics.md", ROOT / "docs" / "howto" / "watch-with-prometheus.md"
SERIES = {name for metric in METRICS for name in metric.series}
MISSING = "promtool is not installed: apt-get install --no-install-recommends prometheus"
NAME = re.compile(r"\b(?:[a-z_]+:)?crossdock_[a-z_]+(?::[a-z0-9_]+)?\b")


def rules() -> list[dict[str, Any]]:
    files = sorted((PROMETHEUS / "rules").glob("*.yml"))
    return [rule for path in files for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]


RECORDED = {rule["record"] for rule in rules() if "record" in rule}
ALERTS = {rule["alert"]: rule for rule in rules() if "alert" in rule}


def boards() -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(DASHBOARDS.glob("*.json"))]


def queries() -> list[str]:
    """All that is asked of Prometheus: by rules, by panels and by the choices of the dashboards."""
    panels = [panel for board in boards() for panel in board["panels"]]
    targets = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    choices = [each["query"] for board in boards() for each in board["templating"]["list"]]
    return [*(rule["expr"] for rule in rules()), *targets, *choices]


def promtool(*arguments: str) -> None:
    """A build server has it; elsewhere its tests are left out, and say so."""
    program = shutil.which("promtool")
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_configuration_and_the_rules_can_be_read() -> None:
    promtool("check", "config", "--syntax-only", f"{PROMETHEUS / 'prometheus.yml'}")
    promtool("check", "rules", *map(str, (PROMETHEUS / "rules").glob("*.yml")))


def test_the_rules_do_what_their_tests_say() -> None:
    promtool("test", "rules", *map(str, (PROMETHEUS / "tests").glob("*.yml")))


def test_prometheus_understands_what_the_panels_ask(tmp_path: Path) -> None:
    asked = [target["expr"] for board in boards() for panel in board["panels"] for target in panel.get("targets", ())]
    group = {"name": "panels", "rules": [{"record": f"panel:{n}", "expr": each} for n, each in enumerate(asked)]}
    (tmp_path / "panels.yml").write_text(yaml.safe_dump({"groups": [group]}))
    promtool("check", "rules", f"{tmp_path / 'panels.yml'}")
    assert len(asked) > 40


def test_every_alert_is_seen_to_speak() -> None:
    tests = yaml.safe_load((PROMETHEUS / "tests" / "alerts_test.yml").read_text())["tests"]
    spoken = {case["alertname"] for test in tests for case in test.get("alert_rule_test", ()) if case["exp_alerts"]}
    assert spoken == set(ALERTS)


def test_only_metrics_that_there_are_are_asked_for() -> None:
    asked = set(chain.from_iterable(NAME.findall(query) for query in queries()))
    assert asked - RECORDED - SERIES == set()
    assert len(asked) > 30


def test_only_labels_that_there_are_are_asked_for() -> None:
    labels = {name: {*metric.labels, "le"} for metric in METRICS for name in metric.series}
    for query in queries():
        for name, chosen in re.findall(r"(crossdock_[a-z_]+)\{([^}]*)\}", query):
            if name in labels:
                assert set(re.findall(r"(\w+)\s*(?:=~|!=|!~|=)", chosen)) <= labels[name], query


def test_every_metric_is_shown() -> None:
    shown = set(chain.from_iterable(NAME.findall(query) for query in queries()))
    assert {metric.name for metric in METRICS if not shown & set(metric.series)} == set()


def test_names_say_their_unit_and_what_they_are() -> None:
    names = [metric.name for metric in METRICS]
    assert len(set(names)) == len(names)
    for metric in METRICS:
        assert re.fullmatch(r"crossdock_[a-z]+(_[a-z]+)*", metric.name)
        assert metric.name.endswith("_total") == (metric.kind == Kind.COUNTER)
        assert metric.kind != Kind.HISTOGRAM or metric.name.endswith("_seconds")


@pytest.mark.parametrize("board", boards(), ids=lambda board: board["uid"])
def test_a_dashboard_is_one_that_grafana_takes(board: dict[str, Any]) -> None:
    panels = board["panels"]
    assert [panel["id"] for panel in panels] == list(range(1, len(panels) + 1))
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        if panel["type"] != "row":
            assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            assert panel["targets"]


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"| `{metric.name}` | {metric.kind} | {labels} | {metric.says} |"


def test_the_reference_has_each_metric_as_the_code_says() -> None:
    told = [line for line in REFERENCE.read_text().splitlines() if line.startswith("| `crossdock_")]
    assert told == [_row(metric) for metric in METRICS]


def test_the_reference_has_each_part() -> None:
    text = REFERENCE.read_text()
    assert re.findall(r"^### `(\w+)`$", text, re.M) == [part.name for part in PARTS]
    assert all(metric in METRICS for metric in OWN)


def test_the_howto_has_each_alert_with_its_severity() -> None:
    told = dict(re.findall(r"^\| `(Crossdock\w+)` \| (\w+) \|", HOWTO.read_text(), re.M))
    assert told == {name: rule["labels"]["severity"] for name, rule in ALERTS.items()}
