"""One death at each point of the work on what comes in: announced once, booked once, on all three sides."""

from integration.jobs import sweep
from tests.component.flows.yard import Bought
from tests.component.property.conftest import Builder
from tests.component.property.depot import Depot
from tests.component.property.test_every_point import dies_everywhere, step

__all__ = ["step"]


def ready(new_depot: Builder) -> Depot:
    """The warehouse says yes to whatever it gets."""
    depot = new_depot(receipt_mode="live")
    depot.wms.server.world.behaviour.acknowledge_after = 0.0
    depot.look()
    return depot


def test_wherever_the_look_at_a_purchase_ends_it_is_announced_once(new_depot: Builder, step: int) -> None:
    depot = ready(new_depot)
    bought: list[Bought] = []

    def look() -> None:
        sweep.start_polls("odoo_poll")
        depot.run()
        depot.all_arrive()
        depot.run()

    def buy() -> None:
        bought.append(depot.buy(("CRATE-S", 4)))

    assert dies_everywhere(depot, buy, look, step) * step > 100
    told = [depot.wms.expected(each.name) for each in bought]
    assert told == [[(each.advice, 1, "purchase", {"P-CRATE-S": "4"})] for each in bought]
    assert {depot.came(each.advice) for each in bought} == {"accepted"}


def test_wherever_the_posting_of_a_receipt_ends_it_is_booked_once(new_depot: Builder, step: int) -> None:
    depot = ready(new_depot)
    bought: list[Bought] = []

    def buy() -> None:
        bought.append(depot.buy(("CRATE-S", 4)))
        depot.look()
        depot.all_arrive()
        depot.run()
        depot.wms.receive(bought[-1].advice, "partial" if len(bought) % 2 else "full")

    def arrive() -> None:
        depot.all_arrive()
        depot.run()

    assert dies_everywhere(depot, buy, arrive, step) * step > 50
    amounts = [2.0 if number % 2 else 4.0 for number in range(1, len(bought) + 1)]
    assert [depot.arrived(each) for each in bought] == [{"CRATE-S": (amount,) * 3} for amount in amounts]
