"""May this delivery go to the warehouse, and what exactly is asked of it?"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from integration.canonical.erp import Move, Order, Picking
from integration.canonical.orders import Carrier, OrderRelease, ReleaseLine
from integration.errors import (
    Causes,
    ConfigurationError,
    InvalidDocument,
    MappingMissing,
    Permanent,
    RuleHold,
)
from integration.rules.business.outcomes import Rest, Ship
from integration.rules.codes import Code, CodeBook, CodeKind
from integration.rules.policy import ReleasePoint, Rules
from integration.rules.units import Inexact, to_partner

OPEN_STATES = ("confirmed", "assigned", "waiting")
CLOSED_MOVES = ("done", "cancel")
ADDRESS_NEEDS = ("street", "city", "postcode", "country")


@dataclass(frozen=True, slots=True)
class Site:
    """The warehouse that a delivery goes to, and what it decided. ``erp`` is the Odoo connection's name, ``company``
    Odoo's id of the warehouse's company."""

    erp: str
    company: int
    name: str
    site: str
    owner: str
    release_point: ReleasePoint
    book: CodeBook
    rules: Rules


@dataclass(frozen=True, slots=True)
class Ways:
    """How our rules want it shipped, and how soon; ``rule``: the name of the one that says how; ``rest``: what becomes
    of what does not leave as ordered."""

    ship: Ship = field(default_factory=Ship)
    priority: int = 0
    rule: str = ""
    rest: Rest = field(default_factory=Rest)


USUAL = Ways()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a release beside the move that it came from. ``quantity`` in Odoo's unit."""

    move: Move
    quantity: Decimal
    code: Code
    unit: Code


@dataclass(frozen=True, slots=True)
class Release:
    """What the warehouse is asked to ship. ``digest`` is of Odoo's facts: equal facts need no second release."""

    document: OrderRelease
    lines: tuple[Line, ...]
    digest: str
    rest: Rest = field(default_factory=Rest)

    def as_version(self, version: int) -> "Release":
        return replace(self, document=self.document.model_copy(update={"version": version}))

    def in_wave(self, number: str) -> "Release":
        return replace(self, document=self.document.model_copy(update={"wave": number})) if number else self


def ready(picking: Picking, point: ReleasePoint) -> bool:
    """Whether the release point is reached: anything to ship, and reserved as far as the site wants."""
    wanted = quantities(picking, point)
    if picking.state not in OPEN_STATES or not wanted:
        return False
    if point == ReleasePoint.RESERVED:
        return all(move.reserved >= move.demand for move in _open_moves(picking))
    return True


def quantities(picking: Picking, point: ReleasePoint) -> dict[int, Decimal]:
    """What is to be shipped of each move, by the move's id; moves with nothing to ship are left out."""
    part = point == ReleasePoint.RESERVED_PART
    wanted = {move.id: move.reserved if part else move.demand for move in _open_moves(picking)}
    return {move_id: quantity for move_id, quantity in wanted.items() if quantity > 0}


def digest(order: Order, picking: Picking, point: ReleasePoint) -> str:
    """Of everything in Odoo that a release says: it changes when the warehouse would have to be told."""
    return _digest(order, picking, quantities(picking, point))


def digest_as_released(order: Order, picking: Picking, released: Mapping[int, Decimal]) -> str:
    """What the digest was at the release, if since then nothing but quantities changed and lines were added."""
    moves = tuple(move for move in picking.moves if move.id in released)
    wanted = {move.id: released[move.id] for move in moves}
    return _digest(order, picking.model_copy(update={"moves": moves}), wanted)


def _digest(order: Order, picking: Picking, quantities: Mapping[int, Decimal]) -> str:
    moves = [(move.id, move.product_id, move.sku, move.unit) for move in picking.moves]
    wanted = [(move_id, f"{quantity.normalize():f}") for move_id, quantity in quantities.items()]
    method = picking.carrier.id if picking.carrier else None
    facts = (wanted, moves, method, picking.scheduled_at, picking.ship_to, picking.ship_complete)
    return hashlib.sha256(repr((order.name, order.customer_reference, facts)).encode()).hexdigest()


def decide(order: Order, picking: Picking, site: Site, ways: Ways = USUAL) -> Release:
    """The release of a delivery that is ``ready``. Raises Causes with everything that stands against it."""
    against: list[Permanent] = [*holds(order, site), *lacking(order, picking, site), *_steps(order, picking, site)]
    ships_by = _ships_by(order, picking, site, ways, against)
    wanted = quantities(picking, site.release_point)
    lines = [line_of(order.name, move, wanted[move.id], site, against) for move in picking.moves if move.id in wanted]
    complete = tuple(line for line in lines if line is not None)
    if against:
        raise Causes(against)
    document = OrderRelease(
        release=picking.name,
        order=order.name,
        customer_reference=order.customer_reference,
        site=site.site,
        owner=site.owner,
        ship_to=picking.ship_to,
        carrier=ships_by,
        ship_by=picking.scheduled_at,
        ship_complete=picking.ship_complete,
        priority=ways.priority,
        notes=ways.ship.packing,
        labels=ways.ship.labels or None,
        lines=tuple(rendered(each, site) for each in complete),
    )
    return Release(document, complete, digest(order, picking, site.release_point), ways.rest)


