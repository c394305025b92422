"""Whatever happens, in whatever order: afterwards the three sides agree, or a case says why not.

PROPERTY_EXAMPLES=500 makes a long run of it, with other examples each time; else the same few are tried. A failure is
shrunk, which takes minutes: PROPERTY_AS_FOUND=1 shows it as it was found.
"""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.component.property.conftest import Builder
from tests.component.property.machine import Machine

ASKED = os.environ.get("PROPERTY_EXAMPLES", "")
PROFILE = settings(
    max_examples=int(ASKED or 8),
    stateful_step_count=30 if ASKED else 15,
    derandomize=not ASKED,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate] if os.environ.get("PROPERTY_AS_FOUND") else list(Phase),
    report_multiple_bugs=False,
)


def test_whatever_happens_the_sides_agree_or_a_case_says_why(new_depot: Builder) -> None:
    machine = type("Anything", (Machine,), {"builder": staticmethod(new_depot)})
    try:
        run_state_machine_as_test(machine, settings=PROFILE)
    finally:
        print(dict(Machine.tally))  # noqa: T201
