"""What is ordered and shipped during a drill: the day's scenes that need no person, in a shuffled sequence."""

import random
from collections.abc import Sequence
from decimal import Decimal

from integration.sandbox.day.acts import Ship
from integration.sandbox.day.goods import CUSTOMERS, KETTLE, PLAIN, Goods
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.scenes import SCENES, Scene

SEED = 2011
SMOOTH = tuple(scene for scene in SCENES if not scene.codes and KETTLE.sku not in dict(scene.basket))
AGAIN, LATE = ("duplicate", "renumbered"), ("reorder",)


def plan(count: int, plain: Sequence[Goods] = PLAIN) -> list[PlannedOrder]:
    """At least one order in twenty has its shipment told twice, and one in twenty out of order."""
    dice = random.Random(SEED)
    scenes = [SMOOTH[0]] * count
    least = -(-count // 20)
    chosen = [dice.choice(_with(AGAIN)) for _ in range(least)] + [dice.choice(_with(LATE)) for _ in range(least)]
    others = [scene for scene in SMOOTH[1:] for _ in range(int(scene.share * count))]
    for number, scene in enumerate((chosen + others)[:count]):
        scenes[number] = scene
    dice.shuffle(scenes)
    return [_order(number, scene, dice, plain) for number, scene in enumerate(scenes, 1)]


def one_more(number: int) -> PlannedOrder:
    """A plain order, for as long as a drill needs work."""
    return _order(number, SMOOTH[0], random.Random(number), PLAIN)


def releases(orders: Sequence[PlannedOrder]) -> int:
    """How many the warehouse should hold: a final short shipment leaves a backorder, which is released too."""
    short = Ship("short")
    return sum(1 + order.scene.acts.count(short) for order in orders)


def _with(faults: Sequence[str]) -> list[Scene]:
    return [scene for scene in SMOOTH for act in scene.acts if isinstance(act, Ship) and set(act.faults) & set(faults)]


def _order(number: int, scene: Scene, dice: random.Random, plain: Sequence[Goods]) -> PlannedOrder:
    basket = [(sku, Decimal(quantity)) for sku, quantity in scene.basket]
    if not basket:
        basket = [(goods.sku, Decimal(dice.randint(2, 9))) for goods in dice.sample(plain, dice.randint(1, 3))]
    return PlannedOrder(number, scene, dice.choice(CUSTOMERS)[0], tuple(basket))
