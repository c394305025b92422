"""All that goes on whatever becomes of Crossdock: people sell and buy, the warehouse ships, receives and counts."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from math import ceil

from integration.sandbox.day.doing import People
from integration.sandbox.day.http import NoAnswer
from integration.sandbox.day.ledger import PlannedOrder
from tests.drills.errands import Errands
from tests.drills.hands import Hands
from tests.drills.patience import Patience

TICK, LOOK_EVERY = 0.1, 1.0
DONE = [["state", "=", "done"]]
LEFT = [["sale_id", "!=", False], ["picking_type_code", "=", "outgoing"], *DONE]


@dataclass(frozen=True)
class Written:
    """What Crossdock has written: transfers that are done in Odoo, and what the warehouse was asked for."""

    transfers: int
    releases: int
    advices: int


@dataclass
class Business:
    """``planned``: all orders; those that were begun stand in ``hands.orders``. ``booked``: shipments, by Odoo."""

    people: People
    planned: Sequence[PlannedOrder]
    hands: Hands
    errands: Errands
    patience: Patience
    booked: int = 0
    look_at: float = 0.0

    def goes_on(self, share: float, happened: Callable[[], bool], otherwise: str) -> None:
        """Until it has happened; no further than to that share of what is planned. Raises LocalError."""
        begun = len(self.hands.orders)
        self.hands.orders.extend(self.planned[begun : ceil(share * len(self.planned))])
        self.patience.until(partial(self._one_more, happened), otherwise, every=TICK)

    @property
    def share(self) -> float:
        return self.hands.sold / len(self.planned)

    @property
    def over(self) -> bool:
        return self.share >= 1 and self.hands.over and self.errands.over

    def written(self) -> Written:
        transfers = int(self.people.odoo.call("stock.picking", "search_count", DONE))
        advices = {doing.name for doing in self.errands.doings if doing.name}
        return Written(
            transfers,
            len(self.people.wms.books()["orders"]),
            sum(len(self.people.wms.advices(name)) for name in advices),
        )

    def _one_more(self, happened: Callable[[], bool]) -> bool:
        if time.monotonic() > self.look_at:
            self._look()
        self.hands.sell(self.booked)
        self.hands.ship()
        self.errands.work(self.share)
        return happened()

    def _look(self) -> None:
        with suppress(NoAnswer):
            self.booked = int(self.people.odoo.call("stock.picking", "search_count", LEFT))
        self.look_at = time.monotonic() + LOOK_EVERY
