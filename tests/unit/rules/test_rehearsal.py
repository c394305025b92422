"""An upgrade is rehearsed flow by flow: what is gone and still used breaks, what the gateway does without does not."""

from dataclasses import replace

import pytest

from integration.adapters.odoo import recorded
from integration.canonical.shapes import FieldShape, ModelShape, Used
from integration.rules.rehearsal import FlowFound, Side, rehearse
from integration.rules.verbs import VERBS

PAIRS = [(16, 17), (16, 18), (16, 19), (17, 18), (17, 19), (18, 19)]
FLOAT = FieldShape("float")
MOVE16 = {"stock.move": ModelShape({"quantity_done": FLOAT, "state": FieldShape("char")})}
MOVE17 = {"stock.move": ModelShape({"quantity": FLOAT, "state": FieldShape("char")})}
SHIPS16 = {"ship": {"stock.move": Used(frozenset({"quantity_done", "state"}))}}
SHIPS17 = {"ship": {"stock.move": Used(frozenset({"quantity", "state"}))}}
FLOWS = {"shipment_confirmation": ("ship",), "put_away": ("put_away",)}


def side(version: int) -> Side:
    return Side(version, recorded.shape(version), recorded.uses(version))


def said(found: list[FlowFound]) -> dict[str, list[str]]:
    return {each.flow: [one.said for one in each.found] for each in found}


def test_what_is_gone_and_still_used_breaks_the_flows_that_use_it() -> None:
    found = rehearse(Side(16, MOVE16, SHIPS16), Side(17, MOVE17, SHIPS16), FLOWS)

    assert [(each.flow, each.breaks) for each in found] == [("shipment_confirmation", True), ("put_away", False)]
    assert said(found)["shipment_confirmation"] == [
        "stock.move quantity_done: field gone, perhaps it is quantity now. Nothing here does without it."
    ]


def test_what_the_gateway_does_without_does_not_break() -> None:
    found = rehearse(Side(16, MOVE16, SHIPS16), Side(17, MOVE17, SHIPS17), FLOWS)

    assert not any(each.breaks for each in found)
    assert said(found)["shipment_confirmation"] == [
        "stock.move quantity_done: field gone, perhaps it is quantity now. "
        "The gateway is written for it; there it uses quantity."
    ]


def test_a_verb_that_was_never_tried_on_the_target_is_not_trusted() -> None:
    found = rehearse(Side(16, MOVE16, SHIPS16), Side(17, MOVE17, {}), FLOWS)

    assert [each.flow for each in found if each.breaks] == ["shipment_confirmation"]


def test_another_type_breaks_a_verb_that_was_never_tried_with_it() -> None:
    there = {"stock.move": ModelShape({"quantity_done": FieldShape("char"), "state": FieldShape("char")})}

    tried = rehearse(Side(16, MOVE16, SHIPS16), Side(17, there, SHIPS16), FLOWS)
    never = rehearse(Side(16, MOVE16, SHIPS16), Side(17, there, {}), FLOWS)

    assert ([each.breaks for each in tried], [each.breaks for each in never]) == ([False, False], [True, False])
    assert said(tried)["shipment_confirmation"] == [
        "stock.move quantity_done: other type: char, and was float. The gateway is written for it."
    ]


def test_what_the_server_itself_has_counts_before_the_recording() -> None:
    installed = {"stock.move": ModelShape({"quantity_done": FieldShape("char"), "x_site": FLOAT})}
    uses = {"ship": {"stock.move": Used(frozenset({"quantity_done", "x_site"}))}}

    found = rehearse(Side(16, MOVE16, uses), Side(17, MOVE17, uses), FLOWS, installed)

    assert [one.difference.name for one in found[0].found] == ["quantity_done", "x_site"]


def test_a_model_of_which_there_is_no_recording_is_named() -> None:
    uses = {"ship": {"mrp.bom": Used(frozenset({"type"}))}}

    found = rehearse(Side(16, MOVE16, uses), Side(17, MOVE17, uses), FLOWS)

    assert (found[0].unknown, found[0].found, found[0].breaks) == (["mrp.bom"], [], False)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_nothing_of_todays_gateway_breaks(source: int, target: int) -> None:
    found = rehearse(side(source), side(target), VERBS)

    assert {each.flow: said([each]) for each in found if each.breaks} == {}
    assert {each.flow for each in found} == set(VERBS)


@pytest.mark.parametrize(
    ("source", "target", "name"),
    [
        (16, 17, "quantity_done"),
        (16, 17, "qty_done"),
        (17, 18, "create_returns()"),
        (18, 19, "stock.quant.package"),
    ],
)
def test_a_gateway_that_knew_the_old_version_alone_would_break(source: int, target: int, name: str) -> None:
    """As if nobody had written it for the target: it uses there what it uses today."""
    old = side(source)
    found = rehearse(old, replace(side(target), uses=old.uses), VERBS)

    broken = {one.difference.name or one.difference.model for each in found for one in each.found if one.breaks}
    assert name in broken
