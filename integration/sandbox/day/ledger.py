"""The day's orders, each with its scene and how far it has been played."""

import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integration.sandbox.day.acts import Act
from integration.sandbox.day.goods import CUSTOMERS, PLAIN
from integration.sandbox.day.longer import LONGER
from integration.sandbox.day.scenes import Scene, shares

SEED = 1964  # every day is the same day


@dataclass
class PlannedOrder:
    """``id`` and ``name`` are Odoo's, once it is sold. ``played``: how many of the scene's acts are done.

    ``left``: how many pieces were carried out of the warehouse. ``documents``: numbers of its returns and counts.
    ``proofs``: the files that were handed over, by name and what they are known by. ``look_at``: when the next act is
    tried again that could not be played, by the monotonic clock.
    """

    number: int
    scene: Scene
    customer: str
    basket: tuple[tuple[str, Decimal], ...]
    id: int = 0
    name: str = ""
    played: int = 0
    left: Decimal = Decimal(0)
    shipment: dict[str, Any] = field(default_factory=dict)
    documents: set[str] = field(default_factory=set)
    proofs: set[str] = field(default_factory=set)
    look_at: float = 0.0

    @property
    def reference(self) -> str:
        return f"PO-{self.number:04d}"

    @property
    def next_act(self) -> Act | None:
        return self.scene.acts[self.played] if self.played < len(self.scene.acts) else None

    @property
    def is_over(self) -> bool:
        return bool(self.name) and self.next_act is None


def plan(orders: int) -> list[PlannedOrder]:
    """So many orders in a shuffled sequence, so that every scene meets every trouble."""
    dice = random.Random(SEED)  # noqa: S311
    scenes = [scene for scene, count in shares(orders) for _ in range(count)]
    scenes += LONGER
    dice.shuffle(scenes)
    return [_order(number, scene, dice) for number, scene in enumerate(scenes, 1)]


def _order(number: int, scene: Scene, dice: random.Random) -> PlannedOrder:
    customer = scene.customer or dice.choice(CUSTOMERS)[0]
    basket = [(sku, Decimal(quantity)) for sku, quantity in scene.basket]
    if not basket:
        chosen = dice.sample(PLAIN, dice.randint(1, 3))
        basket = [(goods.sku, Decimal(dice.randint(2, 9))) for goods in chosen]
    return PlannedOrder(number, scene, customer, tuple(basket))
