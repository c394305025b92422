"""How many releases a drill expects of what it sells."""

import pytest

from integration.sandbox.day.longer import ROUTED
from integration.sandbox.day.scenes import SCENES
from tests.drills import plan

SPLIT = ROUTED[0]
SHORT = next(scene for scene in SCENES if any(act == plan.Ship("short") for act in scene.acts))


@pytest.mark.parametrize(("scene", "expected"), [(plan.SMOOTH[0], 1), (SHORT, 2), (SPLIT, 2)])
def test_a_split_and_a_backorder_are_releases_of_their_own(scene: plan.Scene, expected: int) -> None:
    order = plan.PlannedOrder(1, scene, "", scene.basket)
    assert plan.releases([order]) == expected
