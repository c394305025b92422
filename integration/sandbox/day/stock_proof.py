"""Does the same lie at the same place, by product and lot? And where it does not, which case says why?

By document first: what each order, purchase or count moved on both sides. Then all that lies there, less what the
documents have explained.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from integration.sandbox.day.doing import Doing
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.longer import NOT_RETURNED
from integration.sandbox.day.proof import Difference, Verdict, Wrong, number
from integration.sandbox.day.scenes import NOT_BOOKED, STRAY_CODE
from integration.sandbox.day.shelves import Held, Shelves, Slot, nothing_held, return_of

NONE = Decimal(0)
STRAY = "a stray shipment"


@dataclass(frozen=True)
class StockEvidence:
    """``stray``: how the shipment is called that nobody asked for."""

    odoo: Shelves
    wms: Shelves
    orders: Sequence[PlannedOrder]
    doings: Sequence[Doing]


@dataclass
class Ledger:
    """What was looked at, and what of it a case explains: how much more the warehouse has."""

    verdict: Verdict
    explained: Held = field(default_factory=nothing_held)
    seen: set[Slot] = field(default_factory=set)


def judge(evidence: StockEvidence, verdict: Verdict) -> None:
    """Adds to the verdict."""
    ledger, planned = Ledger(verdict), {doing.title: doing for doing in evidence.doings}
    sold = {name for order in evidence.orders for name in (order.name, return_of(order.name))}
    unbooked = {order.name: order for order in evidence.orders if order.scene.differs >= NOT_BOOKED}
    unbooked |= {return_of(order.name): order for order in evidence.orders if order.scene.differs >= NOT_RETURNED}
    for owner in sorted({*evidence.odoo.moved, *evidence.wms.moved}):
        ours, theirs = evidence.odoo.moved[owner], evidence.wms.moved[owner]
        verdict.moves += len({*ours, *theirs})
        if owner in planned:
            _judge_doing(planned[owner], ours, theirs, ledger)
        elif owner in unbooked or owner == STRAY:
            codes = (STRAY_CODE,) if owner == STRAY else unbooked[owner].scene.codes
            _judge_unbooked(owner, codes, ours, theirs, ledger)
        else:
            for slot, wms, odoo in _differing(ours, theirs) if owner in sold else _all(ours, theirs):
                _wrong(owner, slot, wms, odoo, ledger)
    _judge_all(evidence, ledger)


def _judge_doing(doing: Doing, ours: Held, theirs: Held, ledger: Ledger) -> None:
    """What is planned to differ, and by how much."""
    off: defaultdict[Slot, Decimal] = defaultdict(Decimal)
    for each in doing.scene.off:
        off[Slot(each.place, each.sku, each.lot)] += Decimal(each.quantity)
    for slot in sorted({*ours, *theirs, *off}):
        wms, odoo = theirs.get(slot, NONE), ours.get(slot, NONE)
        if wms - odoo != off.get(slot, NONE):
            _wrong(doing.title, slot, wms, odoo, ledger)
        elif slot in off:
            _explain(doing.title, slot, wms, odoo, doing.scene.codes, ledger)


def _judge_unbooked(owner: str, codes: Sequence[str], ours: Held, theirs: Held, ledger: Ledger) -> None:
    """What left is not in Odoo at all."""
    for slot, wms, odoo in _differing(ours, theirs):
        if odoo:
            _wrong(owner, slot, wms, odoo, ledger)
        else:
            _explain(owner, slot, wms, odoo, codes, ledger)


def _judge_all(evidence: StockEvidence, ledger: Ledger) -> None:
    ours, theirs = evidence.odoo.held, evidence.wms.held
    for slot in sorted({*ours, *theirs, *ledger.explained}):
        wms, odoo, because = theirs.get(slot, NONE), ours.get(slot, NONE), ledger.explained.get(slot, NONE)
        ledger.verdict.slots += bool(wms or odoo)
        if wms - odoo != because:
            said = f"the warehouse has {number(wms)}, Odoo has {number(odoo)}"
            known = f", and cases explain {number(because)}" if because else ""
            ledger.verdict.wrong.append(Wrong("", f"stock of {slot}: {said}{known}"))


def _all(ours: Held, theirs: Held) -> Iterator[tuple[Slot, Decimal, Decimal]]:
    """What the warehouse moved, and what Odoo did."""
    return ((slot, theirs.get(slot, NONE), ours.get(slot, NONE)) for slot in sorted({*ours, *theirs}))


def _differing(ours: Held, theirs: Held) -> Iterator[tuple[Slot, Decimal, Decimal]]:
    return ((slot, wms, odoo) for slot, wms, odoo in _all(ours, theirs) if wms != odoo)


def _wrong(owner: str, slot: Slot, wms: Decimal, odoo: Decimal, ledger: Ledger) -> None:
    said = f"the warehouse says {number(wms)}, Odoo says {number(odoo)}"
    whose = owner or "a document that nobody knows"
    ledger.verdict.wrong.append(Wrong(owner.rpartition(" ")[2], f"{whose}: moved {slot}: {said}"))


def _explain(owner: str, slot: Slot, wms: Decimal, odoo: Decimal, codes: Sequence[str], ledger: Ledger) -> None:
    ledger.explained[slot] += wms - odoo
    because, said = ", ".join(codes), (number(wms), number(odoo))
    ledger.verdict.explained.append(
        Difference(owner, slot.goods, f"stock at {slot.place or 'no place'}", *said, because)
    )
