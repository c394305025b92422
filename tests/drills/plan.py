"""What is ordered and shipped during a drill: the day's scenes that need no person, in a shuffled sequence."""

import random
from collections.abc import Sequence
from decimal import Decimal

from integration.sandbox.day.acts import AcceptEach, Act, Ship
from integration.sandbox.day.goods import CUSTOMERS, KETTLE, PLAIN, Goods
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.longer import LONGER
from integration.sandbox.day.scenes import SCENES, Scene

SEED = 2011
SMOOTH = tuple(scene for scene in SCENES if not scene.codes and KETTLE.sku not in dict(scene.basket))
TOLD_LONGER = tuple(scene for scene in LONGER if not scene.codes)
LONGER_SHARE = 0.01  # of all orders, each
AGAIN, LATE = ("duplicate", "renumbered"), ("reorder",)


def plan(count: int, plain: Sequence[Goods] = PLAIN, longer: Sequence[Scene] = ()) -> list[PlannedOrder]:
    """At least one order in twenty has its shipment told twice, and one in twenty out of order.

    ``longer``: scenes that do not end with the shipment, of which there is at least one each.
    """
    dice = random.Random(SEED)
    scenes = [SMOOTH[0]] * count
    least = -(-count // 20)
    chosen = [dice.choice(_with(AGAIN)) for _ in range(least)] + [dice.choice(_with(LATE)) for _ in range(least)]
    chosen += [scene for scene in longer for _ in range(max(1, int(LONGER_SHARE * count)))]
    others = [scene for scene in SMOOTH[1:] for _ in range(int(scene.share * count))]
    for number, scene in enumerate((chosen + others)[:count]):
        scenes[number] = scene
    dice.shuffle(scenes)
    return [_order(number, scene, dice, plain) for number, scene in enumerate(scenes, 1)]


def one_more(number: int) -> PlannedOrder:
    """A plain order, for as long as a drill needs work."""
    return _order(number, SMOOTH[0], random.Random(number), PLAIN)


def any_scene(number: int) -> PlannedOrder:
    """The same where every flow needs work: each scene in its turn, the longer ones more often."""
    scenes = SMOOTH if number % 2 else TOLD_LONGER
    return _order(number, scenes[number // 2 % len(scenes)], random.Random(number), PLAIN)


def releases(orders: Sequence[PlannedOrder]) -> int:
    """How many the warehouses should hold: an order may be split, and a final short shipment leaves a backorder, which
    is released too."""
    return sum(_releases(order.scene.acts) for order in orders)


def _releases(acts: Sequence[Act]) -> int:
    parts = next((act.parts for act in acts if isinstance(act, AcceptEach)), 1)
    return parts + acts.count(Ship("short"))


def _with(faults: Sequence[str]) -> list[Scene]:
    return [scene for scene in SMOOTH for act in scene.acts if isinstance(act, Ship) and set(act.faults) & set(faults)]


def _order(number: int, scene: Scene, dice: random.Random, plain: Sequence[Goods]) -> PlannedOrder:
    basket = [(sku, Decimal(quantity)) for sku, quantity in scene.basket]
    if not basket:
        basket = [(goods.sku, Decimal(dice.randint(2, 9))) for goods in dice.sample(plain, dice.randint(1, 3))]
    customer = dice.choice(CUSTOMERS)[0]
    return PlannedOrder(number, scene, scene.customer or customer, tuple(basket))
