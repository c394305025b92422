"""Two shapes are compared by what they are: no list of what Odoo renamed is kept anywhere."""

import json
from typing import Any

import pytest

from integration.adapters.odoo import recorded
from integration.canonical.shapes import FieldShape, ModelShape, Used, plain, read
from integration.rules.shapes import Difference, What, differences
from tests.contract.odoo import distil_shapes

NEXT = [(16, 17), (17, 18), (18, 19)]
TEXT, MANY = FieldShape("char"), FieldShape("many2many", "account.tax")
STATE = FieldShape("selection", "", ("draft", "sale", "done"))


def model(methods: dict[str, bool] | None = None, **fields: FieldShape) -> dict[str, ModelShape]:
    return {"sale.order": ModelShape(fields, methods or {})}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (model(name=TEXT), model(name=TEXT, ref=TEXT), []),
        (model(tax_id=MANY), model(tax_ids=MANY), [("tax_id", What.FIELD_GONE, "", ("tax_ids",))]),
        (model(tax_id=MANY), model(tax_ids=TEXT), [("tax_id", What.FIELD_GONE, "", ())]),
        (model(qty=FieldShape("float")), model(qty=TEXT), [("qty", What.TYPE, "char, and was float", ())]),
        (
            model(tag=FieldShape("many2one", "a.b")),
            model(tag=FieldShape("many2one", "a.c")),
            [("tag", What.TYPE, "many2one of a.c, and was many2one of a.b", ())],
        ),
        (
            model(state=STATE),
            model(state=FieldShape("selection", "", ("draft", "sale", "late"))),
            [("state", What.VALUES, "without done, with late", ())],
        ),
        (model(ref=TEXT), model(ref=FieldShape("char", required=True)), [("ref", What.NEEDED, "", ())]),
        (
            model({"create_returns": True}),
            model({"create_returns": False, "action_create_returns": True}),
            [("create_returns()", What.METHOD_GONE, "", ("action_create_returns()",))],
        ),
        (model({"lock": True}), model({}), []),
    ],
)
def test_what_differs_is_said(before: Any, after: Any, found: list[tuple[Any, ...]]) -> None:
    assert differences(before, after) == [Difference("sale.order", *each) for each in found]


def test_a_model_that_is_gone_is_one_difference_with_its_heir() -> None:
    before = {"stock.quant.package": ModelShape({"name": TEXT}), "res.partner": ModelShape()}
    after = {"stock.package": ModelShape({"name": TEXT}), "res.partner": ModelShape()}

    assert differences(before, after) == [
        Difference("stock.quant.package", "", What.MODEL_GONE, "", ("stock.package",))
    ]


def test_only_what_is_used_is_looked_at() -> None:
    before = model({"lock": True, "unlock": True}, name=TEXT, ref=TEXT)
    used = {"sale.order": Used(frozenset({"name"}), frozenset({"lock"})), "res.partner": Used(frozenset({"name"}))}

    found = differences(before, model({"lock": False, "unlock": False}), used)

    assert [each.name for each in found] == ["name", "lock()"]
    assert differences(before, {}, {"res.partner": Used()}) == []


def test_what_is_there_again_is_said() -> None:
    used = {"sale.order": Used(frozenset({"ref"}))}
    assert differences(model(), model(ref=TEXT), used) == [Difference("sale.order", "ref", What.COME)]


def test_a_shape_is_kept_as_json() -> None:
    shape = model({"lock": True}, state=STATE, tax=MANY)
    assert read(json.loads(json.dumps(plain(shape)))) == shape


@pytest.mark.parametrize("version", distil_shapes.VERSIONS)
def test_the_shapes_are_the_recordings(version: int) -> None:
    """If not: python -m tests.contract.odoo.distil_shapes"""
    path = distil_shapes.TARGET / f"shape-{version}.json"
    assert path.read_text() == distil_shapes.as_text(distil_shapes.shape(version))


@pytest.mark.parametrize(("source", "target"), NEXT)
def test_every_name_that_the_gateway_knows_to_differ_is_found_by_comparing(source: int, target: int) -> None:
    """Its own table of versions is held against the recordings: each name that it drops is gone there."""
    found = differences(recorded.shape(source), recorded.shape(target))
    gone = {(each.name.removesuffix("()") or each.model) for each in found if each.what.value.endswith("gone")}

    before = recorded.shape(source)
    known = {
        str(old)
        for old, new in recorded.handled(source, target).values()
        if isinstance(old, str) and isinstance(new, str) and _is_recorded(old, before)
    }
    assert known <= gone
    assert known == EXPECTED[source, target]


EXPECTED = {
    (16, 17): {"quantity_done", "qty_done"},
    (17, 18): {"create_returns"},
    (18, 19): {"stock.quant.package", "groups_id", "stock_move_sms_validation"},
}


def _is_recorded(name: str, shape: Any) -> bool:
    return name in shape or any(name in each.fields or each.methods.get(name) for each in shape.values())


def test_a_version_that_is_newer_than_all_is_looked_at_as_the_newest() -> None:
    assert recorded.uses(99) == recorded.uses(19) != {}
    assert recorded.uses(15) == {}
