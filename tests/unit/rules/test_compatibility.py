"""A change of a published schema that breaks somebody is told in words; one that does not, is not."""

from typing import Any

import pytest

from integration.rules.compatibility import Direction, breaks

TEXT = {"type": "string", "minLength": 1, "maxLength": 64}
LINE = {"type": "object", "properties": {"sku": TEXT, "note": {"type": "string"}}, "required": ["sku"]}


def schema(**fields: Any) -> dict[str, Any]:
    """``release`` is needed; the others may be left out."""
    known = {"release": TEXT, "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}, "minItems": 1}}
    return {"type": "object", "properties": {**known, **fields}, "required": ["release"], "$defs": {"Line": LINE}}


def with_line(line: dict[str, Any]) -> dict[str, Any]:
    return {**schema(), "$defs": {"Line": line}}


def without(name: str) -> dict[str, Any]:
    made = schema()
    return {**made, "properties": {each: field for each, field in made["properties"].items() if each != name}}


STAGE = {"enum": ["picked", "packed"], "type": "string"}
MORE, FEWER = {**STAGE, "enum": ["picked", "packed", "shipped"]}, {**STAGE, "enum": ["picked"]}
OR_NULL = {"anyOf": [TEXT, {"type": "null"}]}
RECEIVED, SENT = Direction.RECEIVED, Direction.SENT


@pytest.mark.parametrize(
    ("before", "after", "direction", "said"),
    [
        (schema(), without("lines"), RECEIVED, ["lines is gone"]),
        (schema(), without("lines"), SENT, ["lines is gone"]),
        (schema(), {**schema(), "required": ["release", "lines"]}, RECEIVED, ["lines is needed now"]),
        (schema(), {**schema(), "required": []}, SENT, ["release may be left out now"]),
        (schema(), with_line({**LINE, "required": ["sku", "note"]}), RECEIVED, ["lines[].note is needed now"]),
        (schema(), with_line({**LINE, "properties": {"sku": TEXT}}), SENT, ["lines[].note is gone"]),
        (schema(to=OR_NULL), schema(to=TEXT), RECEIVED, ["to may not be null any more"]),
        (schema(to=TEXT), schema(to=OR_NULL), SENT, ["to may be null now, and was always string"]),
        (
            schema(to=TEXT),
            schema(to={"type": "integer"}),
            RECEIVED,
            ["to may not be string any more", "to may be integer now, and was always string"],
        ),
        (schema(stage=MORE), schema(stage=STAGE), RECEIVED, ["stage has no value shipped any more"]),
        (schema(stage=STAGE), schema(stage=FEWER), SENT, ["stage has no value packed any more"]),
        (schema(stage=STAGE), schema(stage=MORE), SENT, ["stage has the new value shipped"]),
        (schema(stage={"type": "string"}), schema(stage=STAGE), RECEIVED, ["stage is one of a few values now"]),
        (schema(stage=STAGE), schema(stage={"type": "string"}), SENT, ["stage may be any value now"]),
        (
            schema(to=TEXT),
            schema(to={**TEXT, "maxLength": 32}),
            RECEIVED,
            ["to: maxLength is 32, and was 64"],
        ),
        (schema(to=TEXT), schema(to={**TEXT, "maxLength": 99}), SENT, ["to: maxLength is 99, and was 64"]),
        (
            schema(to={"type": "string"}),
            schema(to={"type": "string", "minLength": 1}),
            RECEIVED,
            ["to: minLength is 1, and was not there"],
        ),
        (
            schema(to=TEXT),
            schema(to={**TEXT, "pattern": "^A"}),
            RECEIVED,
            ["to: pattern is ^A, and was not there"],
        ),
    ],
)
def test_what_breaks_is_said(before: Any, after: Any, direction: Direction, said: list[str]) -> None:
    assert breaks(before, after, direction) == said


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        (schema(), schema(colour=TEXT), RECEIVED),
        (schema(), schema(colour=TEXT), SENT),
        (schema(), {**schema(), "required": []}, RECEIVED),
        (schema(), {**schema(), "required": ["release", "lines"]}, SENT),
        (schema(to=TEXT), schema(to=OR_NULL), RECEIVED),
        (schema(to=OR_NULL), schema(to=TEXT), SENT),
        (schema(stage=STAGE), schema(stage=MORE), RECEIVED),
        (schema(to=TEXT), schema(to={**TEXT, "maxLength": 99}), RECEIVED),
        (schema(to=TEXT), schema(to={**TEXT, "maxLength": 32}), SENT),
        (schema(), with_line({**LINE, "title": "Line", "description": "Another text"}), RECEIVED),
    ],
)
def test_what_only_grows_breaks_nobody(before: Any, after: Any, direction: Direction) -> None:
    assert breaks(before, after, direction) == []
