"""A backup is restored, and goods have come in since it was made: they are found in Odoo, and counted once."""

import time
from collections.abc import Callable

import pytest

from integration.jobs import generation, recovery
from integration.models import Recovery
from tests.component.flows.recovered import restored
from tests.component.flows.yard import SOMEBODY, Bought, Yard
from tests.rig import backup

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("counted", "settled")]

TEN = {"CRATE-S": (10, 10, 10)}


@pytest.fixture
def receiving(yard: Yard) -> Yard:
    yard.set(receipt_mode="live")
    generation.count()
    return yard


def lost(yard: Yard, happens: Callable[[], Bought]) -> Bought:
    """What happens is done on both sides, gone here, and told again. Nothing is written before the release."""
    taken, since = backup.take(), time.time()
    bought = happens()
    restored(yard, taken)
    writes, advices = yard.odoo.writes(), yard.wms.advices(bought.name)
    yard.look()
    yard.wms.control("repeat", since=since)
    yard.run()
    yard.later()
    assert (yard.odoo.writes(), yard.wms.advices(bought.name)) == (writes, advices)
    recovery.release(Recovery.objects.get().pk, SOMEBODY, "sent again")
    yard.later()
    assert (yard.odoo.writes(), yard.wms.advices(bought.name)) == (writes, advices)
    assert (yard.cases(), yard.unfinished()) == ([], [])
    return bought


def test_what_was_announced_and_came_in_since_the_backup(receiving: Yard) -> None:
    def happens() -> Bought:
        bought = receiving.expected(("CRATE-S", 10), ("ROPE-10", 4))
        receiving.receive(bought.advice)
        return bought

    bought = lost(receiving, happens)
    assert receiving.arrived(bought) == {**TEN, "ROPE-10": (4, 4, 4)}
    assert receiving.came(bought.advice) == "received"


def test_what_was_announced_before_it_and_came_in_since(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice, "partial")

    def happens() -> Bought:
        receiving.receive(bought.advice)
        return bought

    lost(receiving, happens)
    assert (receiving.arrived(bought), receiving.came(bought.advice)) == (TEN, "received")


def test_a_part_of_it_came_and_the_rest_is_not_announced_as_new(receiving: Yard) -> None:
    def happens() -> Bought:
        bought = receiving.expected(("CRATE-S", 10))
        receiving.receive(bought.advice, "partial")
        return bought

    bought = lost(receiving, happens)
    assert (receiving.arrived(bought), receiving.came(bought.advice)) == ({"CRATE-S": (5, 5, 5)}, "part_received")
    receiving.receive(bought.advice)
    assert (receiving.arrived(bought), receiving.came(bought.advice)) == (TEN, "received")
    assert (len(receiving.wms.advices()), receiving.cases()) == (1, [])


def test_two_parts_of_it_came(receiving: Yard) -> None:
    def happens() -> Bought:
        bought = receiving.expected(("CRATE-S", 10))
        receiving.receive(bought.advice, "partial")
        receiving.receive(bought.advice)
        return bought

    bought = lost(receiving, happens)
    assert (receiving.arrived(bought), receiving.came(bought.advice)) == (TEN, "received")


def test_it_came_short_and_its_rest_was_announced_by_itself(receiving: Yard) -> None:
    def happens() -> Bought:
        bought = receiving.expected(("CRATE-S", 10))
        receiving.receive(bought.advice, "short")
        receiving.look()
        return bought

    bought = lost(receiving, happens)
    [_, rest] = receiving.receipts(bought.id)
    receiving.wms.accept("", advice=rest[0])
    receiving.receive(rest[0])
    assert (receiving.arrived(bought), receiving.came(rest[0])) == (TEN, "received")
    assert (len(receiving.wms.advices()), receiving.cases()) == (2, [])
