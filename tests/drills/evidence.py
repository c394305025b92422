"""What a drill proves: both sides compared by their own books, and what each trouble lost, which must be nothing."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.evidence import documents
from integration.sandbox.day.goods import Shop
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.proof import Evidence, judge
from integration.sandbox.day.scenes import STRAY_CODE
from integration.sandbox.day.sides import add_returns, read_odoo, read_wms
from integration.sandbox.day.troubles import STRAY_RELEASE, STRAY_SHIPMENT
from integration.sandbox.day.wms import Wms
from tests.drills import beside, plan, tables
from tests.drills.beside import Beside, Proven
from tests.drills.tables import Tables

AT_ONCE = 500  # orders are compared
KEPT = ("release", "order", "lines", "shipments")


@dataclass(frozen=True)
class Taken:
    """Something that one side was told is safe: when, by this machine's clock, and whether it came to its end."""

    at: float
    done: bool


@dataclass
class Findings:
    """``lost`` and ``doubled`` count releases and shipments; ``differ`` counts order lines.

    ``proven``: what was found beside the lines of orders, where that was looked at.
    """

    tables: Tables
    taken: list[Taken]
    twice: int
    cases: Sequence[Mapping[str, Any]]
    orders: int = 0
    lines: int = 0
    pieces: int = 0
    releases: int = 0
    shipments: int = 0
    booked: int = 0
    lost: int = 0
    doubled: int = 0
    differ: int = 0
    wrong: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    proven: Proven | None = None

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.differ or self.tables.out_of_order or self.left or self.wrong)

    def recovery(self) -> tuple[float, float]:
        """Seconds from the start of a try that was killed to the end of its job: median and longest."""
        crashes = self.tables.crashes
        return (median(crashes), max(crashes)) if crashes else (0.0, 0.0)

    def point(self, since: float, until: float) -> tuple[int, int]:
        """What was lost of what was taken meanwhile."""
        meanwhile = [each.done for each in self.taken if since <= each.at <= until]
        return meanwhile.count(False), len(meanwhile)


@dataclass(frozen=True)
class Sides:
    """Both sides' books: those of the warehouse as texts by order and release, Odoo's as it answers."""

    held: Mapping[str, Mapping[str, str]]
    strays: Sequence[Mapping[str, Any]]
    returns: Sequence[Mapping[str, Any]]
    shop: Shop
    odoo: Odoo


def look(
    orders: Sequence[PlannedOrder],
    sold_at: Mapping[str, float],
    shop: Shop,
    odoo: Odoo,
    wms: Wms,
    crossdock: Crossdock,
    database_url: str,
    also: Beside | None = None,
    ended: frozenset[str] = frozenset(),
) -> Findings:
    """``also``: what goes on beside the orders, if anything does. ``ended``: messages that a person has seen to."""
    held, told = _books(wms), wms.deliveries()["deliveries"]
    found = Findings(
        tables=tables.look(database_url),
        taken=[],
        twice=sum(each["answers"].count("200") for each in told),
        cases=crossdock.cases(),
    )
    found.taken = [*_messages(told, found.tables.applied | ended), *_sold(sold_at, held)]
    found.left = [*_stuck(orders, crossdock), *found.tables.left]
    sides = Sides(held, wms.strays(), wms.returns(), shop, odoo)
    for start in range(0, len(orders), AT_ONCE):
        _compare(orders[start : start + AT_ONCE], sides, found)
    moved = {doing.name for doing in also.doings} if also else set()
    unknown = held.keys() - sold_at.keys() - moved
    found.wrong += [f"{name} is at the warehouse, and nobody sold it" for name in sorted(unknown)]
    if also:
        found.proven = beside.look(also, orders, crossdock)
        found.wrong += found.proven.wrong
    found.wrong += [f"{case['code']} {case['cause']}" for case in found.cases if case["code"] != STRAY_CODE]
    found.wrong += _slots_wrong(found.tables)
    found.lost += sum(not each.done for each in found.taken)
    found.wrong = list(dict.fromkeys(found.wrong))
    return found


