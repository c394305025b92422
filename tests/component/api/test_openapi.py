"""The OpenAPI document: current, complete, with examples that hold; and pages that need no other host."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

from integration.canonical.events import EVENTS

FILE = Path(__file__).parents[3] / "docs" / "reference" / "openapi.yaml"
SECTIONS = ("requestBody", "responses")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return loaded


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in document["paths"].values():
        yield from each.items()


def test_the_file_is_what_the_code_says(tmp_path: Path) -> None:
    """If not: manage.py spectacular --validate --fail-on-warn --file docs/reference/openapi.yaml"""
    fresh = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(fresh))

    assert fresh.read_text() == FILE.read_text()


def test_it_is_served_without_a_token(client: Client, document: dict[str, Any]) -> None:
    answer = client.get("/api/v1/openapi.json")

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json()["openapi"] == "3.1.1"
    assert set(answer.json()["paths"]) == set(document["paths"])


def test_every_example_fits_its_schema(document: dict[str, Any]) -> None:
    checked = 0
    for _, operation in operations(document):
        parts = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (part["content"]["application/json"] for part in parts if "content" in part):
            assert content["examples"], operation["operationId"]
            schema = {"components": document["components"], **content["schema"]}
            for example in content["examples"].values():
                Draft202012Validator(schema, format_checker=FormatChecker()).validate(example["value"])
                checked += 1
    assert checked >= 30


def test_every_operation_names_its_scope_and_its_failures(document: dict[str, Any]) -> None:
    for method, operation in operations(document):
        assert operation["operationId"] in {"webhook", "hint"} or operation["security"][0]["token"]
        assert operation["description"]
        assert {"400", "503"} <= set(operation["responses"])
        assert method == "get" or {"413", "415"} <= set(operation["responses"])


def test_the_webhook_takes_one_of_the_contracts_documents(document: dict[str, Any]) -> None:
    event = document["components"]["schemas"]["Event"]

    assert {each["$ref"].rsplit("/", 1)[1] for each in event["oneOf"]} == {each.__name__ for each in EVENTS}
    assert "ShipmentConfirmedEvent" in {each.__name__ for each in EVENTS}
    assert event["discriminator"]["propertyName"] == "type"


def test_the_pages_load_everything_from_here(client: Client) -> None:
    answer = client.get("/api/docs")

    text = answer.content.decode()
    loaded = re.findall(r"""(?:src|href)=["']([^"']+)""", text)
    assert answer.status_code == 200
    assert len(loaded) >= 3
    for address in loaded:
        assert address.startswith("/static/"), address
        assert finders.find(address.removeprefix("/static/")), address
    assert "/api/v1/openapi.json" in text
    assert "http://" not in text
    assert "https://" not in text
