"""Counts, adjustments, moves and shipments in any order, twice, late, with deaths and lost answers: it ends exact.

Each round is a random interleaving of its own; STOCK_ROUNDS=1000 plays so many, with other ones each time.
"""

import os
import random
from datetime import timedelta
from itertools import cycle

from tests.component.property.conftest import Builder
from tests.component.property.shelf import D, Shelf

ASKED = os.environ.get("STOCK_ROUNDS", "")
ROUNDS = int(ASKED or 8)
IN_ONE_DEPOT, OF_ONE_SALE = 20, 5
POINTS = 130  # what the three documents take together
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
        print(f"{number + 1} rounds from seed {SEED}", flush=True)  # noqa: T201


def test_wherever_a_worker_dies_stock_changes_once(new_depot: Builder) -> None:
    """It dies after so many statements, commits and calls; the next one finds what was done."""
    shelf = Shelf(new_depot("18", release_point="confirmed"), random.Random(1))
    for point in range(3, POINTS, 2 if ASKED else 12):
        shelf.clock += timedelta(seconds=1)
        at = shelf.clock.isoformat()
        shelf.shelves.adjust({"sku": "P-PLAIN", "quantity": "-2"}, adjusted_at=at)
        shelf.shelves.adjust({"sku": "P-GLUE", "lot": "L1", "quantity": "1", "to_condition": "damaged"}, adjusted_at=at)
        shelf.shelves.count({"sku": "P-GLUE", "lot": "L2", "quantity": str(2000 - point)}, counted_at=at)
        shelf.counts["GLUE", "L2", "good"].append((shelf.clock, D(-point)))
        shelf.depot.all_arrive()
        with shelf.depot.death.after(point):
            shelf.depot.run()
        shelf.rest()
        shelf.prove()
    assert shelf.depot.death.kills > 0
