"""The machine in which all of it happens at once: what goes out, comes in, comes back, moves, is counted and billed."""

from collections.abc import Iterator
from contextlib import suppress

from integration.jobs import differences
from integration.jobs.acts import NotAllowed
from integration.models import ExceptionCase
from tests.component.flows.yard import SOMEBODY
from tests.component.property import money, stocks
from tests.component.property.catalogue import Catalogue
from tests.component.property.counting import Counting
from tests.component.property.furnish import Town, furnish
from tests.component.property.machine import choose
from tests.component.property.moving import Moving
from tests.component.property.telling import Telling


class Everything(Telling, Moving, Counting, Catalogue):
    town: Town

    def _furnish(self) -> None:
        self.town = furnish(self.depot)
        self.depot.look()
        self._read_master()

    def _drain(self) -> None:
        self._read_master()
        super()._drain()

    def teardown(self) -> None:
        """What is open is left as it is and proven; then people go through it once, and it is proven again."""
        super().teardown()
        if hasattr(self, "depot"):
            for case in ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED).order_by("pk"):
                with suppress(NotAllowed):  # what was decided before may have closed it
                    self._decide(case)
            self._drain()

    def _decide(self, case: ExceptionCase) -> None:
        if case.code in differences.APPROVAL:
            differences.approve(case.pk, SOMEBODY, "right")
        else:
            choose(self.depot, case, case.pk)

    def _also_wrong(self) -> Iterator[str]:
        yield from stocks.wrong(self.town, self.depot.parted, self.depot.given_up)
        yield from money.wrong(self.depot, self._stopped(), self._unjudged())
        yield from self._wrong_purchases()
        yield from self._wrong_transfers()
        yield from self._wrong_returns()
        yield from self._wrong_counts()
        yield from self._wrong_news()
        yield from self._wrong_master()

    def _count(self) -> None:
        super()._count()
        world = self.depot.wms.server.world.orders
        self.tally.update(
            purchases=len(self.depot.purchases),
            receipts=len(world.advices.receipts),
            returns=len(world.returns.told),
            transfers=len(self.depot.transfers),
        )
