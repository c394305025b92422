"""Each cause takes exactly its units; what is only likely counts where nothing else fits as well."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from integration.models import VarianceCause
from integration.rules.claims import Claim, Evidence, Explained, Gap, Sure, Why
from integration.rules.explaining import explain
from integration.rules.places import Slot

D = Decimal
NAIL = Slot(1, 8)
A, B, C = (Slot(2, 8, lot) for lot in "ABC")
HAND, DECIDED, LIKELY, INFERRED = Sure


def claim(why: Why, sure: Sure, quantity: int, slot: Slot = NAIL, number: str = "N", **more: Any) -> Claim:
    return Claim(why, sure, ((slot, D(quantity)),), number, **more)


def gap(says: int, found: int, slot: Slot = NAIL) -> Gap:
    return Gap(slot, "X", D(says), D(found))


def said(explained: Explained) -> tuple[list[tuple[str, int]], int]:
    """By cause, in the order of the alphabet."""
    units = sorted((each.cause.value, int(each.quantity)) for each in explained.causes)
    return units, int(explained.unexplained)


def one(says: int, found: int, *claims: Claim, **more: Any) -> tuple[list[tuple[str, int]], int]:
    return said(explain([gap(says, found)], Evidence(claims, **more))[NAIL])


SHIPPED = claim(Why.NOT_YET, HAND, -6)
STUCK = claim(Why.FAILED, HAND, -3)
KEYED = claim(Why.BY_HAND, DECIDED, -4)
NO = claim(Why.REFUSED, DECIDED, 5)
LOST = claim(Why.MISSING, LIKELY, -7)
TWICE = claim(Why.DUPLICATE, LIKELY, 7)
ALONE = claim(Why.ONE_SIDED, INFERRED, -2)
PACKS: dict[str, Any] = {"packs": {NAIL: D(12)}}
UNITS: dict[str, Any] = {"ratios": {1: frozenset({Fraction(12), Fraction(1, 12)})}}


def test_causes_are_those_that_are_kept() -> None:
    assert {why.value for why in Why} == set(VarianceCause.Cause.values)


@pytest.mark.parametrize(
    ("says", "found", "claims", "more", "causes", "rest"),
    [
        (320, 314, [SHIPPED], {}, [("not_yet", -6)], 0),
        (320, 312, [SHIPPED], PACKS, [("not_yet", -6), ("rounding", -2)], 0),
        (320, 312, [SHIPPED], {}, [("not_yet", -6)], -2),
        (320, 311, [SHIPPED, STUCK], {}, [("not_yet", -6), ("failed", -3)], 0),
        (320, 315, [SHIPPED, KEYED, NO], {}, [("not_yet", -6), ("refused", 5), ("by_hand", -4)], 0),
        (320, 313, [LOST], {}, [("missing", -7)], 0),
        (320, 307, [SHIPPED, LOST], {}, [("not_yet", -6), ("missing", -7)], 0),
        (320, 312, [LOST], {}, [], -8),
        (320, 327, [TWICE], {}, [("duplicate", 7)], 0),
        (320, 318, [ALONE], {}, [("one_sided", -2)], 0),
        (320, 317, [ALONE], {}, [], -3),
        (144, 12, [], UNITS, [("unit", -132)], 0),
        (12, 144, [], UNITS, [("unit", 132)], 0),
        (150, 12, [SHIPPED], UNITS, [("not_yet", -6), ("unit", -132)], 0),
        (320, 312, [], PACKS, [("rounding", -8)], 0),
        (319, 324, [], PACKS, [("rounding", 5)], 0),
        (320, 306, [], PACKS, [], -14),
        (320, 324, [], {}, [], 4),
    ],
)
def test_a_cause_takes_exactly_its_units(
    says: int, found: int, claims: list[Claim], more: dict[str, Any], causes: list[Any], rest: int
) -> None:
    assert one(says, found, *claims, **more) == (sorted(causes), rest)


@pytest.mark.parametrize(
    ("says", "found", "claims", "more", "causes", "rest"),
    [
        (320, 313, [LOST, claim(Why.REFUSED, LIKELY, -7)], {}, [], -7),
        (320, 307, [SHIPPED, LOST, claim(Why.REFUSED, LIKELY, -7)], {}, [("not_yet", -6)], -7),
        (320, 312, [claim(Why.ONE_SIDED, INFERRED, -8)], PACKS, [], -8),
        (24, 2, [claim(Why.ONE_SIDED, INFERRED, -22)], UNITS, [], -22),
        (320, 314, [SHIPPED, STUCK, claim(Why.FAILED, HAND, -3, number="M")], {}, [], -6),
        (320, 313, [LOST, claim(Why.REFUSED, LIKELY, -7), claim(Why.MISSING, LIKELY, -7)], {}, [], -7),
        (320, 313, [LOST, claim(Why.REFUSED, LIKELY, 2), claim(Why.BY_HAND, LIKELY, -2)], {}, [("missing", -7)], 0),
    ],
)
def test_what_two_could_take_equally_is_unexplained(
    says: int, found: int, claims: list[Claim], more: dict[str, Any], causes: list[Any], rest: int
) -> None:
    assert one(says, found, *claims, **more) == (causes, rest)


def test_two_that_say_the_same_are_no_contradiction() -> None:
    twice = [claim(Why.MISSING, LIKELY, -7, number=number) for number in ("A", "B")]
    assert one(320, 313, *twice) == ([("missing", -7)], 0)


def test_what_is_sure_takes_no_more_than_there_is() -> None:
    assert one(320, 318, SHIPPED) == ([], -2)
    assert one(320, 326, SHIPPED) == ([], 6)


def test_of_what_is_sure_a_part_may_be_it() -> None:
    assert one(320, 316, SHIPPED, KEYED) == ([("by_hand", -4)], 0)


def both(*gaps: Gap, claims: tuple[Claim, ...] = (), **more: Any) -> dict[str, Any]:
    found = explain(gaps, Evidence(claims, **more))
    return {slot.lot: said(explained) for slot, explained in found.items()}


def test_one_lot_took_another_one_s_place() -> None:
    assert both(gap(10, 6, A), gap(10, 14, B)) == {"A": ([("lot", -4)], 0), "B": ([("lot", 4)], 0)}


def test_lots_in_another_order() -> None:
    swapped = both(gap(5, 8, A), gap(8, 14, B), gap(14, 5, C))
    assert swapped == {"A": ([("lot", 3)], 0), "B": ([("lot", 6)], 0), "C": ([("lot", -9)], 0)}
    assert both(gap(5, 8, A), gap(8, 14, B), gap(14, 6, C)) == {"A": ([], 3), "B": ([], 6), "C": ([], -8)}


def test_of_two_that_lack_the_same_it_may_be_either() -> None:
    assert both(gap(10, 6, A), gap(10, 14, B), gap(10, 6, C)) == {"A": ([], -4), "B": ([], 4), "C": ([], -4)}


def test_a_document_goes_before_another_lot_and_a_guess_does_not() -> None:
    no = claim(Why.REFUSED, DECIDED, 4, B)
    assert both(gap(10, 6, A), gap(10, 14, B), claims=(no,)) == {"A": ([], -4), "B": ([("refused", 4)], 0)}
    alone = claim(Why.ONE_SIDED, INFERRED, 4, B)
    assert both(gap(10, 6, A), gap(10, 14, B), claims=(alone,)) == {"A": ([], -4), "B": ([], 4)}


def test_what_moves_two_slots_moves_both_or_none() -> None:
    moved = Claim(Why.REFUSED, DECIDED, ((A, D(-4)), (B, D(4))), "M")
    assert both(gap(10, 6, A), gap(10, 14, B), claims=(moved,))["A"] == ([("refused", -4)], 0)
    assert both(gap(10, 6, A), claims=(moved,)) == {"A": ([], -4)}


def test_in_flight_is_what_is_under_way_and_not_late() -> None:
    def flies(*claims: Claim, found: int = 314) -> bool:
        return explain([gap(320, found)], Evidence(claims))[NAIL].in_flight

    late = claim(Why.NOT_YET, HAND, -6, late=True)
    assert (flies(SHIPPED), flies(late), flies(SHIPPED, found=312), flies()) == (True, False, False, False)


MANY = tuple(claim(Why.MISSING, LIKELY, -(2**power), number=f"M{power}") for power in range(11))  # more than MOST


def test_of_more_documents_than_are_told_apart_none_is_named_nor_a_guess_beside_them() -> None:
    assert one(3000, 2999, *MANY, claim(Why.ONE_SIDED, INFERRED, -1)) == ([], -1)
    assert one(3000, 2993, SHIPPED, *MANY, claim(Why.ONE_SIDED, INFERRED, -1)) == ([("not_yet", -6)], -1)
    assert one(3000, 2994, SHIPPED, *MANY) == ([("not_yet", -6)], 0)


def test_of_more_ways_than_are_told_apart_none_is_taken() -> None:
    """One claim holds eleven lots together, and each of them may be short for two reasons."""
    lots = [Slot(2, 8, f"L{number}") for number in range(11)]
    joined = Claim(Why.MISSING, LIKELY, tuple((lot, D(-1)) for lot in lots), "M")
    hints = [claim(why, INFERRED, -3, lot) for lot in lots for why in (Why.ONE_SIDED, Why.DUPLICATE)]
    found = explain([gap(10, 7, lot) for lot in lots], Evidence((joined, *hints)))
    assert [said(found[lot]) for lot in lots] == [([], -3)] * 11
