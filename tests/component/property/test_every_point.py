"""One death at each point in turn: between any two statements, commits and calls of a piece of work, none left out."""

from collections.abc import Callable, Iterator

import pytest

from integration.jobs import sweep
from integration.models import InboundMessage, SyncJob
from tests.component.property.conftest import Builder
from tests.component.property.depot import Depot
from tests.component.property.proof import prove

MOST = 600
LINES = (("CRATE-S", 3.0), ("PAINT-W", 2.0))


def dies_everywhere(
    depot: Depot,
    before: Callable[[], object],
    work: Callable[[], object],
    step: int,
    proof: Callable[[Depot], None] = prove,
) -> int:
    """``work`` ends at every ``step``-th of its points, another time each; returns how often it died."""
    for points in range(0, MOST, step):
        before()
        died = depot.death.kills
        with depot.death.after(points):
            work()
        depot.drain()
        proof(depot)
        assert depot.cases() == [], points
        if depot.death.kills == died:
            return died
    raise AssertionError(f"it takes more than {MOST} points")


def ready(new_depot: Builder) -> Depot:
    """The warehouse says yes to whatever it gets."""
    depot = new_depot(release_point="confirmed")
    depot.wms.server.world.behaviour.acknowledge_after = 0.0
    depot.look()
    return depot


@pytest.fixture(params=[pytest.param(1, marks=pytest.mark.drill), 37], ids=["each", "some"])
def step(request: pytest.FixtureRequest) -> Iterator[int]:
    """Each of them takes minutes."""
    return request.param  # type: ignore[no-any-return]


def test_wherever_the_look_and_the_release_of_an_order_end_the_warehouse_is_asked_once(
    new_depot: Builder, step: int
) -> None:
    depot = ready(new_depot)
    sold: list[str] = []

    def look() -> None:
        sweep.start_polls("odoo_poll")
        depot.run()
        depot.all_arrive()
        depot.run()

    def sell() -> None:
        sold.append(depot.sold(*LINES).release)

    assert dies_everywhere(depot, sell, look, step) * step > 150
    assert {(held.release, held.version) for held in depot.wms.held()} == {(release, 1) for release in sold}


def test_wherever_the_posting_of_a_shipment_ends_it_is_posted_once(new_depot: Builder, step: int) -> None:
    depot = ready(new_depot)
    amounts: list[float] = []

    def release() -> None:
        sale = depot.sold(*LINES)
        depot.look()
        depot.wms.ship(sale.release, "partial" if len(amounts) % 2 else "full", packages=1)
        amounts.append(2.0 if len(amounts) % 2 else 5.0)

    def arrive() -> None:
        depot.all_arrive()
        depot.run()

    assert dies_everywhere(depot, release, arrive, step) * step > 100
    assert [sum(depot.odoo.delivered(sale.id).values()) for sale in depot.sales] == amounts


def test_wherever_the_taking_of_a_message_ends_its_sender_comes_again_and_it_is_there_once(new_depot: Builder) -> None:
    depot = ready(new_depot)
    depot.sold(*LINES)
    depot.look()
    [letter], kept = depot.post.letters, []
    for points in range(MOST):
        died = depot.death.kills
        with depot.death.after(points):
            depot.arrive(letter)
        kept.append(InboundMessage.objects.count())
        if depot.death.kills == died:
            break
    depot.arrive(letter)
    assert (sorted(set(kept)), kept == sorted(kept), len(kept) > 1) == ([0, 1], True, True)
    assert SyncJob.objects.filter(flow="acknowledgement", inbound__external_id=letter.number).count() == 1


def test_wherever_a_posting_stands_still_others_go_on_and_it_is_posted_once(new_depot: Builder, step: int) -> None:
    depot = ready(new_depot)

    def meanwhile() -> None:
        depot.pass_time(400)
        depot.run()

    for points in range(0, MOST, step):
        sale = depot.sold(*LINES)
        depot.look()
        depot.wms.ship(sale.release, packages=1)
        stops = depot.death.stops
        depot.all_arrive()
        with depot.death.after(points, meanwhile):
            depot.run()
        depot.drain()
        prove(depot)
        assert (depot.cases(), depot.odoo.delivered(sale.id)) == ([], dict(LINES)), points
        if depot.death.stops == stops:
            break
    assert depot.death.stops * step > 100
