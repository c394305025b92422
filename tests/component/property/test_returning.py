"""One death at each point of taking goods back: they are in stock once, and credited once."""

import pytest

from integration.models import StockEvent
from tests.component.flows.returns import Dock, line
from tests.component.property.conftest import Builder
from tests.component.property.depot import Depot
from tests.component.property.test_every_point import dies_everywhere, ready

LINES = (("CRATE-S", 3.0), ("PAINT-W", 2.0))
PLENTY = 5000


def fill(depot: Depot) -> None:
    """As many pieces as there are points, and more."""
    for code, _ in LINES:
        product = depot.odoo.id_of("product.product", code, "default_code")
        lots = depot.odoo.rows("stock.lot", [["product_id", "=", product]], "name")
        depot.odoo.put(product, PLENTY, **({"lot_id": lots[0]["id"]} if lots else {}))


def at_rest(depot: Depot) -> None:
    """The sums of deliveries do not know of returns: those are looked at in the end."""
    assert depot.unfinished() == []


@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.drill), 29], ids=["each", "some"])
def test_wherever_the_taking_in_of_a_return_ends_it_is_taken_in_once(new_depot: Builder, step: int) -> None:
    depot = ready(new_depot)
    dock = Dock(depot)
    dock.ledger.by_delivery("CRATE-S", "PAINT-W")
    dock.ledger.rule("invoice")
    dock.ledger.rule("credit_note")
    fill(depot)

    def send_back() -> None:
        sale = depot.sold(*LINES)
        depot.look()
        depot.wms.ship(sale.release, packages=1)
        depot.drain()
        back = [line("CRATE-S", 2), line("CRATE-S", 1, None)]
        depot.wms.control("return", site="NORTH", release=sale.release, lines=back)

    def arrive() -> None:
        depot.all_arrive()
        depot.run()

    assert dies_everywhere(depot, send_back, arrive, step, at_rest) * step > 100
    for sale in depot.sales:
        assert depot.odoo.delivered(sale.id) == {"CRATE-S": 0, "PAINT-W": 2}, sale
        came = StockEvent.objects.filter(document__parent__reference=sale.name, kind="returned")
        assert sorted(came.values_list("condition", "quantity")) == [("good", 2), ("quarantine", 1)], sale
        assert [one.kind for one in dock.ledger.invoices(sale)] == ["out_invoice"], sale
