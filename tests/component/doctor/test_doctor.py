"""`manage.py doctor`: its status tells machines, its lines tell people, and nothing makes it fall over."""

import json
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection as database

from integration.adapters.base import Finding
from integration.observe import doctor
from integration.observe.doctor import Look
from integration.observe.report import good, problem, warning

FINE = Look("Fine", lambda: [good("a", "b")])
WARNED = Look("Warned", lambda: [good("a", "b"), warning("c", "d", "do e")])
BROKEN = Look("Broken", lambda: [problem("f", "g", "do h"), warning("c", "d", "do e")])


def broken() -> Iterator[Finding]:
    yield good("first", "looked at")
    raise KeyError("hush-hush")


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", *arguments, stdout=out, no_color=True)
    return int(str(ended.value.code)), out.getvalue()


@pytest.mark.parametrize(
    ("looks", "status", "last"),
    [
        ([FINE], 0, "Everything is fine."),
        ([FINE, WARNED], 1, "no problems, 1 warning."),
        ([FINE, WARNED, BROKEN], 2, "1 problem, 2 warnings."),
    ],
)
def test_the_status_is_that_of_the_worst(
    monkeypatch: pytest.MonkeyPatch, looks: list[Look], status: int, last: str
) -> None:
    monkeypatch.setattr(doctor, "LOOKS", looks)
    assert (run()[0], run()[1].splitlines()[-1]) == (status, last)


def test_each_finding_is_a_line_and_its_fix_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LOOKS", [BROKEN])
    assert run()[1].splitlines()[:5] == [
        "Broken",
        "  problem  f  g",
        "              -> do h",
        "  warning  c  d",
        "              -> do e",
    ]


def test_machines_get_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LOOKS", [WARNED])
    fine = {"name": "a", "status": "ok", "detail": "b", "fix": ""}
    warned = {"name": "c", "status": "warning", "detail": "d", "fix": "do e"}
    sections = [{"title": "Warned", "findings": [fine, warned]}]
    assert json.loads(run("--json")[1]) == {"status": "warning", "sections": sections}


def test_a_look_that_fails_is_a_finding_and_keeps_what_it_saw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LOOKS", [Look("Odd", broken), FINE])
    odd, fine = doctor.examine()
    said = "it failed in a way that we did not foresee: KeyError"
    assert [(each.name, each.detail) for each in odd.findings] == [("first", "looked at"), ("not looked at", said)]
    assert fine.findings == [good("a", "b")]


@pytest.fixture
def no_database(transactional_db: None) -> Iterator[None]:
    """Connections to PostgreSQL are refused."""
    before = database.settings_dict["PORT"]
    database.close()
    database.settings_dict["PORT"] = 9
    yield
    database.close()
    database.settings_dict["PORT"] = before


@pytest.mark.usefixtures("no_database")
def test_without_a_database_the_rest_is_still_looked_at(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    found = {section.title: section.findings for section in doctor.examine()}
    assert [(each.name, each.ok) for each in found["Database"]] == [("database", False)]
    assert [(each.name, each.ok) for each in found["Broker"]] == [("broker", False)]
    for title in ("Schedules", "Connections", "Work", "Tokens and keys"):
        assert [each.detail for each in found[title]] == ["it stands in the database"]


def test_a_lost_key_of_stored_secrets_is_told(settings: Any, connect: Callable[..., Any]) -> None:
    connect()
    settings.FIELD_KEYS = ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
    [section] = [each for each in doctor.examine() if each.title == "Connections"]
    said = "FIELD_KEYS lacks the key that a stored value was encrypted with."
    assert [(each.ok, each.detail) for each in section.findings] == [(False, said)]
