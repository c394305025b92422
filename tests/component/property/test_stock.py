"""Counts, adjustments, moves and shipments in any order, twice, late, with deaths and lost answers: it ends exact.

Each round is a random interleaving of its own; STOCK_ROUNDS=1000 plays so many, with other ones each time.
"""

import os
import random
from itertools import cycle

from tests.component.property.conftest import Builder
from tests.component.property.shelf import Shelf

ASKED = os.environ.get("STOCK_ROUNDS", "")
ROUNDS = int(ASKED or 8)
IN_ONE_DEPOT, OF_ONE_SALE = 20, 5
SEED = os.environ.get("STOCK_SEED", "") or (str(random.SystemRandom().randrange(10**9)) if ASKED else "1")


def test_odoo_holds_what_the_warehouse_holds_whatever_happened(new_depot: Builder) -> None:
    versions, shelf = cycle(("18", "16", "17", "19")), None
    for number in range(ROUNDS):
        seed = f"{SEED}/{number}"
        chance = random.Random(seed)
        if number % (IN_ONE_DEPOT if ASKED else 2) == 0 or shelf is None:
            depot = new_depot(next(versions), release_point="confirmed")
            shelf = Shelf(depot, chance)
        shelf.chance, shelf.done = chance, []
        if shelf.sale is None or number % OF_ONE_SALE == 0:
            shelf.sell()
        for _ in range(chance.randint(4, 18)):
            shelf.step()
        shelf.rest()
        try:
            shelf.prove()
        except AssertionError as wrong:
            raise AssertionError(f"round {seed} on Odoo {depot.odoo.version}: {wrong}") from wrong
    print(f"{ROUNDS} rounds from seed {SEED}")  # noqa: T201
