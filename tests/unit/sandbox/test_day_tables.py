"""What the day's tables promise stands in its how-to, and what differs has a case that says why."""

import re
from typing import cast

from config.local.place import CHECKOUT
from integration.sandbox.day.branch import Branch
from integration.sandbox.day.errands import ERRANDS
from integration.sandbox.day.going_live import errands
from integration.sandbox.day.goods import BY_SKU
from integration.sandbox.day.ledger import plan
from integration.sandbox.day.longer import LONGER
from integration.sandbox.day.proof import MONEY
from integration.sandbox.day.scenes import LEAST, SCENES, STRAY_CODE

HOWTO = (CHECKOUT / "docs" / "howto" / "run-the-demo.md").read_text()
BRANCH = tuple({errand.name: errand for errand in errands(cast("Branch", None))}.values())
ALL = (*SCENES, *LONGER, *ERRANDS, *BRANCH)

COMES_AFTERWARDS = "CD-8204"  # stock that differs, once both lists are compared: beside the others, and by their causes


def test_the_how_to_says_how_to_clear_every_planned_case_and_no_other() -> None:
    told = set(re.findall(r"^\*\*(CD-\d{4}) ", HOWTO, re.MULTILINE))
    assert told == {code for scene in ALL for code in scene.codes} | {STRAY_CODE, COMES_AFTERWARDS}


def test_whatever_differs_has_its_case() -> None:
    assert [scene.name for scene in (*SCENES, *LONGER) if scene.differs - MONEY and not scene.codes] == []
    assert [errand.name for errand in ERRANDS if bool(errand.off) and not errand.codes] == []


def test_names_are_told_apart_and_goods_are_known() -> None:
    names = [scene.name for scene in ALL]
    assert len(names) == len(set(names))
    assert {sku for scene in ALL for sku, _ in scene.basket} <= BY_SKU.keys()


def test_the_shortest_day_plays_every_scene_and_every_longer_one_once() -> None:
    names = [order.scene.name for order in plan(LEAST)]
    assert [names.count(scene.name) for scene in LONGER] == [1] * len(LONGER)
    assert set(names) == {scene.name for scene in (*SCENES, *LONGER)}
