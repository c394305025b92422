"""Go or no go, and what two ways of keying the same differ in."""

from decimal import Decimal

import pytest

from integration.rules.rollout import Against, Figures, Needs, against, differing, percent, totals, tracking

NEEDS = Needs(documents=100, share=Decimal("0.99"), unkeyed=Decimal("0.1"))


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        (Figures(agrees=100), []),
        (Figures(agrees=99), [(Against.FEW, "99")]),
        (Figures(agrees=99, unjudged=1), []),
        (Figures(agrees=98, unjudged=2), [(Against.SHARE, "98.0")]),
        (Figures(agrees=97, unjudged=1, human=2), []),
        (Figures(agrees=98, ours=2), [(Against.SHARE, "98.0")]),
        (Figures(agrees=100, stops=2), [(Against.SHARE, "98.0")]),
        (Figures(agrees=1, human=99), []),
        (Figures(agrees=100, cases=1), [(Against.CASES, "1")]),
        (Figures(agrees=90, human=10, unkeyed=11), []),
        (Figures(agrees=90, human=10, unkeyed=12), [(Against.UNKEYED, "12")]),
        (Figures(agrees=100, unready=3), [(Against.READINESS, "3")]),
        (Figures(agrees=0), [(Against.FEW, "0")]),
        (Figures(agrees=0, unjudged=1, cases=2), [(Against.FEW, "1"), (Against.SHARE, "0.0"), (Against.CASES, "2")]),
    ],
)
def test_what_stands_against_going_live(figures: Figures, expected: list[tuple[Against, str]]) -> None:
    assert against(figures, NEEDS) == expected


def test_a_share_is_cut_off_and_never_rounded_up() -> None:
    assert percent(Decimal(29999) / Decimal(30000)) == "99.9"


def test_the_same_in_other_parts_is_the_same() -> None:
    ours = totals([["A", "L1", "2"], ["A", "L1", "1.0"], ["B", "", "0"]])
    assert differing(ours, totals([["A", "L1", "3"]])) == []


def test_each_line_that_differs_is_named_with_both_quantities() -> None:
    ours, theirs = totals([["A", "L1", "2"], ["B", "", "1"]]), totals([["A", "L2", "2"], ["C", "", "4"]])
    assert differing(ours, theirs) == [
        ("A, lot L1", "2", "0"),
        ("A, lot L2", "0", "2"),
        ("B", "1", "0"),
        ("C", "0", "4"),
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ([], "", True),
        ([], "1Z9", True),
        (["1Z1", "1Z2"], "1z2, 1z1", True),
        (["1Z1"], "", False),
        (["1Z1"], "1Z7", False),
        (["1Z1"], "1Z1 1Z2", False),
    ],
)
def test_tracking_numbers_however_they_are_written(ours: list[str], theirs: str, same: bool) -> None:
    assert (tracking(ours, theirs) == []) is same
