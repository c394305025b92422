"""Do both systems agree, line by line? And where they do not, is there an open case that says why?"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integration.sandbox.day.doing import Doing, Errand
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.scenes import NOT_RELEASED, STRAY_CODE, Scene
from integration.sandbox.day.sides import Books, LineBook, OrderBook
from integration.sandbox.day.troubles import STRAY_SHIPMENT

NOTHING = "nothing"
MONEY = frozenset({"invoiced", "credited", "billed"})  # what is proven of invoices
Case = Mapping[str, Any]
BY_CODE = ("CD-3001", "CD-3002", "CD-3005", "CD-3006", "CD-3020")  # about a code or a field: they name no order


@dataclass(frozen=True)
class Difference:
    """``kind``: ordered, shipped, lots, packages, tracking, freight, proofs, delivered, returned, not at the
    warehouse, stock at a place, invoiced, credited, billed, received."""

    order: str
    line: str
    kind: str
    wms: str
    odoo: str
    because: str = ""


@dataclass(frozen=True)
class Wrong:
    """Something that is not as it should be; ``order`` is empty where it is about none."""

    order: str
    text: str


@dataclass(frozen=True)
class Shadowed:
    """How a warehouse came out of shadow. ``slips``: of people, found among what was ``compared``. Of what was open,
    ``known`` to the warehouse, ``sent`` and ``booked`` once. ``orders``: that it had in all."""

    compared: int = 0
    slips: int = 0
    known: int = 0
    sent: int = 0
    booked: int = 0
    orders: int = 0


@dataclass
class Verdict:
    """``explained``: planned, and said by an open case. ``wrong``: everything else that is not as it should be.

    ``lines`` and ``units`` are of orders; ``moves`` of all documents, by product, lot and place; ``slots``: products,
    lots and places that hold something; ``money``: by kind, without taxes. ``shown``: rows of stock that Crossdock
    shows; ``told``: records of master data that the warehouse was told.
    """

    lines: int = 0
    units: Decimal = Decimal(0)
    moves: int = 0
    slots: int = 0
    shown: int = 0
    told: int = 0
    money: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    explained: list[Difference] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    shadowed: Shadowed = Shadowed()

    @property
    def good(self) -> bool:
        return not self.wrong


@dataclass(frozen=True)
class Evidence:
    """What both sides and Crossdock's list of open cases say at the end of the day."""

    orders: Sequence[PlannedOrder]
    odoo: Books
    wms: Books
    strays: Sequence[Mapping[str, Any]]
    releases: Mapping[str, str]  # release -> order
    cases: Sequence[Case]
    stuck: Sequence[str]
    doings: Sequence[Doing] = ()


def judge(evidence: Evidence) -> Verdict:
    verdict = Verdict(cases=list(evidence.cases), wrong=[Wrong("", text) for text in evidence.stuck])
    for order in evidence.orders:
        _judge_order(order, evidence, verdict)
    verdict.wrong += [
        Wrong(name, f"{name} is at the warehouse, and nobody sold it")
        for name in evidence.wms.keys() - {order.name for order in evidence.orders}
    ]
    if [stray["shipment"] for stray in evidence.strays] != [STRAY_SHIPMENT]:
        verdict.wrong.append(Wrong("", f"shipments without an order: {len(evidence.strays)}, one was planned"))
    verdict.wrong += _cases_wrong(evidence)
    return verdict


def _judge_order(order: PlannedOrder, evidence: Evidence, verdict: Verdict) -> None:
    ours, theirs = evidence.odoo.get(order.name), evidence.wms.get(order.name)
    if ours is None:
        verdict.wrong.append(Wrong(order.name, f"{order.name or order.reference} is not in Odoo"))
        return
    verdict.lines += len(ours.lines)
    verdict.units += sum((line.shipped for line in ours.lines.values()), Decimal(0))
    booked = sum((line.shipped for line in theirs.lines.values()), Decimal(0)) if theirs else Decimal(0)
    if booked != order.left:
        said = f"the warehouse says {number(booked)}, {number(order.left)} left it"
        verdict.wrong.append(Wrong(order.name, f"{order.name}: shipped: {said}"))
    found = list(_differences(ours, theirs))
    because = ", ".join(order.scene.codes)
    for each in found:
        if each.kind in order.scene.differs and each.odoo == NOTHING:
            verdict.explained.append(Difference(each.order, each.line, each.kind, each.wms, each.odoo, because))
        else:
            said = f"the warehouse says {each.wms}, Odoo says {each.odoo}"
            verdict.wrong.append(Wrong(order.name, f"{each.order} {each.line}: {each.kind}: {said}"))
    for kind in order.scene.differs - MONEY - {each.kind for each in found}:
        text = f"{order.name}: {kind}: the sides agree, and should not ({order.scene.name})"
        verdict.wrong.append(Wrong(order.name, text))


