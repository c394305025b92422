"""What the clerk of the disaster drill ends: the known limits, and nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest

from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.troubles import STRAY_SHIPMENT
from tests.drills.disaster.clerk import Clerk
from tests.drills.http import Balanced, Watched


class Desk:
    """Crossdock, its API and Odoo in one: what was asked of them, and the cases that are open."""

    def __init__(self, *cases: Mapping[str, Any]) -> None:
        self._cases, self.asked = cases, list[tuple[Any, ...]]()

    def cases(self) -> Sequence[Mapping[str, Any]]:
        return self._cases

    def post(self, path: str, body: object) -> None:
        self.asked.append((path,))

    def rows(self, model: str, domain: Sequence[Any], fields: Sequence[str]) -> list[dict[str, Any]]:
        return [{"id": 5}] if domain == [["name", "=", "BILL/1"], ["state", "=", "draft"]] else []

    def call(self, model: str, method: str, *args: Any) -> None:
        self.asked.append((model, method, *args))


def looked(*cases: Mapping[str, Any]) -> tuple[Clerk, Desk]:
    desk = Desk(*cases)
    clerk = Clerk(cast("Odoo", desk), cast("Balanced", desk), cast("Watched", desk))
    clerk.look()
    clerk.look()
    return clerk, desk


def case(code: str, number: int = 1, **context: str) -> Mapping[str, Any]:
    return {"id": number, "code": code, "context": context}


def test_a_draft_that_stands_in_the_way_is_deleted_in_odoo_and_counted_once() -> None:
    clerk, desk = looked(case("CD-8105", entry="BILL/1"))
    assert (desk.asked, clerk.ended) == ([("account.move", "unlink", [5])], {"CD-8105": 1})


def test_what_odoo_shows_as_done_is_ended_by_hand() -> None:
    clerk, desk = looked(case("CD-7041"), case("CD-5001", 2, shipment="SHP-1"))
    assert desk.asked == [("/cases/1/done_by_hand",), ("/cases/2/done_by_hand",)]
    assert clerk.ended == {"CD-7041": 1, "CD-5001": 1}


@pytest.mark.parametrize("left", [case("CD-5001", shipment=STRAY_SHIPMENT), case("CD-4006"), case("CD-9402")])
def test_what_no_known_limit_names_is_left_for_the_oracle(left: Mapping[str, Any]) -> None:
    clerk, desk = looked(left)
    assert (desk.asked, clerk.ended.total()) == ([], 0)
