"""What a warehouse sends, as an event or as the exact field that is wrong."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.adapters.base import Received
from integration.adapters.wms.http_json import parse, strict_json
from integration.canonical.events import EVENT_TYPES
from integration.errors import InvalidDocument

HEADERS = {"Webhook-Id": "msg_1"}


def refusal(body: bytes | dict[str, Any]) -> InvalidDocument:
    with pytest.raises(InvalidDocument) as caught:
        parse.event("acme", HEADERS, body if isinstance(body, bytes) else json.dumps(body).encode())
    return caught.value


@pytest.mark.parametrize("kind", ["order.accepted", "order.rejected", "shipment.confirmed"])
def test_a_good_message_parses(envelopes, kind) -> None:
    received = parse.event("acme", HEADERS, json.dumps(envelopes[kind]).encode())
    assert (received.external_id, received.event.type, received.drift) == ("msg_1", kind, ())


def test_quantities_and_moments_are_exact(envelopes) -> None:
    body = json.dumps(envelopes["shipment.confirmed"]).replace('"10"', "10.10").encode()
    shipment = parse.event("acme", HEADERS, body).event.data
    assert str(shipment.lines[0].quantity) == "10.10"
    assert shipment.shipped_at == datetime(2026, 5, 4, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "value", "field", "detail"),
    [
        (["data", "release"], None, "data.release", "must be a text"),
        (["data", "release"], " ", "data.release", "must not be empty"),
        (["data", "release"], "x" * 65, "data.release", "is longer than 64 characters"),
        (
            ["data", "shipped_at"],
            "2026-05-04",
            "data.shipped_at",
            "must name its time zone, such as 2026-05-04T10:00:00Z",
        ),
        (["data", "shipped_at"], "today", "data.shipped_at", "must be a moment such as 2026-05-04T10:00:00Z"),
        (
            ["data", "shipped_at"],
            "9999-12-31T23:59:59Z",
            "data.shipped_at",
            "must be a moment such as 2026-05-04T10:00:00Z",
        ),
        (
            ["data", "shipped_at"],
            "9999-12-31T23:59:59-05:00",
            "data.shipped_at",
            "must be a moment such as 2026-05-04T10:00:00Z",
        ),
        (
            ["data", "shipped_at"],
            "0001-01-01T00:00:00+05:00",
            "data.shipped_at",
            "must be a moment such as 2026-05-04T10:00:00Z",
        ),
        (["data", "final"], "maybe", "data.final", "must be true or false"),
        (["data", "lines"], [], "data.lines", "must hold at least 1"),
        (["data", "lines"], {}, "data.lines", "must be a list"),
        (["data", "lines", 0], "x", "data.lines.0", "must be an object"),
        (["data", "lines", 0, "quantity"], "ten", "data.lines.0.quantity", 'must be a decimal string such as "12.5"'),
        (["data", "lines", 0, "quantity"], True, "data.lines.0.quantity", 'must be a decimal string such as "12.5"'),
        (["data", "lines", 0, "quantity"], "-1", "data.lines.0.quantity", "must be at least 0"),
        (["data", "lines", 0, "quantity"], "1.1234567", "data.lines.0.quantity", "has more than 6 decimal places"),
        (["data", "lines", 0, "quantity"], "1e999999999", "data.lines.0.quantity", "has more than 18 digits"),
        (["data", "lines", 0, "quantity"], "NaN", "data.lines.0.quantity", "must be a finite number"),
        (["data", "lines", 0, "package"], "P9", "data", "lines.0.package P9 is not among the packages"),
        (["data"], 5, "data", "must be an object"),
        (["type"], None, "type", "is missing"),
        (["type"], [1], "type", "must be a text"),
    ],
)
def test_a_wrong_field_is_named_with_its_reason(envelopes, path, value, field, detail) -> None:
    envelope = target = envelopes["shipment.confirmed"]
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    error = refusal(envelope)
    assert (error.code, error.context["field"], error.context["detail"]) == ("CD-6003", field, detail)


def test_several_wrong_fields_are_named_at_once_without_their_values(envelopes) -> None:
    envelope = envelopes["shipment.confirmed"]
    envelope["data"]["lines"] = [{"sku": "S", "quantity": "Jane Roe"}] * 4
    text = str(refusal(envelope))
    assert text == (
        'data.lines.0.quantity: must be a decimal string such as "12.5"; data.lines.0.unit is missing; '
        'data.lines.1.quantity must be a decimal string such as "12.5"; data.lines.1.unit is missing; '
        'data.lines.2.quantity must be a decimal string such as "12.5"; and 3 more.'
    )


def test_unknown_fields_are_kept_and_reported(envelopes) -> None:
    envelope = envelopes["shipment.confirmed"]
    envelope["data"]["lines"][0]["colour"] = {"deep": ["red"]}
    envelope["data"]["temperature"] = 4
    envelope["trace"] = "t-1"
    received = parse.event("acme", HEADERS, json.dumps(envelope).encode())
    assert received.drift == ("trace", "data.temperature", "data.lines.0.colour")
    assert received.event.data.lines[0].model_extra == {"colour": {"deep": ["red"]}}


def test_the_list_of_unknown_fields_is_bounded(envelopes) -> None:
    envelopes["order.accepted"].update({f"x{index:03}" + "y" * 200: 1 for index in range(50)})
    drift = parse.event("acme", HEADERS, json.dumps(envelopes["order.accepted"]).encode()).drift
    assert (len(drift), len(drift[0]), drift[-1]) == (21, 80, "and 30 more")


def test_an_unknown_type_is_refused_by_name(envelopes) -> None:
    error = refusal({**envelopes["order.accepted"], "type": "order.lost"})
    assert (error.code, str(error)) == ("CD-6002", "'order.lost' is not a message that we take.")


def test_a_message_without_a_number_is_refused() -> None:
    with pytest.raises(InvalidDocument, match="webhook-id: is missing"):
        parse.event("acme", {}, b"{}")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "Expecting value, line 1 column 1"),
        (b"<xml/>", "Expecting value, line 1 column 1"),
        (b"[]", "it is not an object"),
        (b'{"a": "\xff"}', "it is not UTF-8 (byte 7)"),
        (b"\xef\xbb\xbf{}", "it begins with a byte order mark"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "the key 'c' stands twice in one object"),
        (b'{"a": NaN}', "NaN is not a number"),
        (b'{"a": -Infinity}', "-Infinity is not a number"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a number has more than 40 digits"),
        (b'{"a": 1.' + b"9" * 50 + b"}", "a number has more than 40 digits"),
        (b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}", "it is nested deeper than 32 levels"),
        (b'{"a": ' + b"[" * 90000 + b"]" * 90000 + b"}", "it is nested deeper than 32 levels"),
        (rb'{"a": "\u0000"}', "a text holds a NUL or half of a surrogate pair"),
        (rb'{"a": {"\ud800": 1}}', "a text holds a NUL or half of a surrogate pair"),
    ],
)
def test_what_is_not_a_document_is_refused_with_the_reason(body, detail) -> None:
    error = refusal(body)
    assert (error.code, error.context["detail"]) == ("CD-6001", detail)


def test_a_whole_pair_of_surrogates_is_text() -> None:
    assert strict_json.loads(rb'{"a": "\ud83d\ude9a"}') == {"a": "🚚"}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["1E9999", "-0"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["release", "reason", "version", "shipment", "shipped_at", "lines", "packages", "freight", "final"]
DATA = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), ANYTHING, max_size=6)


def outcome(body: bytes) -> str:
    try:
        received: Received = parse.event("acme", HEADERS, body)
    except InvalidDocument as error:
        str(error).encode()
        return error.code
    received.event.model_dump_json()
    return "parsed"


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_clean_answer(body: bytes) -> None:
    assert outcome(body) in {"CD-6001", "CD-6003"}


@given(ANYTHING)
def test_any_json_ends_in_a_clean_answer(value: object) -> None:
    assert outcome(json.dumps(value).encode()) in {"CD-6001", "CD-6002", "CD-6003"}


@given(st.sampled_from(EVENT_TYPES), DATA)
def test_any_data_ends_in_a_clean_answer(kind: str, data: dict[str, object]) -> None:
    body = json.dumps({"type": kind, "timestamp": "2026-05-04T08:00:01Z", "data": data}).encode()
    assert outcome(body) in {"CD-6001", "CD-6003", "parsed"}


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_any_quantity_is_exact_or_refused(quantity: Decimal) -> None:
    line = {"sku": "S", "unit": "EA", "quantity": str(quantity)}
    data = {"shipment": "S1", "release": "R1", "shipped_at": "2026-05-04T08:00:01Z", "lines": [line]}
    body = json.dumps({"type": "shipment.confirmed", "timestamp": "2026-05-04T08:00:01Z", "data": data}).encode()
    if outcome(body) == "parsed":
        assert parse.event("acme", HEADERS, body).event.data.lines[0].quantity == quantity
