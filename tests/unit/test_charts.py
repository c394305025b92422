"""Small pictures of numbers: a bar for what was there, one stroke for all that was not."""

import re

import pytest

from integration.console.charts import bars


def drawn(*counts: float, limit: float | None = None) -> str:
    return bars(counts, [f"<{count}>" for count in counts], height=60, title="all", css="x", limit=limit)


@pytest.mark.parametrize(
    ("counts", "tall", "strokes"),
    [((0, 0), [], 2), ((1, 0, 4), [15, 60], 1), ((1, 1000), [2, 60], 0), ((0.5,), [60], 0)],
)
def test_a_bar_is_as_tall_as_its_part_of_the_largest(counts: list[float], tall: list[int], strokes: int) -> None:
    picture = drawn(*counts)
    assert [int(each) for each in re.findall(r'width="10" height="(\d+)"', picture)] == tall
    assert picture.count("h10v1h-10z") == strokes


def test_bars_stand_where_their_slots_are() -> None:
    assert re.findall(r'<rect x="(\d+)" y="(\d+)"', drawn(0, 2, 0, 1)) == [("12", "0"), ("36", "30")]


def test_what_is_above_the_limit_is_coloured_and_hints_are_escaped() -> None:
    picture = drawn(3, 5, limit=4)
    assert picture.count('class="cd-over"') == 1
    assert "<title>&lt;5&gt;</title>" in picture
