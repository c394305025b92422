"""The published contract is the code's, and a change of the code that breaks it cannot be published."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from jsonschema import Draft202012Validator

from integration.canonical.schemas import published
from integration.management.commands.schemas import FOLDER

SHIPMENT = "v1/received/shipment.confirmed"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The contract as it is, published."""
    call_command("schemas", "--write", "--folder", str(tmp_path), stdout=StringIO())
    return tmp_path


def rewrite(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / f"{name}.json"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_what_is_published_is_the_code() -> None:
    """If not: manage.py schemas --write"""
    found = {
        path.relative_to(FOLDER).with_suffix("").as_posix(): json.loads(path.read_text())
        for path in FOLDER.rglob("*.json")
    }

    assert found == published()
    for schema in found.values():
        Draft202012Validator.check_schema(schema)


def test_each_version_has_each_message() -> None:
    names = {name.split("/", 2)[2] for name in published() if name.startswith("v1/received/")}

    assert {name.split("/", 2)[2] for name in published() if name.startswith("v2/")} == names
    assert len(names) == 19


def test_a_field_that_was_published_and_is_gone_fails(folder: Path) -> None:
    rewrite(folder, SHIPMENT, '"freight": {', '"insurance": {"type": "string"}, "freight": {')

    with pytest.raises(CommandError, match=r"v1/received/shipment.confirmed: data.insurance is gone"):
        call_command("schemas", "--folder", str(folder))


def test_what_breaks_is_not_published(folder: Path) -> None:
    rewrite(folder, SHIPMENT, '"required": [', '"required": [], "was": [')
    before = (folder / f"{SHIPMENT}.json").read_text()

    with pytest.raises(CommandError, match=r"data.release is needed now"):
        call_command("schemas", "--write", "--folder", str(folder))

    assert (folder / f"{SHIPMENT}.json").read_text() == before


def test_a_message_that_is_gone_fails(folder: Path) -> None:
    (folder / "v1/received/order.lost.json").write_text("{}")

    with pytest.raises(CommandError, match=r"v1/received/order.lost is gone"):
        call_command("schemas", "--folder", str(folder))


def test_what_was_added_has_to_be_published(folder: Path) -> None:
    (folder / f"{SHIPMENT}.json").unlink()

    with pytest.raises(CommandError, match=f"Not published yet: {SHIPMENT}. Run manage.py schemas --write."):
        call_command("schemas", "--folder", str(folder))
    said = StringIO()
    call_command("schemas", "--write", "--folder", str(folder), stdout=said)

    assert said.getvalue() == "44 messages, 1 published anew, none breaks.\n"
