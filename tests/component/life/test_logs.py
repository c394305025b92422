"""Workers, beats and web processes write one object a line, and what a job is about."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from config.local.server import HOST, free_port
from integration.models import Canary, Connection, SyncJob
from tests.component.engine.yard import put, until
from tests.component.life.conftest import Start
from tests.component.life.worker_process import NAME

pytestmark = pytest.mark.django_db(transaction=True)


def objects(log: Path) -> list[dict[str, Any]]:
    """Every line but the banner that Celery prints before it logs anything."""
    lines = log.read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def others(log: Path) -> list[str]:
    """Lines that come after the first object and are none."""
    lines = log.read_text().splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith("{"))
    return [line for line in lines[first:] if not line.startswith("{")]


def test_a_worker_says_which_job_failed(start: Start, tmp_path: Path) -> None:
    process = start("tests.component.life.worker_process", LOG_FORMAT="json")
    until(lambda: Canary.objects.filter(process=NAME).exists(), 60)
    job = put("order:1", flow="shipment_confirmation")  # of no message
    until(lambda: SyncJob.objects.filter(pk=job.pk, state="needs_attention").exists(), 30)
    process.terminate()
    process.wait(30)
    log = tmp_path / "0.log"
    [told] = [line for line in objects(log) if line.get("job") == job.pk and line["message"] == "unexpected failure"]
    assert (told["flow"], told["stream"], told["trace"]) == (job.flow, job.stream_id, str(job.trace_id))
    assert told["exception"].endswith("builtins.KeyError")
    assert "celery.apps.worker" in {line["logger"] for line in objects(log)}
    assert [line for line in others(log) if "INFO" in line or "Task" in line] == []


def test_a_web_process_hides_the_token_of_an_address(start: Start, tmp_path: Path) -> None:
    secrets = {"hint_token": "the-token-in-the-address"}
    Connection.objects.create(slug="odoo", name="Odoo", kind="odoo", base_url="https://o.test", secrets=secrets)
    port = free_port()
    options = ["--interface", "wsgi", "--host", HOST, "--port", f"{port}", "--workers", "1"]
    start("granian", *options, "config.wsgi:application", LOG_FORMAT="json")

    def answers() -> int:
        try:
            return httpx.get(f"http://{HOST}:{port}/api/v1/hints/odoo/the-token-in-the-address").status_code
        except httpx.TransportError:
            return 0

    until(answers, 60)
    log = tmp_path / "0.log"
    told = until(lambda: [line for line in objects(log) if line["logger"] == "django.request"])
    assert told[0]["message"] == "Method Not Allowed: /api/v1/hints/odoo/[secret]"
    assert "the-token-in-the-address" not in log.read_text()


def test_a_form_that_there_is_not_is_refused_in_one_line(start: Start, tmp_path: Path) -> None:
    process = start("celery", "-A", "config", "beat", "--pidfile=", LOG_FORMAT="xml")
    assert process.wait(60) != 0
    assert "Configuration: LOG_FORMAT is 'xml': set it to line or json." in (tmp_path / "0.log").read_text()
