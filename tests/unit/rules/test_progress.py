"""What the warehouse reports of picking and packing, line by line, in Odoo's unit."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integration.canonical.orders import OrderProgressed
from integration.rules import progress
from integration.rules.units import Inexact
from tests.unit.rules.make import NOON, line

ONE, TWO = line(318, ordered=Decimal(8)), line(319, sku="GLUE", ordered=Decimal(2))


def said(stage: str, *lines: dict[str, Any], **given: Any) -> OrderProgressed:
    return OrderProgressed.model_validate({"release": "R", "stage": stage, "at": NOON, "lines": lines, **given})


@pytest.mark.parametrize(
    ("stage", "figures", "reached"),
    [
        ("accepted", {}, "accepted"),
        ("picking", {}, "accepted"),
        ("picking", {"picked": "3"}, "picking"),
        ("picked", {"picked": "3"}, "picked"),
        ("packed", {"picked": "3"}, "picked"),
        ("packed", {"picked": "8", "packed": "1"}, "packed"),
        ("packed", {"short": "8"}, "accepted"),
        ("shipped", {"picked": "8", "packed": "8"}, "shipped"),
    ],
)
def test_a_line_is_as_far_as_its_own_figures(stage: str, figures: dict[str, str], reached: str) -> None:
    [told] = progress.lines(said(stage, {"line": "318", **figures}), [ONE, TWO])
    assert told.reached == reached


def test_without_figures_all_lines_are_where_the_document_is() -> None:
    told = progress.lines(said("picked"), [ONE, TWO])
    assert [(each.line.sku, each.reached, each.picked, each.packed) for each in told] == [
        ("CHAIR", "picked", 8, 0),
        ("GLUE", "picked", 2, 0),
    ]


def test_quantities_are_in_odoo_s_unit_and_lines_of_others_are_left_out() -> None:
    dozen = line(318, factor=Decimal(12))
    told = progress.lines(said("picked", {"line": "318", "picked": "18", "short": "6"}, {"line": "999"}), [dozen])
    assert [(each.picked, each.short) for each in told] == [(Decimal("1.5"), Decimal("0.5"))]


def test_what_odoo_s_unit_cannot_hold_is_not_guessed() -> None:
    with pytest.raises(Inexact):
        progress.lines(said("picked", {"line": "318", "picked": "7"}), [line(318, factor=Decimal(12))])


def test_words_name_what_there_is_to_say() -> None:
    lines = [{"line": "318", "picked": "5", "packed": "2", "short": "3", "substitute": "X-9"}, {"line": "319"}]
    told = progress.lines(said("packed", *lines), [ONE, TWO])
    assert progress.summary(told) == "5 of 8 CHAIR picked, 2 packed, 3 not found, X-9 goes instead"
    assert progress.short(told) == "3 x CHAIR"


@pytest.mark.parametrize(
    ("stage", "minutes", "newer"),
    [("picked", 1, True), ("picked", -1, False), ("packed", 0, True), ("picking", 0, False), ("picked", 0, False)],
)
def test_the_later_moment_counts_and_of_one_moment_the_further_stage(stage: str, minutes: int, newer: bool) -> None:
    message = said(stage, at=NOON + timedelta(minutes=minutes))
    assert progress.is_newer(message, "picked", NOON) is newer
    assert progress.is_newer(message, "", None)


def test_cartons_hold_what_they_hold_of_our_lines() -> None:
    content = [
        {"line": "318", "sku": "100-441", "quantity": "6", "lots": ["L1"]},
        {"line": "1", "sku": "X", "quantity": "1"},
    ]
    found = progress.cartons(
        said("packed", cartons=[{"package": "P1", "lines": content}]), [line(318, factor=Decimal(2))]
    )
    assert [(each.package, each.line.line, each.quantity, each.lots) for each in found] == [("P1", "318", 3, ("L1",))]
