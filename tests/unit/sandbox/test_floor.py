"""The demo's floor plays an act when the scene needs it, not before."""

from typing import Any

import pytest

from integration.sandbox.day.floor import Floor
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.scenes import SCENES

HELD = {"release": "WH/OUT/00001", "order": "S00001", "closed": True, "lines": []}
SHIPMENT = {"shipment": "SHP-000001", "lines": [{"sku": "10001", "quantity": "5"}, {"sku": "10002", "quantity": "1"}]}


class Warehouse:
    """``told``: whether its messages have arrived."""

    def __init__(self) -> None:
        self.told = False
        self.sent: list[Any] = []

    def has_told(self, release: str) -> bool:
        return self.told

    def send(self, kind: str, data: Any) -> int:
        self.sent.append(data)
        return 202


@pytest.fixture
def order() -> PlannedOrder:
    scene = next(scene for scene in SCENES if scene.name == "a shipment number used twice")
    return PlannedOrder(1, scene, "Elm Street Goods", (), id=1, name="S00001", played=2, shipment=SHIPMENT)


def test_a_number_is_used_again_only_when_its_first_message_has_arrived(order: PlannedOrder) -> None:
    warehouse = Warehouse()
    floor = Floor(warehouse, None)  # type: ignore[arg-type]
    assert (floor.work([order], [HELD]), order.is_over) == (0, False)
    warehouse.told = True
    assert (floor.work([order], [HELD]), order.is_over) == (1, True)
    assert [line["quantity"] for line in warehouse.sent[0]["lines"]] == ["6", "1"]
