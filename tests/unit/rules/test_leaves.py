"""A document as its single values: exact, compared by path, and written again as it was."""

import json
from decimal import Decimal

import pytest

from integration.rules import leaves

BODY = b'{"type":"t","data":{"lines":[{"sku":"A","quantity":2.50,"lot":null,"good":true}],"note":"\xc3\xa9 \\"q\\""}}'
QUANTITY = ("data", "lines", 0, "quantity")


def test_what_was_read_is_written_as_it_was() -> None:
    assert leaves.written(leaves.read(BODY)).encode() == BODY


def test_every_value_has_its_path() -> None:
    assert list(leaves.of(leaves.read(BODY))) == [
        (("type",), "t"),
        (("data", "lines", 0, "sku"), "A"),
        (QUANTITY, Decimal("2.50")),
        (("data", "lines", 0, "lot"), None),
        (("data", "lines", 0, "good"), True),
        (("data", "note"), 'é "q"'),
    ]


@pytest.mark.parametrize(
    "body", [b"ISA*00", b"[1]", b"{", b'{"a": NaN}', b"\xff", b"[" * 100_000, b'{"a":1e999999999999}']
)
def test_what_is_no_object_is_not_read(body: bytes) -> None:
    assert leaves.read(body) is None


def test_what_differs_is_named_by_its_path() -> None:
    before = {"a": 1, "b": [{"c": "x"}], "gone": None, "same": Decimal(1)}
    after = {"a": "1", "b": [{"c": "y", "new": 2}], "same": Decimal(1)}
    assert list(map(leaves.named, leaves.changed(before, after))) == ["a", "b.0.c", "gone", "b.0.new"]


@pytest.mark.parametrize(
    ("before", "said", "value"),
    [
        ("2", "3", "3"),
        (2, "3", 3),
        (2, "2.5", Decimal("2.5")),
        (Decimal("2.50"), "2.50", Decimal("2.50")),
        (Decimal("2.50"), "3", 3),
        (True, "false", False),
        (None, "", None),
        (None, "LOT-1", "LOT-1"),
        ("LOT-1", "", ""),
    ],
)
def test_a_value_keeps_its_kind(before: leaves.Scalar, said: str, value: leaves.Scalar) -> None:
    found = leaves.typed(before, said)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("before", "said"), [(2, "two"), (2, ""), (2, "NaN"), (2, "9" * 41), (2, "1e999"), (True, "yes")]
)
def test_what_is_no_value_of_its_kind_is_refused(before: leaves.Scalar, said: str) -> None:
    with pytest.raises(leaves.BadValue):
        leaves.typed(before, said)


def test_a_value_is_put_where_nothing_was() -> None:
    document = leaves.read(b'{"lines":[{"lots":null}]}')
    assert document is not None
    leaves.put(document, ("lines", 0, "lots", 0, "lot"), "L1")
    leaves.put(document, ("lines", 0, "serials", 0), "S1")
    leaves.put(document, ("lines", 0, "serials", 1), "S2")
    assert json.loads(leaves.written(document)) == {"lines": [{"lots": [{"lot": "L1"}], "serials": ["S1", "S2"]}]}


def test_what_is_indented_for_people_is_the_same_document() -> None:
    document = leaves.read(BODY)
    assert leaves.read(leaves.indented(document).encode()) == document
    assert leaves.indented({"a": Decimal("2.50"), "b": [], "c": [{}]}) == (
        '{\n  "a": 2.50,\n  "b": [],\n  "c": [\n    {}\n  ]\n}'
    )