def _differences(ours: OrderBook, theirs: OrderBook | None) -> Iterator[Difference]:
    if theirs is None:
        yield Difference(ours.name, "all lines", NOT_RELEASED, NOTHING, NOTHING)
    for line_id, line in ours.lines.items():
        sku, left = ours.skus[line_id], line.shipped - sum(line.returned.values())
        if ours.delivered[line_id] != left:
            by_order, by_transfers = number(ours.delivered[line_id]), number(left)
            yield Difference(
                ours.name, sku, "delivered", f"{by_transfers} by its transfers", f"{by_order} by the order"
            )
        if theirs is not None:
            for kind, wms, odoo in _line_differences(theirs.lines.get(line_id, LineBook()), line):
                yield Difference(ours.name, sku, kind, wms, odoo)
    if theirs is not None:
        yield from _differences_as_a_whole(ours, theirs)


def _differences_as_a_whole(ours: OrderBook, theirs: OrderBook) -> Iterator[Difference]:
    shipped = any(line.shipped for line in ours.lines.values())
    said = {
        "tracking": (_list(theirs.tracking), _list(ours.tracking)),
        "freight": (number(theirs.freight), number(ours.freight)),
        "proofs": (_list(theirs.proofs), _list(ours.proofs)),
    }
    for kind, (wms, odoo) in said.items():
        if shipped and wms != odoo:
            yield Difference(ours.name, "all lines", kind, wms, odoo)
    for line_id in theirs.lines.keys() - ours.lines.keys():
        yield Difference(ours.name, f"line {line_id}", "ordered", "a line", "no line")


def _line_differences(wms: LineBook, odoo: LineBook) -> Iterator[tuple[str, str, str]]:
    said = {
        "ordered": (number(wms.ordered), number(odoo.ordered)),
        "shipped": (number(wms.shipped), number(odoo.shipped)),
        "lots": (_amounts(wms.lots), _amounts(odoo.lots)),
        "packages": (_amounts(wms.packages), _amounts(odoo.packages)),
        "returned": (_amounts(wms.returned), _amounts(odoo.returned)),
    }
    for kind, (theirs, ours) in said.items():
        if theirs != ours:
            yield kind, theirs, ours


def _cases_wrong(evidence: Evidence) -> Iterator[Wrong]:
    """Exactly the planned cases are open, each about its own order."""
    planned = Counter({STRAY_CODE: 1})
    everything: list[PlannedOrder | Doing] = [*evidence.orders, *evidence.doings]
    for each in everything:
        planned.update(each.scene.codes)
    found = Counter(case["code"] for case in evidence.cases)
    for code in sorted(planned.keys() | found.keys()):
        if planned[code] != found[code]:
            yield Wrong("", f"{code}: {found[code]} cases are open, {planned[code]} were planned")
    for order in evidence.orders:
        mine = {release for release, name in evidence.releases.items() if name == order.name}
        mine |= {order.name, *order.documents}
        yield from _untold(order.name, order.scene, mine, evidence)
    for doing in evidence.doings:
        yield from _untold(doing.title, doing.scene, doing.names, evidence)


def _untold(title: str, scene: Scene | Errand, names: set[str], evidence: Evidence) -> Iterator[Wrong]:
    for code in scene.codes:
        if code not in BY_CODE and not any(_about(case, code, names) for case in evidence.cases):
            yield Wrong(title, f"{code}: no case is about {title} ({scene.name})")


def _about(case: Case, code: str, names: set[str]) -> bool:
    said = {case["document"], *case["context"].values()}
    return bool(case["code"] == code and said & names)


def number(quantity: Decimal) -> str:
    """For people."""
    return format(quantity.normalize() + 0, "f") if quantity else NOTHING


def _amounts(amounts: Mapping[str, Decimal]) -> str:
    return (
        ", ".join(f"{name} {number(quantity)}".strip() for name, quantity in sorted(amounts.items()) if quantity)
        or NOTHING
    )


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names)) or NOTHING
