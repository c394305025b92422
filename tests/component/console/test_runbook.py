"""A case leads to the page of the runbook that says what to do, and the console has all of those pages."""

import re

import pytest
from django.urls import reverse

from integration.console.runbook import DOWN
from integration.errors.catalogue import PROBLEMS


def address(name):
    return f"/console/runbook/{name}.md"


@pytest.mark.parametrize("page", ["exceptioncase", "syncjob"])
def test_a_case_and_its_job_lead_to_the_runbook(page, rows, operator):
    row = {"exceptioncase": rows.case, "syncjob": rows.job}[page]
    shown = operator.get(reverse(f"admin:integration_{page}_change", args=[row.pk]))
    assert f'href="{address("CD-3002")}">CD-3002</a>' in shown.text


def test_a_page_shows_the_steps(operator):
    shown = operator.get(address("CD-4007")).text
    assert "<h1>CD-4007 No acknowledgement</h1>" in shown
    assert "press <em>Resolve</em>" in shown
    assert f'href="{address("README")}"' in shown


def test_every_page_opens_and_is_in_the_list(operator):
    listed = re.findall(r'<td><a href="([^"]+)\.md">', operator.get(address("README")).text)
    assert listed == [*DOWN, *sorted(PROBLEMS)]
    assert {operator.get(address(code)).status_code for code in listed} == {200}


@pytest.mark.parametrize("name", ["CD-0000", "ABOUT", "..", "%2e%2e%2fstatus"])
def test_there_is_nothing_else(name, operator):
    assert operator.get(address(name)).status_code == 404


def test_a_stranger_is_sent_to_the_login(db, client):
    assert client.get(address("CD-4007")).status_code == 302


def test_a_code_that_has_no_page_is_shown_without_a_link(rows, operator):
    type(rows.case).objects.update(code="CD-0000")
    shown = operator.get(reverse("admin:integration_exceptioncase_change", args=[rows.case.pk])).text
    assert "<span>CD-0000</span>" in shown
    assert "/runbook/" not in shown
