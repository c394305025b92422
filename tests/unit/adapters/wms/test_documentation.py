"""The page that vendors implement from says what the code does."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from integration.adapters.base import ConnectionSettings
from integration.adapters.registry import wms_for_receiving
from integration.adapters.wms.http_json import answers, render
from integration.adapters.wms.http_json.schema import schema
from integration.canonical.outgoing import DOCUMENTS

REFERENCE = Path(__file__).parents[4] / "docs" / "reference"
PAGE = (REFERENCE / "http_json.md").read_text()
SCHEMA = json.loads((REFERENCE / "http_json.schema.json").read_text())
EXAMPLES = dict(re.findall(r"<!-- example: (\w+) -->\n```json\n(.*?)```", PAGE, re.DOTALL))
ANSWERS = re.findall(r"(?<!-->\n)```json\n(.*?)```", PAGE, re.DOTALL)
TABLES = dict(re.findall(r"#### (\w+)\n(?:\n[^|\n].*\n)?\n\| field .*\n\| ---.*\n((?:\|.*\n)+)", PAGE))
ENVELOPES = {name for name in SCHEMA["$defs"] if "data" in SCHEMA["$defs"][name]["properties"]}


def described(definition: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Field, type and need of each field, in the words of the page."""
    needed = definition.get("required", [])
    return [(name, kind(field), "yes" if name in needed else "no") for name, field in definition["properties"].items()]


def kind(field: dict[str, Any]) -> str:
    field = next((option for option in field.get("anyOf", []) if option.get("type") != "null"), field)
    if "$ref" in field:
        return field["$ref"].rpartition("/")[2]
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if field["type"] == "array":
        return f"list of {kind(field['items'])}"
    if field["type"] != "string":
        return field["type"]
    if field.get("format") == "date-time":
        return "moment"
    if field.get("format") == "date":
        return "date"
    if field.get("pattern", "").startswith("^-?"):
        return "decimal"
    return "reference" if field.get("maxLength") == 64 else "text"


def test_the_published_schema_is_the_code() -> None:
    assert schema() == SCHEMA
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", sorted(set(SCHEMA["$defs"]) - ENVELOPES))
def test_the_page_describes_every_field(name) -> None:
    rows = [re.findall(r" (.*?) \|", row)[:3] for row in TABLES[name].splitlines()]
    assert [(field.strip("`"), kind, need) for field, kind, need in rows] == described(SCHEMA["$defs"][name])


def test_the_page_describes_nothing_else() -> None:
    assert set(TABLES) == set(SCHEMA["$defs"]) - ENVELOPES


@pytest.mark.parametrize("name", sorted(ENVELOPES))
def test_every_message_has_an_example_that_fits_the_schema(name) -> None:
    Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{name}"}]}).validate(json.loads(EXAMPLES[name]))


OURS = {f"{document.__name__}Message": document for document in DOCUMENTS.values()}


@pytest.mark.parametrize("name", sorted(ENVELOPES - set(OURS)))
def test_every_example_that_a_warehouse_sends_is_taken(name) -> None:
    adapter = wms_for_receiving(ConnectionSettings("acme", "http_json", "https://wms.example"))
    received = adapter.parse({"webhook-id": "msg_1"}, EXAMPLES[name].encode())
    assert (type(received.event).__name__, received.drift) == (name, ())


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_example_of_a_document_is_what_we_send(name) -> None:
    example = json.loads(EXAMPLES[name])
    document = OURS[name].model_validate(example["data"])
    assert json.loads(render.envelope(document, datetime(2026, 5, 4, 8, tzinfo=UTC))) == example


def test_the_examples_of_answers_are_understood() -> None:
    listed = answers.HeldDocuments | answers.ListedItems | answers.ListedEvents | answers.ListedStates
    known = TypeAdapter(answers.DocumentAnswer | listed | answers.Health)
    found = [answer for text in ANSWERS if "error" not in (answer := json.loads(text))]
    kinds = {type(known.validate_python(answer)).__name__ for answer in found}
    assert kinds == {"DocumentAnswer", "HeldDocuments", "Health", "ListedItems", "ListedEvents", "ListedStates"}


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
def test_the_python_examples_run(code) -> None:
    exec(compile(code, "http_json.md", "exec"), {})


@pytest.mark.parametrize(
    ("value", "fits"),
    [("1", True), ("-1", True), ("12.500000", True), ("1e3", False), (1, False), ("1.1234567", False), ("", False)],
)
def test_the_schema_wants_decimals_as_strings(value, fits) -> None:
    money = Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": "#/$defs/Money"}]})
    assert money.is_valid({"amount": value, "currency": "EUR"}) is fits
