"""What a transfer came to on both sides, and what is missing in between."""

from datetime import UTC, datetime
from decimal import Decimal

from integration.canonical.agreed import Held, LegMove, Measure
from integration.reconcile import passing
from integration.reconcile.comparing import Booked
from integration.reconcile.passing import Item, Leg, LegDiffers, Passing, Spot, Way, WayDiffers

D = Decimal
PIECE, DOZEN = Measure(name="Units"), Measure(name="Dozens", size=D(12))
ROAD, CRATE = 8, 1


def move(quantity: str, *, leaves: bool = True, unit: Measure = PIECE, picking: int = 10, **lots: str) -> LegMove:
    return LegMove(
        id=1,
        picking_id=picking,
        product_id=CRATE,
        sku="CRATE",
        unit=unit,
        own=PIECE,
        quantity=D(quantity),
        leaves=leaves,
        place=ROAD,
        lots={lot: D(share) for lot, share in lots.items()},
        written_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def leg(quantity: str, **lots: str) -> Leg:
    booked = Booked(7, CRATE, "CRATE", "Units", D(quantity), 70)
    return Leg(7, True, [booked], {Item(CRATE, lot): D(share) for lot, share in lots.items()}, frozenset({10, 11}))


def on_the_way(quantity: str, unit: str = "Units") -> Passing:
    way = {Item(CRATE, ""): Way("CRATE", unit, D(quantity), ROAD)}
    return Passing(1, 10, None, [], way, frozenset({10}), between=True, read_at=None)


def differs(one: Leg, *moves: LegMove, posted: frozenset[int] = frozenset({10})) -> list[tuple[str, Decimal, Decimal]]:
    found: list[LegDiffers] = passing.of_leg(one, moves, posted)
    return [(each.lot, each.says, each.found) for each in found]


def test_a_leg_that_moved_as_booked_agrees_whatever_people_moved_besides() -> None:
    assert differs(leg("5"), move("5"), move("2", picking=11), move("5", leaves=False)) == []
    assert differs(leg("5"), move("4"), move("2", picking=11)) == [("", D(6), D(7))]


def test_lots_are_compared_where_all_of_the_product_agrees() -> None:
    assert differs(leg("5", A="3", B="2"), move("5", A="3", B="2")) == []
    assert differs(leg("5", A="3", B="2"), move("5", A="2", B="3")) == [("A", D(2), D(3)), ("B", D(3), D(2))]
    assert differs(leg("5", A="5"), move("4", A="4")) == [("", D(4), D(5))]
    assert differs(leg("5"), move("5", A="5")) == [], "nobody has said which lot it was"


def test_lots_of_a_movement_in_dozens_are_counted_in_the_leg_s_unit() -> None:
    assert differs(leg("24", A="24"), move("2", unit=DOZEN, A="2")) == []
    assert differs(leg("24", A="24"), move("2", unit=DOZEN, B="2")) == [("A", D(0), D(24)), ("B", D(24), D(0))]


def test_what_is_in_between_left_and_has_not_come_in_in_the_product_s_own_unit() -> None:
    found = passing.between([move("2", unit=DOZEN, A="1"), move("5", leaves=False, A="5")])
    assert {each.spot: each.quantity for each in found} == {Spot(ROAD, CRATE, "A"): D(7), Spot(ROAD, CRATE, ""): D(12)}


def test_what_is_missing_in_between_is_missing_of_the_first_that_has_something_there() -> None:
    betweens = {one: passing.between([move(quantity)]) for one, quantity in ((3, "4"), (1, "-1"), (2, "3"))}
    spot = Spot(ROAD, CRATE, "")
    held = [Held(place=ROAD, product_id=CRATE, unit=PIECE, quantity=D(1))]
    assert passing.missing(betweens, held) == {(2, spot): D(3), (3, spot): D(2)}
    enough = [Held(place=ROAD, product_id=CRATE, unit=PIECE, quantity=D(60))]
    assert (passing.missing(betweens, enough), passing.missing({}, held)) == ({}, {})


def test_what_is_on_its_way_by_our_books_has_to_have_moved_and_to_lie_there() -> None:
    there, spot = passing.between([move("10")]), Spot(ROAD, CRATE, "")
    item = Item(CRATE, "")
    assert list(passing.on_the_way(on_the_way("10"), there, {})) == []
    assert list(passing.on_the_way(on_the_way("10"), there, {spot: D(4)})) == [
        WayDiffers(item, "CRATE", D(6), D(10), stale=False)
    ]
    assert list(passing.on_the_way(on_the_way("9"), there, {})) == [WayDiffers(item, "CRATE", D(10), D(9), stale=True)]
    assert list(passing.on_the_way(on_the_way("9"), [], {})) == [WayDiffers(item, "CRATE", D(0), D(9), stale=True)]


def test_what_is_on_its_way_in_dozens_is_compared_in_pieces() -> None:
    there = passing.between([move("2", unit=DOZEN)])
    assert list(passing.on_the_way(on_the_way("2", "Dozens"), there, {})) == []