def _open_moves(picking: Picking) -> list[Move]:
    return [move for move in picking.moves if move.state not in CLOSED_MOVES]


def holds(order: Order, site: Site) -> list[Permanent]:
    reasons = "; ".join(hold.reason for hold in order.holds)
    return [RuleHold("CD-4003", **_of(order.name, site), reason=reasons)] if reasons else []


def lacking(order: Order, picking: Picking, site: Site) -> list[Permanent]:
    lacks = [name for name in ADDRESS_NEEDS if not getattr(picking.ship_to, name)]
    if not (picking.ship_to.name or picking.ship_to.company):
        lacks.insert(0, "name")
    if not lacks:
        return []
    return [InvalidDocument("CD-4001", **_of(order.name, site), missing=", ".join(lacks))]


def _steps(order: Order, picking: Picking, site: Site) -> list[Permanent]:
    """Odoo's own picking and packing come first: the last step is released once reserved, not at confirmation."""
    earlier = [other for other in order.pickings if other.code == "internal" and other.state not in CLOSED_MOVES]
    same = [other for other in earlier if other.warehouse_id == picking.warehouse_id]
    if not same or site.release_point != ReleasePoint.CONFIRMED:
        return []
    steps = ", ".join(other.name for other in same)
    supported = "after those are done: set the release point to when everything is reserved"
    return [ConfigurationError("CD-2007", connection=site.erp, warehouse=site.name, steps=steps, supported=supported)]


def _ships_by(order: Order, picking: Picking, site: Site, ways: Ways, against: list[Permanent]) -> Carrier | None:
    """A rule names the warehouse's own code; else it is Odoo's delivery method, with the rule's service and account."""
    ship = ways.ship
    by = Carrier(code=ship.carrier) if ship.carrier else carrier(picking, site, against)
    if by is not None:
        return by.model_copy(update={"service": ship.service, "account": ship.account or None})
    if picking.carrier is None and (ship.service or ship.account):
        against.append(InvalidDocument("CD-4029", **_of(order.name, site), release=picking.name, name=ways.rule))
    return None


def carrier(picking: Picking, site: Site, against: list[Permanent]) -> Carrier | None:
    if picking.carrier is None:
        return None
    code = site.book.to_partner(CodeKind.CARRIER, picking.carrier.name)
    if code is None:
        against.append(_missing("CD-3005", site, picking.carrier.name))
        return None
    return Carrier(code=code.partner)


def line_of(order: str, move: Move, quantity: Decimal, site: Site, against: list[Permanent]) -> Line | None:
    """The line in the warehouse's words; None, and added to ``against``, where something is missing for that."""
    if not move.sku:
        against.append(
            InvalidDocument(
                "CD-3007", connection=site.erp, product=move.product, product_id=move.product_id, order=order
            )
        )
        return None
    product = site.book.to_partner(CodeKind.PRODUCT, move.sku)
    unit = site.book.to_partner(CodeKind.UNIT, move.unit, move.sku)
    if product is None:
        against.append(_missing("CD-3001", site, move.sku))
    if unit is None:
        against.append(_missing("CD-3003", site, move.unit))
    if product is None or unit is None:
        return None
    made = Line(move, quantity, product, unit)
    try:
        in_partner_units(made, site)
    except Inexact:
        against.append(
            InvalidDocument(
                "CD-4002",
                **_of(order, site),
                quantity=quantity,
                unit=move.unit,
                sku=move.sku,
                partner_unit=unit.partner,
            )
        )
    return made


def _of(order: str, site: Site) -> dict[str, Any]:
    """Two companies may each have an order of the name."""
    return {"connection": site.erp, "company": site.company, "order": order}


def _missing(code: str, site: Site, odoo_code: str) -> MappingMissing:
    return MappingMissing(code, scope=site.book.scope, partner=site.book.partner, code=odoo_code)


def in_partner_units(line: Line, site: Site) -> Decimal:
    """Raises Inexact."""
    return to_partner(line.quantity, line.unit.factor, fractions=site.rules.fractions(line.code.odoo))


def rendered(line: Line, site: Site) -> ReleaseLine:
    return ReleaseLine(
        line=str(line.move.id),
        sku=line.code.partner,
        quantity=in_partner_units(line, site),
        unit=line.unit.partner,
        description=line.move.product[:500],
        tracking=line.move.tracking,
        lots=tuple(dict.fromkeys(detail.lot for detail in line.move.lines if detail.lot)),
        kit=_kit(line.move, site),
    )


def _kit(move: Move, site: Site) -> str | None:
    """In the warehouse's words where it has one: it need not know the kit to ship its components."""
    known = site.book.to_partner(CodeKind.PRODUCT, move.kit) if move.kit else None
    return known.partner if known else move.kit or None
