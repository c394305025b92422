"""As it runs for users: what goes wrong is told to the log and not to the page, and no file has to be collected."""

import logging
import re
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse

FILE = re.compile(r'(?:href|src)="(/static/[^"?]+)')


@pytest.mark.parametrize(
    "page", ["/nothing-here", "/console/nothing-here", "/api/v1/nothing-here", "/static/nothing.css"]
)
def test_a_page_that_does_not_exist_shows_no_settings(page, db, admin_client):
    answer = admin_client.get(page)
    assert answer.status_code == 404
    assert len(answer.content) < 1000
    assert f'href="{reverse("admin:index")}"' in answer.text or page.startswith(("/static", "/api"))
    assert not re.search("settings|traceback|urlconf", answer.text, re.IGNORECASE)


def test_what_one_may_not_do_is_said_in_words_with_a_way_back(operator):
    answer = operator.get(reverse("admin:integration_connection_add"))
    assert (answer.status_code, answer["content-type"]) == (403, "text/html; charset=utf-8")
    assert ("Ask an administrator" in answer.text, f'href="{reverse("admin:index")}"' in answer.text) == (True, True)


@pytest.mark.parametrize("page", ["admin:index", "admin:login", "api-docs"])
def test_every_file_that_a_page_names_is_served(page, db, admin_client, client):
    opened = (client if page == "admin:login" else admin_client).get(reverse(page))
    named = set(FILE.findall(opened.text))
    assert named
    assert {name: client.get(name).status_code for name in named} == dict.fromkeys(named, 200)


def test_what_fails_is_told_to_the_log_and_not_to_the_page(monkeypatch):
    output = next(handler for handler in logging.getLogger("django").handlers if handler.name == "output")
    monkeypatch.setattr(output, "stream", told := StringIO())
    monkeypatch.setattr("integration.observe.health.connection", None)
    page = Client(raise_request_exception=False).get("/readyz")
    assert page.status_code == 500
    assert "Something went wrong here" in page.text
    assert "in _database" in told.getvalue()
    assert "Traceback" not in page.text
