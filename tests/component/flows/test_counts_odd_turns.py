"""Counts beside what goes another way than it was meant to: substitutes, refusals, acts of people."""

from decimal import Decimal

import pytest

from tests.component.flows.shelves import Shelves
from tests.component.flows.test_counts import NAIL, counted, nails, released

__all__ = ["nails"]
pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
BOLT = ("BOLT", "", "good")


def swapped(shelves: Shelves) -> None:
    """Of five nails two went as bolts, and no rule allows it."""
    shelves.stock("BOLT", 20)
    sale, line = released(shelves), shelves.yard.line
    instead = line(sale, sku="P-BOLT", quantity="2", substitute=True)
    shelves.yard.shipped(sale, lines=[line(sale, quantity="3"), instead])


def test_a_substitute_that_waits_for_a_person_is_reckoned_as_what_left(nails: Shelves) -> None:
    swapped(nails)
    nails.count()
    nails.yard.run()
    assert nails.states() == [("counted", "equal"), ("counted", "equal")]
    nails.yard.choose("CD-5020", "accept")
    assert (counted(nails), nails.agree(), nails.yard.unfinished()) == ([], True, [])
    assert nails.odoo() == {NAIL: D(17), BOLT: D(18)}


def test_and_when_it_is_refused_the_counts_are_judged_again(nails: Shelves) -> None:
    swapped(nails)
    nails.count()
    nails.yard.run()
    nails.yard.choose("CD-5020", "refuse")
    assert sorted(counted(nails)) == [D(-3), D(-2)]
    assert (nails.agree(), nails.yard.cases(), nails.yard.unfinished()) == (True, [], [])
