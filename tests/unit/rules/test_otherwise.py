"""Two courses of a document: whether they differ, and in what."""

import pytest

from integration.errors import InvalidDocument, MappingMissing, RuleHold
from integration.rules.otherwise import Course, Turn, apart, stopped, turn


def held(rule: int, version: int, code: str = "CD-4025") -> RuleHold:
    about = {"connection": "Odoo", "company": 1, "order": "S1", "rule": rule, "rule_version": version}
    return RuleHold(code, **about, name="Many", facts="-", ask="")


LACKS = MappingMissing("CD-3001", scope="north", partner="North", code="A")
GOES = Course(says={"carrier": "STD", "line 1": "2 EA A"})
EXPRESS = Course(says={"carrier": "EXP", "line 1": "2 EA A", "labels": "Glass"})


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (GOES, GOES, None),
        (GOES, EXPRESS, Turn.OTHERWISE),
        (GOES, stopped([LACKS]), Turn.STOPS),
        (stopped([LACKS]), GOES, Turn.GOES),
        (stopped([held(1, 1)]), stopped([held(1, 2)]), None),  # the same rule, in its next version
        (stopped([held(1, 1)]), stopped([held(2, 1)]), Turn.STOPS_OTHERWISE),
        (stopped([held(1, 1)]), stopped([held(1, 1, "CD-4020")]), Turn.STOPS_OTHERWISE),
        (stopped([held(1, 1)]), stopped([held(1, 1), LACKS]), Turn.STOPS_OTHERWISE),
        (stopped([held(1, 1), LACKS]), stopped([LACKS, held(1, 2)]), None),
    ],
)
def test_what_would_have_been_otherwise(before: Course, after: Course, found: Turn | None) -> None:
    assert turn(before, after) == found


def test_of_what_goes_otherwise_only_that_is_told() -> None:
    before, after = apart(GOES, EXPRESS)
    assert before.as_json() == {"stops": [], "says": {"carrier": "STD"}}
    assert after.as_json() == {"stops": [], "says": {"carrier": "EXP", "labels": "Glass"}}


def test_each_cause_is_told_once_in_the_order_of_the_codes() -> None:
    wrong = InvalidDocument("CD-4001", connection="Odoo", company=1, order="S1", missing="street")
    course = stopped([held(1, 1), wrong, LACKS, held(1, 1)])
    assert [stop.code for stop in course.stops] == ["CD-3001", "CD-4001", "CD-4025"]