def _books(wms: Wms) -> dict[str, dict[str, str]]:
    """The warehouse's orders by name and release, each as a short text: there may be very many."""
    held: defaultdict[str, dict[str, str]] = defaultdict(dict)
    before, count = -1, 0
    while before != count:
        before = count
        page, count = wms.changes(before)
        for each in page:
            held[each["order"]][each["release"]] = json.dumps({name: each[name] for name in KEPT})
    return held


def _compare(orders: Sequence[PlannedOrder], sides: Sides, found: Findings) -> None:
    """Some orders, line by line."""
    held, odoo = sides.held, sides.odoo
    ids = [order.id for order in orders]
    ours, line_of = read_odoo(odoo, ids, sides.shop)
    books = [json.loads(text) for order in orders for text in held.get(order.name, {}).values()]
    theirs = read_wms(books, line_of, ours)
    add_returns(theirs, sides.returns, documents(orders), ours)
    for order in orders:
        if order.name in theirs:
            theirs[order.name].proofs |= order.proofs
    releases = {each["release"]: each["order"] for each in books}
    verdict = judge(Evidence(orders, ours, theirs, sides.strays, releases, found.cases, ()))
    shipped = Counter({each["order"]: 0 for each in books})
    for each in books:
        shipped[each["order"]] += len(each["shipments"])
    booked, holds = _bookings(odoo, ids), Counter(releases.values())
    wanted = Counter({order.name: plan.releases([order]) for order in orders})
    found.orders += len(orders)
    found.lines += verdict.lines
    found.pieces += int(verdict.units)
    found.releases += holds.total()
    found.shipments += shipped.total()
    found.booked += booked.total()
    found.lost += (shipped - booked).total() + (wanted - holds).total()
    found.doubled += (booked - shipped).total() + (holds - wanted).total()
    found.differ += len([wrong for wrong in verdict.wrong if wrong.order]) + len(verdict.explained)
    found.wrong += [wrong.text for wrong in verdict.wrong]


def _messages(told: Sequence[Mapping[str, Any]], applied: frozenset[str]) -> Iterator[Taken]:
    """Messages that were answered with 2xx: Crossdock has promised to do them."""
    for each in told:
        if each["state"] == "delivered" and each["release"] != STRAY_RELEASE:
            yield Taken(each["at"], each["id"] in applied)


def _sold(sold_at: Mapping[str, float], held: Mapping[str, Any]) -> Iterator[Taken]:
    """Orders that were confirmed in Odoo."""
    for name, at in sold_at.items():
        yield Taken(at, name in held)


def _stuck(orders: Sequence[PlannedOrder], crossdock: Crossdock) -> list[str]:
    jobs = [job for job in [*crossdock.moving(), *crossdock.waiting()] if STRAY_SHIPMENT not in job["subject"]]
    stuck = [f"{job['subject']} is {job['state']}" for job in jobs]
    return stuck + [f"{order.name or order.reference} got stuck half-way" for order in orders if not order.is_over]


def _slots_wrong(found: Tables) -> list[str]:
    slots = found.slots
    wrong = {"slots of a schedule started twice": slots.twice, "slots started by a beat that led no more": slots.late}
    return [f"{count} {what}" for what, count in wrong.items() if count]


def _bookings(odoo: Odoo, ids: list[int]) -> Counter[str]:
    """Done deliveries of each order, by Odoo."""
    names = {row["id"]: row["name"] for row in odoo.rows("sale.order", [["id", "in", ids]], ["name"])}
    left = [["sale_id", "in", ids], ["picking_type_code", "=", "outgoing"], ["state", "=", "done"]]
    done = odoo.rows("stock.picking", left, ["sale_id"])
    return Counter(names[row["sale_id"]] for row in done)
