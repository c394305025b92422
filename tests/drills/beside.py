"""What a drill proves beside the lines of its orders: stock by product, lot and place, each document, and money.

And that Crossdock shows the stock that both sides have, and told the warehouse of the products that Odoo has.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integration.sandbox.day import closing, evidence, money, stock_proof
from integration.sandbox.day.acts import CountFirst
from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.doing import Doing, Errand, People
from integration.sandbox.day.errands import RECEIPTS, STOCK, TRANSFERS
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.proof import Verdict
from integration.sandbox.day.shelves import Held, Slot, return_of
from integration.sandbox.day.sides import read_odoo
from integration.sandbox.day.stock_proof import StockEvidence
from integration.sandbox.day.stocktaking import Count

AT_ONCE = 500  # orders whose money is looked at
SHIPMENTS, RETURNS = "orders: shipments, and counts of what they take", "returns"
KINDS: Sequence[tuple[str, Sequence[Errand]]] = (
    ("purchases: receipts and put-aways", RECEIPTS),
    ("transfers between warehouses", TRANSFERS),
    ("adjustments and counts", STOCK),
)
NONE = Decimal(0)


@dataclass(frozen=True)
class Beside:
    """``since``: the latest movement in Odoo before the drill began."""

    people: People
    doings: Sequence[Doing]
    since: int


@dataclass
class Documents:
    """Of one kind: how many moved goods, and how many are booked too little, too often, or otherwise than told."""

    moved: int = 0
    lost: int = 0
    doubled: int = 0
    differ: int = 0


@dataclass(frozen=True)
class Proven:
    """``stock`` and ``paid``: what the day's proofs found; ``documents`` by kind."""

    stock: Verdict
    paid: Verdict
    documents: Mapping[str, Documents]

    @property
    def wrong(self) -> list[str]:
        return [wrong.text for verdict in (self.stock, self.paid) for wrong in verdict.wrong]


def look(beside: Beside, orders: Sequence[PlannedOrder], crossdock: Crossdock) -> Proven:
    people, stock, paid = beside.people, Verdict(), Verdict()
    for start in range(0, len(orders), AT_ONCE):
        some = orders[start : start + AT_ONCE]
        books, _ = read_odoo(people.odoo, [order.id for order in some], people.shop)
        money.judge(people.odoo, people.shop, some, books, (), paid)
    money.judge(people.odoo, people.shop, (), {}, beside.doings, paid)
    shown = closing.list_stock(people, crossdock)
    found = evidence.of_stock(people, orders, beside.doings, beside.since)
    put_counts_together(found)
    stock_proof.judge(found, stock)
    closing.judge_shown(people, shown, found.odoo, found.wms, stock)
    closing.judge_told(people, stock)
    closing.judge_dates(people, beside.doings, stock)
    return Proven(stock, paid, documents(found))


def put_counts_together(found: StockEvidence) -> None:
    """Of counts that overtake each other the latest posts what all of them found: where they agree in sum, each counts
    as having posted its own. What was shipped beside them the lines of the orders prove, each for itself."""
    counts = [doing.title for doing in found.doings if any(isinstance(deed, Count) for deed in doing.scene.deeds)]
    counts += [order.name for order in found.orders if any(isinstance(act, CountFirst) for act in order.scene.acts)]
    ours, theirs = found.odoo.moved, found.wms.moved
    for slot in {slot for owner in counts for moved in (ours, theirs) for slot in moved.get(owner, ())}:
        sums = [sum((moved[owner][slot] for owner in counts if owner in moved), NONE) for moved in (ours, theirs)]
        if sums[0] == sums[1]:
            for owner in counts:
                ours[owner][slot] = theirs[owner][slot]


def documents(found: StockEvidence) -> dict[str, Documents]:
    """What each document moved on both sides, by kind. What nobody's document explains stands in the stock's proof."""
    kinds = _kinds(found.orders, found.doings)
    counted: dict[str, Documents] = {name: Documents() for name in dict.fromkeys(kinds.values())}
    for owner in {*found.odoo.moved, *found.wms.moved} & kinds.keys():
        of_kind = counted[kinds[owner]]
        of_kind.moved += 1
        found_so = Counter(_compared(found.wms.moved[owner], found.odoo.moved[owner]))
        of_kind.lost += bool(found_so["lost"])
        of_kind.doubled += bool(found_so["doubled"])
        of_kind.differ += bool(found_so["differ"])
    return counted


def _kinds(orders: Sequence[PlannedOrder], doings: Sequence[Doing]) -> dict[str, str]:
    """By whose the movements are."""
    kinds = {doing.title: name for doing in doings for name, errands in KINDS if doing.scene in errands}
    return kinds | {name: kind for order in orders for name, kind in _both(order.name)}


def _both(order: str) -> Sequence[tuple[str, str]]:
    return (order, SHIPMENTS), (return_of(order), RETURNS)


def _compared(wms: Held, odoo: Held) -> Sequence[str]:
    """How each product, lot and place that differs does so."""
    slots = {*wms, *odoo}
    return [_difference(wms.get(slot, NONE), odoo.get(slot, NONE)) for slot in slots if _differs(wms, odoo, slot)]


def _differs(wms: Held, odoo: Held, slot: Slot) -> bool:
    return wms.get(slot, NONE) != odoo.get(slot, NONE)


def _difference(wms: Decimal, odoo: Decimal) -> str:
    if not odoo:
        return "lost"
    return "doubled" if abs(odoo) > abs(wms) and wms * odoo >= 0 else "differ"
