"""What of a wish can be asked of the warehouse now, in its words, and what stands against the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from integration.canonical.erp import Order, Picking
from integration.canonical.orders import Carrier
from integration.errors import InvalidDocument, Permanent
from integration.rules import release
from integration.rules.changes import Wish
from integration.rules.release import CLOSED_MOVES, Line, Site
from integration.rules.shipping import ReleasedLine
from integration.rules.units import Inexact, to_partner


@dataclass(slots=True)
class Sayable:
    """``wish`` without what cannot be said: there the warehouse's own knowledge stands. ``added``: its new lines."""

    wish: Wish
    added: dict[str, Line] = field(default_factory=dict)
    carrier: Carrier | None = None
    against: list[Permanent] = field(default_factory=list)


def sayable(
    order: Order,
    pickings: Sequence[Picking],
    lines: Sequence[ReleasedLine],
    told_header: Mapping[str, str],
    wish: Wish,
    site: Site,
) -> Sayable:
    """Less may be asked at any time; more, as a release is: not while Odoo holds the order."""
    found = Sayable(wish)
    known = {line.line: line for line in lines}
    raised = [name for name, total in wish.totals.items() if total > (known[name].released if name in known else 0)]
    held = release.holds(order, site) if raised else []
    found.against += held
    kept = {name: known[name].released for name in raised if name in known} if held else {}
    for name, move in {} if held else wish.added.items():
        against: list[Permanent] = []
        line = release.line_of(order.name, move, wish.totals[name], site, against)
        found.against += against
        if line is not None and not against:
            found.added[name] = line
    for name in known.keys() - kept.keys():
        inexact = _inexact(order, known[name], wish.totals[name], site)
        if inexact is not None:
            found.against.append(inexact)
            kept[name] = known[name].released
    totals = {name: total for name, total in wish.totals.items() if name in known or name in found.added}
    added = {name: move for name, move in wish.added.items() if name in found.added}
    header = _header(order, pickings, told_header, found, site)
    found.wish = replace(wish, totals={**totals, **kept}, added=added, header=header)
    return found


def exactly(line: ReleasedLine, quantity: Decimal, site: Site) -> Decimal:
    """In the warehouse's unit. Raises Inexact."""
    return to_partner(quantity, line.factor, fractions=site.rules.fractions(line.sku))


def _inexact(order: Order, line: ReleasedLine, total: Decimal, site: Site) -> Permanent | None:
    try:
        exactly(line, total, site)
    except Inexact:
        about: dict[str, Any] = {"connection": site.erp, "company": site.company, "order": order.name}
        about |= {"sku": line.sku, "unit": line.unit, "partner_unit": line.partner_unit}
        return InvalidDocument("CD-4002", quantity=total, **about)
    return None


def _header(
    order: Order, pickings: Sequence[Picking], told: Mapping[str, str], found: Sayable, site: Site
) -> Mapping[str, str]:
    """Address and carrier are said as a release says them, or stay as they are."""
    header = dict(found.wish.header)
    open_one = open_picking(pickings)
    if open_one is None:
        return header
    if header.get("ship_to") != told.get("ship_to"):
        lacking = release.lacking(order, open_one, site)
        found.against += lacking
        header |= {"ship_to": told["ship_to"]} if lacking and "ship_to" in told else {}
    against: list[Permanent] = []
    found.carrier = release.carrier(open_one, site, against)
    if header.get("carrier") != told.get("carrier"):
        found.against += against
        header |= {"carrier": told["carrier"]} if against and "carrier" in told else {}
    return header


def open_picking(pickings: Sequence[Picking]) -> Picking | None:
    return next((picking for picking in pickings if picking.state not in CLOSED_MOVES), None)
