"""Who may ask, in which form, what it costs, and what a part that cannot be read does to the others."""

import time

import psycopg
import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from integration.api import tokens
from integration.jobs import sql
from integration.models import Variance
from integration.observe.metrics import collector
from tests.component.console.conftest import EVIL, PERSONAL, SECRET, rows

__all__ = ["rows"]
OPENMETRICS = "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"


def test_without_a_token_nothing_is_told(db):
    answer = Client().get("/metrics")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="crossdock"')
    assert "crossdock" not in answer.content.decode()


def test_a_token_for_anything_else_is_refused(db):
    _, text = tokens.make("erp team", sorted(set(tokens.SCOPES) - {"metrics:read"}), None)
    answer = Client(headers={"authorization": f"Bearer {text}"}).get("/metrics")
    assert answer.status_code == 403
    assert answer.json()["error"]["message"] == "The token lacks the scope metrics:read."


def test_the_token_of_a_monitor_may_do_nothing_else(monitor):
    assert [monitor.get(f"/api/v1/{name}").status_code for name in ("jobs", "lanes", "cases")] == [403] * 3
    assert monitor.post("/metrics").status_code == 405


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "text/plain"),
        ("*/*", "text/plain"),
        ("text/plain;version=0.0.4", "text/plain"),
        (OPENMETRICS, "application/openmetrics-text"),
        ("text/html", "text/plain"),
    ],
)
def test_the_form_is_what_the_monitor_understands(monitor, accept, kind):
    answer = monitor.get("/metrics", headers={"accept": accept})
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, kind)
    assert answer.content.endswith(b"# EOF\n") == (kind == "application/openmetrics-text")


def test_behind_tls_it_answers_without(monitor, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert monitor.get("/metrics").status_code == 200


def test_every_metric_is_described(monitor):
    text = monitor.get("/metrics").content.decode()
    for metric in collector.METRICS:
        assert f"# TYPE {metric.name} {metric.kind}\n" in text
        assert f"# HELP {metric.name} {metric.says}\n" in text


def test_no_secret_no_person_and_no_document_is_told(rows, monitor):
    text = monitor.get("/metrics").content.decode()
    assert 'crossdock_call_duration_seconds_count{connection="' in text
    assert [word for word in (SECRET, PERSONAL, "S00031", "WH/OUT") if word in text] == []
    told = {line.partition("{")[0] for line in text.splitlines() if EVIL in line}
    names = {"crossdock_stock_differences", "crossdock_stock_differences_value", "crossdock_variances_value"}
    assert told <= names  # of the warehouse


def test_what_was_just_read_is_not_read_again(monitor):
    monitor.get("/metrics")
    with CaptureQueriesContext(database) as asked:
        assert monitor.get("/metrics").status_code == 200
    assert [each["sql"] for each in asked if "integration_apitoken" not in each["sql"]] == []


def test_a_part_that_takes_long_is_asked_for_less_often(db):
    quick = collector.Part("quick", (), list)
    slow = collector.Part("slow", (), lambda: sql.rows("SELECT pg_sleep(0.4)", []) and [])
    for part in (quick, slow):
        part.refresh()
    ended = time.monotonic()
    assert quick.fresh - ended <= collector.KEPT_SECONDS
    assert 0.4 * collector.SHARE <= slow.fresh - ended + 0.1 <= 0.6 * collector.SHARE
    kept = slow.fresh
    slow.refresh()
    assert slow.fresh == kept


@pytest.mark.django_db(transaction=True)
def test_a_part_that_cannot_be_read_takes_nothing_else_along(scrape, monkeypatch):
    monkeypatch.setattr(collector, "LONGEST_MS", 300)
    settings = database.settings_dict
    with psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], dbname=settings["NAME"], user=settings["USER"],
        password=settings["PASSWORD"],
    ) as other:  # fmt: skip
        other.execute(f"LOCK TABLE {Variance._meta.db_table}")
        found = scrape()
        assert {key[1]: value for key, value in found.items() if key[0] == "crossdock_scrape_part_up"} == {
            part.name: float(part.name != "numbers") for part in collector.PARTS
        }
        assert ("crossdock_variances", "over") not in found
        assert ("crossdock_lane_due_jobs", "order") in found
    assert scrape()["crossdock_variances", "over"] == 0
