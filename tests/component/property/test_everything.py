"""Every flow at once, in whatever order: goods, documents and money agree on all sides, or a case says why not.

PROPERTY_EXAMPLES, PROPERTY_AS_FOUND: as in test_anything.
"""

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.component.property.conftest import Builder
from tests.component.property.everything import Everything
from tests.component.property.test_anything import ASKED, PROFILE

FEW = settings(PROFILE, max_examples=int(ASKED or 4), stateful_step_count=30 if ASKED else 15)


def test_whatever_happens_all_books_agree_or_a_case_says_why(new_depot: Builder) -> None:
    machine = type("All", (Everything,), {"builder": staticmethod(new_depot)})
    try:
        run_state_machine_as_test(machine, settings=FEW)
    finally:
        print(dict(Everything.tally))  # noqa: T201
