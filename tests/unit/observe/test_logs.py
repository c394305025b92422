"""What a line of the log holds, and what never gets into one."""

import json
import logging
import sys
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.logging import configuration
from integration.observe import logs

FIRST, LAST = "Erika", "Mustermann"


def record(words: str, *args: Any, caught: Any = None, **extra: Any) -> logging.LogRecord:
    made = logging.LogRecord("integration.jobs.engine", logging.WARNING, "engine.py", 1, words, args, caught)
    made.__dict__.update(extra)
    return made


def as_json(made: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(logs.Json().format(made))
    return found


def test_an_object_is_one_line_with_what_it_is_about() -> None:
    with logs.about(job=7, stream=3, inbound=None), logs.about(connection="odoo"):
        line = logs.Json().format(record("two\nlines of %s", "text", code="CD-1001", request=object()))
    assert "\n" not in line
    found = json.loads(line)
    assert found.pop("time").endswith("+00:00")
    assert found == {
        "level": "warning", "logger": "integration.jobs.engine", "message": "two\nlines of text",
        "job": 7, "stream": 3, "connection": "odoo", "code": "CD-1001",
    }  # fmt: skip


def test_a_line_for_people_ends_with_it() -> None:
    with logs.about(job=7):
        line = logs.Line().format(record("claim lost", stream=4))
    assert line.endswith(" WARNING integration.jobs.engine: claim lost job=7 stream=4")


def test_it_is_about_nothing_afterwards() -> None:
    with logs.about(job=7):
        pass
    assert "job" not in as_json(record("x"))


def test_what_is_about_ends_with_an_exception_too() -> None:
    with pytest.raises(KeyError), logs.about(job=7):
        raise KeyError("x")
    assert "job" not in as_json(record("x"))


def stumbled() -> Any:
    try:
        try:
            raise ValueError(FIRST)
        except ValueError as error:
            raise RuntimeError(LAST) from error
    except RuntimeError:
        return sys.exc_info()


@pytest.mark.parametrize("form", [logs.Json(), logs.Line()])
def test_an_exception_is_told_without_its_words(form: logging.Formatter) -> None:
    text = form.format(record("failed", caught=stumbled()))
    assert "builtins.ValueError" in text
    assert "builtins.RuntimeError" in text
    assert "in stumbled" in text
    assert [word for word in (FIRST, LAST) if word in text] == []


def test_what_another_handler_has_made_of_the_exception_is_not_taken_over() -> None:
    made = record("failed", caught=stumbled())
    logging.Formatter().format(made)
    assert "RuntimeError: Mustermann" in str(made.exc_text)
    assert "RuntimeError: Mustermann" not in logs.Line().format(made)


def test_celery_s_report_of_a_task_is_told_without_the_exception_s_words() -> None:
    report = {"name": "tasks.work.run", "id": "1", "exc": "KeyError('Erika')", "traceback": "KeyError: 'Erika'"}
    made = logging.LogRecord(
        "celery.app.trace", logging.ERROR, "trace.py", 1, "Task %(name)s[%(id)s] raised: %(exc)s\n%(traceback)s",
        (report,), None,
    )  # fmt: skip
    assert as_json(made)["message"] == "Task tasks.work.run[1] raised: an exception\n"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/api/v1/hints/odoo/s3cret", "/api/v1/hints/odoo/[secret]"),
        ("/api/v1/hints/odoo/s3cret?db=x", "/api/v1/hints/odoo/[secret]?db=x"),
        ("/api/v1/hints/odoo/s3cret/more", "/api/v1/hints/odoo/[secret]"),
        ("/api/v1/webhooks/odoo", "/api/v1/webhooks/odoo"),
    ],
)
def test_the_token_of_an_address_is_left_out(address: str, told: str) -> None:
    assert as_json(record("%s: %s", "Not Found", address))["message"] == f"Not Found: {told}"


def test_a_mistake_in_a_library_s_line_loses_no_line() -> None:
    assert as_json(record("%d jobs", "many"))["message"] == "%d jobs"


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="LOG_FORMAT is 'xml': set it to line or json"):
        configuration("xml")
