"""A real Prometheus, configured by our file, reads a real web process and evaluates our rules."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from config.local.place import CHECKOUT
from config.local.server import HOST, free_port
from integration.api import tokens
from integration.jobs import canaries
from tests.component.engine.yard import until
from tests.component.life.conftest import Start

pytestmark = pytest.mark.django_db(transaction=True)
DEPLOY = CHECKOUT / "deploy" / "prometheus"
MISSING = "Prometheus is not installed: apt-get install --no-install-recommends prometheus"


class Prometheus:
    def __init__(self, port: int) -> None:
        self._client = httpx.Client(base_url=f"http://{HOST}:{port}/api/v1", trust_env=False, timeout=10)

    def ask(self, query: str) -> list[tuple[dict[str, str], float]]:
        return [(row["metric"], float(row["value"][1])) for row in self._get("query", query=query)["result"]]

    def rules(self) -> list[dict[str, Any]]:
        return [rule for group in self._get("rules")["groups"] for rule in group["rules"]]

    def _get(self, path: str, **params: str) -> Any:
        try:
            return self._client.get(path, params=params).json()["data"]
        except (httpx.TransportError, KeyError, ValueError):
            return {"result": [], "groups": []}


@pytest.fixture
def prometheus(start: Start, tmp_path: Path) -> Iterator[Prometheus]:
    program = shutil.which("prometheus")
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    web, own = free_port(), free_port()
    options = ["--interface", "wsgi", "--host", HOST, "--port", f"{web}", "--workers", "1"]
    start("granian", *options, "config.wsgi:application")
    (tmp_path / "token").write_text(tokens.make("prometheus", ["metrics:read"], None)[1])
    text = (DEPLOY / "prometheus.yml").read_text().replace("web:8000", f"{HOST}:{web}")
    text = text.replace("/run/secrets/metrics_token", f"{tmp_path / 'token'}").replace("rules/", f"{DEPLOY}/rules/")
    (tmp_path / "prometheus.yml").write_text(text.replace("interval: 30s", "interval: 2s").replace("20s", "2s"))
    arguments = [f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data"]
    with (tmp_path / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            [program, *arguments, f"--web.listen-address={HOST}:{own}"], cwd=tmp_path, stdout=log, stderr=log
        )
    yield Prometheus(own)
    process.kill()
    process.wait()


def test_it_reads_the_figures_and_evaluates_every_rule(prometheus: Prometheus) -> None:
    canaries.settle("celery@a", canaries.WORKER)
    until(lambda: prometheus.ask('up{job="crossdock"} == 1'), 90)
    until(lambda: prometheus.ask("crossdock_workers == 1"), 60)
    assert {row["part"]: value for row, value in prometheus.ask("crossdock_scrape_part_up") if value != 1} == {}
    rules = until(lambda: found if (found := prometheus.rules()) and not _unread(found) else None, 60)
    assert [(rule["name"], rule["lastError"]) for rule in rules if rule.get("lastError")] == []
    assert {rule["health"] for rule in rules} == {"ok"}
    until(lambda: "CrossdockNoBeat" in _alerts(prometheus), 60)
    until(lambda: "CrossdockNotScraped" not in _alerts(prometheus), 60)
    assert "CrossdockNoWorker" not in _alerts(prometheus)


def _alerts(prometheus: Prometheus) -> set[str]:
    """Those that speak, or will in a while if it goes on so."""
    return {row["alertname"] for row, _ in prometheus.ask("ALERTS")}


def _unread(rules: list[dict[str, Any]]) -> list[str]:
    return [rule["name"] for rule in rules if rule["health"] == "unknown"]
