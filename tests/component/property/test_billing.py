"""One death at each point of the making of an invoice: it is billed once, marked and posted."""

import pytest

from tests.component.flows.ledger import Ledger
from tests.component.property.conftest import Builder
from tests.component.property.test_every_point import dies_everywhere, ready

LINES = (("CRATE-S", 3.0), ("PAINT-W", 2.0))


@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.drill), 17], ids=["each", "some"])
def test_wherever_the_making_of_an_invoice_ends_it_is_billed_once(new_depot: Builder, step: int) -> None:
    depot = ready(new_depot)
    ledger = Ledger(depot)
    ledger.by_delivery("CRATE-S", "PAINT-W")
    ledger.rule("invoice")

    def ship() -> None:
        sale = depot.sold(*LINES)
        depot.look()
        depot.wms.ship(sale.release, packages=1)

    def arrive() -> None:
        depot.all_arrive()
        depot.run()

    assert dies_everywhere(depot, ship, arrive, step) * step > 100
    for sale in depot.sales:
        assert ledger.billed(sale) == [(3, 3), (2, 2)], sale
        assert [(one.state, one.origin.count("SHP")) for one in ledger.invoices(sale)] == [("posted", 1)], sale
