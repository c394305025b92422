"""Where lines leave from: each from one place, never more than is there, and always the same."""

import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from integration.rules.business.outcomes import Route, RuleKind, outcome_of
from integration.rules.business.routing import Line, Place, Plan, missing, needs, plan

CHAIR, LAMP, GLUE = 1, 2, 3


def line(number: int, **wanted: int) -> Line:
    by_name = {"chair": CHAIR, "lamp": LAMP, "glue": GLUE}
    return Line(f"line {number}", (number,), {by_name[name]: Decimal(count) for name, count in wanted.items()})


def place(number: int, **free: int) -> Place:
    by_name = {"chair": CHAIR, "lamp": LAMP, "glue": GLUE}
    return Place(number, f"Place {number}", {by_name[name]: Decimal(count) for name, count in free.items()})


def goes(found: Plan | None) -> dict[int, list[str]] | None:
    return None if found is None else {where: [each.name for each in lines] for where, lines in found.items()}


def test_the_first_that_has_all_of_it_takes_it_although_others_have_it_too() -> None:
    lines, places = [line(1, chair=3), line(2, lamp=1)], [place(1, chair=9), place(2, chair=3, lamp=1), place(3)]
    assert goes(plan(lines, places, split=True)) == {2: ["line 1", "line 2"]}


def test_nobody_asks_what_it_holds() -> None:
    lines = [line(1, chair=3)]
    assert goes(plan(lines, [Place(7, "Any"), place(1, chair=9)], split=False)) == {7: ["line 1"]}
    assert plan(lines, [], split=True) is None


def test_by_line_each_goes_where_it_is_held_first_and_what_has_no_stock_goes_along() -> None:
    lines = [line(1, chair=3), line(2, lamp=1), line(3)]
    places = [place(1, lamp=1), place(2, chair=3)]
    assert goes(plan(lines, places, split=True)) == {2: ["line 1"], 1: ["line 2", "line 3"]}
    assert plan(lines, places, split=False) is None


def test_two_lines_of_a_product_share_what_there_is() -> None:
    lines = [line(1, chair=3), line(2, chair=3)]
    assert goes(plan(lines, [place(1, chair=5), place(2, chair=3)], split=True)) == {1: ["line 1"], 2: ["line 2"]}
    assert plan(lines, [place(1, chair=5)], split=True) is None
    assert missing(lines, place(1, chair=5)) == {CHAIR: 1}


def test_a_line_is_never_torn_apart() -> None:
    assert plan([line(1, chair=4)], [place(1, chair=2), place(2, chair=2)], split=True) is None


AMOUNTS = st.dictionaries(st.sampled_from([CHAIR, LAMP, GLUE]), st.decimals(0, 6, places=1), max_size=3)
LINES = st.lists(AMOUNTS, min_size=1, max_size=6).map(
    lambda many: [Line(f"line {n}", (n,), {p: q for p, q in each.items() if q}) for n, each in enumerate(many)]
)
PLACES = st.lists(st.none() | AMOUNTS, max_size=4).map(
    lambda many: [Place(number, f"Place {number}", free) for number, free in enumerate(many)]
)


@settings(max_examples=300, deadline=None)
@given(LINES, PLACES, st.booleans())
def test_no_line_is_given_to_two_places_none_is_left_out_and_nobody_gives_more_than_he_has(
    lines: list[Line], places: list[Place], split: bool
) -> None:
    found = plan(lines, places, split=split)
    if found is None:
        assert all(missing(lines, each) for each in places), "one has it all"
        return
    taken = [each.name for own in found.values() for each in own]
    assert sorted(taken) == sorted(each.name for each in lines)
    assert len(found) == 1 or split
    by_id = {each.id: each for each in places}
    for where, own in found.items():
        free = by_id[where].free
        assert free is None or all(count <= free.get(product, 0) for product, count in needs(own).items())
    assert plan(list(lines), list(places), split=split) == found


@settings(max_examples=100, deadline=None)
@given(LINES, PLACES, st.randoms())
def test_the_worse_places_change_nothing_where_a_better_one_has_it_all(
    lines: list[Line], places: list[Place], chance: random.Random
) -> None:
    whole = next((each for each in places if not missing(lines, each)), None)
    if whole is not None:
        behind = places[places.index(whole) + 1 :]
        chance.shuffle(behind)
        before = places[: places.index(whole) + 1]
        assert plan(lines, [*before, *behind], split=True) == {whole.id: tuple(lines)}


def test_what_a_rule_says_is_checked() -> None:
    said = outcome_of(RuleKind.ROUTE, {"warehouses": [" South ", "North", "South"], "split": "lines"})
    assert said == Route(warehouses=("South", "North"), stock=False, split="lines")  # type: ignore[arg-type]
    for wrong in ({}, {"warehouses": []}, {"warehouses": ["A"], "split": "units"}, {"warehouses": ["A\x00"]}):
        with pytest.raises(ValidationError):
            outcome_of(RuleKind.ROUTE, wrong)
    assert outcome_of(RuleKind.REST, {}).model_dump(mode="json") == {"backorder": "", "substitutes": ""}
    with pytest.raises(ValidationError):
        outcome_of(RuleKind.REST, {"backorder": "burn"})
