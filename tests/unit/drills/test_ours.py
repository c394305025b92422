"""What a drill counts as its own in an Odoo where others work too."""

from decimal import Decimal
from typing import Any

import pytest

from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.scenes import SCENES
from tests.drills.http import Balanced
from tests.drills.real.ours import OurCrossdock

SIGN = "-ab12cd"


class Told(OurCrossdock):
    """Answers what it was made with."""

    def __init__(self, **rows: list[dict[str, Any]]) -> None:
        order = PlannedOrder(1, SCENES[0], "Cedar Market", (("CHAIR-OAK", Decimal(1)),), 42, "S00042")
        super().__init__(Balanced([], ""), "wms", [order], SIGN)
        self._rows = rows

    def _all(self, path: str, **params: Any) -> Any:
        return iter(self._rows.get(params["state"], []))


def case(number: str, **context: str | int) -> dict[str, Any]:
    return {"code": number, "cause": "a cause", "document": None, "context": context}


@pytest.mark.parametrize(
    "ours",
    [
        case("CD-4001", order="S00042", release="WH/OUT/00007"),
        case("CD-3001", code=f"CHAIR-OAK{SIGN}"),
        case("CD-4010", order_id=42),
        case("CD-4008", detail="Odoo said no"),
        case("CD-5001", shipment="SHP-STRAY", release="WH/OUT/99999"),
        case("CD-2004", connection="Odoo"),
        case("CD-9001", document="S00043"),
    ],
)
def test_a_case_about_ours_or_about_no_order_counts(ours: dict[str, Any]) -> None:
    crossdock = Told(open=[ours])
    assert (crossdock.cases(), crossdock.foreign) == ([ours], set())


@pytest.mark.parametrize(
    "others",
    [
        case("CD-4001", order="S00043"),
        case("CD-3001", code="SKU 77"),
        case("CD-2008", order="S00043"),
        case("CD-4010", order_id=43),
    ],
)
def test_a_case_about_somebody_else_s_order_is_left_out(others: dict[str, Any]) -> None:
    crossdock = Told(open=[others])
    assert (crossdock.cases(), crossdock.foreign) == ([], {f"{others['code']} a cause"})


def test_a_job_that_looks_at_somebody_else_s_order_is_left_out() -> None:
    ours = {"flow": "order_release", "subject": "S00042", "failure_code": "CD-3001", "state": "blocked"}
    sent = {"flow": "release_send", "subject": "order.release WH/OUT/00007", "failure_code": "", "state": "blocked"}
    crossdock = Told(blocked=[ours, {**ours, "subject": "S00043"}, sent])
    assert crossdock.waiting() == [ours, sent]
