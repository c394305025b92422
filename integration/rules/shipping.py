"""What did the warehouse ship, in Odoo's words, and which picking does it go to?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integration.canonical.base import Money
from integration.canonical.erp import (
    Move,
    Picking,
    PostingDetail,
    PostingLine,
    PostingPackage,
    RevivedLine,
    ShipmentPosting,
)
from integration.canonical.shipments import ShipmentConfirmed, ShippedLine
from integration.errors import Causes, InvalidDocument, MappingMissing, Permanent, Rejected, RuleHold
from integration.rules.business.outcomes import Allowed
from integration.rules.choices import SUBSTITUTE
from integration.rules.codes import CodeBook, CodeKind
from integration.rules.ownership import Entity, code_of
from integration.rules.parcels import freight_at_dispatch
from integration.rules.policy import Rules
from integration.rules.units import Inexact, Ratio, to_odoo

CLOSED = ("done", "cancel")
TRACKING_LENGTH = 200
BY_HAND = code_of(Entity.DELIVERY, "what left")
NOTHING = Decimal(0)


class Refused(Exception):
    """A person has said that what went in a line's place is brought back: nothing of the confirmation is posted."""


@dataclass(frozen=True, slots=True)
class ReleasedLine:
    """A line of the release as we sent it. Quantities in Odoo's unit. ``substituted``: of what was ``shipped``, as
    another product."""

    line: str
    sale_line_id: int | None
    product_id: int
    sku: str
    unit: str
    tracking: str
    partner_sku: str
    partner_unit: str
    factor: Ratio
    ordered: Decimal
    released: Decimal
    shipped: Decimal
    substituted: Decimal = NOTHING
    purchase_line_id: int | None = None
    received: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a shipment is judged by. ``connection`` is the partner's name, ``mark`` what we write into Odoo.

    ``is_over``: the release has ended before. ``is_last``: nothing else of it will come. ``cancel_rest``: what did not
    ship by then is cancelled. ``keep_freight``: Odoo gets it. ``customer``: Odoo's id. ``source``: the shipment's key.
    ``decided``: what a person chose, by code and SKU. ``substitutes``: what a rule about the order said of them.
    """

    connection: str
    release: str
    lines: Sequence[ReleasedLine]
    book: CodeBook
    rules: Rules
    mark: str
    is_last: bool
    is_over: bool
    cancel_rest: bool
    notify_customer: bool
    keep_freight: bool = True
    customer: int | None = None
    source: str = ""
    decided: Mapping[tuple[str, str], str] = field(default_factory=dict)
    substitutes: Allowed | None = None

    def may_replace(self, sku: str) -> bool:
        """Whether another product may go in its place; what a rule about the order says goes before those by SKU."""
        if self.substitutes is not None:
            return self.substitutes == Allowed.YES
        return self.rules.substitutes(sku, self.customer)


@dataclass(frozen=True, slots=True)
class ShippedQuantity:
    """One line's, lot's and package's share of the shipment, in Odoo's unit.

    ``substitute``: Odoo's code of the product that went in the line's place.
    """

    line: ReleasedLine
    quantity: Decimal
    lot: str | None
    package: str | None
    substitute: str = ""

    @property
    def sku(self) -> str:
        """Of what left."""
        return self.substitute or self.line.sku


@dataclass(frozen=True, slots=True)
class Plan:
    """The picking that the shipment goes to, and what is written there.

    ``revive``: moves that Odoo has cancelled and whose goods left all the same. They need new ones, and then another
    look: the picking is a new one then, if this one is cancelled as a whole.
    """

    picking: Picking
    posting: ShipmentPosting
    revive: tuple[RevivedLine, ...] = ()


def translate(shipment: ShipmentConfirmed, facts: Facts) -> tuple[ShippedQuantity, ...]:
    """The shipment in Odoo's codes and units, zero lines left out. Raises Causes with all that is wrong in it."""
    against: list[Permanent] = []
    shares: list[ShippedQuantity] = []
    for shipped in shipment.lines:
        try:
            shares += _shares(shipment, shipped, facts)
        except Permanent as wrong:
            against.append(wrong)
    against += _carrier_unknown(shipment, facts)
    if against:
        raise Causes(against)
    if not shares:
        raise InvalidDocument("CD-5011", **_about(shipment, facts))
    _numbers_are_single(shipment, shares, facts)
    return tuple(shares)


def plan(
    shipment: ShipmentConfirmed, shares: Sequence[ShippedQuantity], pickings: Sequence[Picking], facts: Facts
) -> Plan:
    """Where the shipment goes, from the pickings as they are now. Raises what stands against it."""
    picking = find_picking(shipment, pickings, facts, shares)
    against: list[Permanent] = []
    lines, revive = [], []
    for move, details in _by_move(picking, shares, pickings):
        total = sum((share.quantity for share in details), Decimal(0))
        told = sum((_told(each, pickings) for each in {share.line for share in details}), NOTHING)
        wrong = _line_wrong(shipment, details, total, move, facts, told) or _part_wrong(shipment, details, move, facts)
        if wrong is not None or move is None:
            against += [wrong] if wrong else []
            continue
        if move.state in CLOSED:
            revive.append(RevivedLine(move_id=move.id, quantity=total))
        else:
            lines.append(_posting_line(move, total, details))
    if against:
        raise Causes(against)
    return Plan(picking, _posting(shipment, picking, tuple(lines), facts), tuple(revive))


def shipped_before(mark: str, pickings: Sequence[Picking]) -> Picking | None:
    """The picking that this very shipment has closed, if it has."""
    return next((picking for picking in pickings if picking.state == "done" and picking.mark == mark), None)


def _shares(shipment: ShipmentConfirmed, shipped: ShippedLine, facts: Facts) -> list[ShippedQuantity]:
    if shipped.quantity == 0:
        return []
    instead = _substitute(shipment, shipped, facts) if shipped.substitute else ""
    line = _replaced_line(shipment, shipped, facts) if instead else _released_line(shipment, shipped, facts)
    factor = factor_of(shipped.unit, line, facts.book)
    try:
        quantity = to_odoo(shipped.quantity, factor)
        lots = [(lot.lot, to_odoo(lot.quantity, factor)) for lot in shipped.lots]
    except Inexact:
        raise InvalidDocument(
            "CD-5015", **_about(shipment, facts), quantity=shipped.quantity, unit=shipped.unit, sku=line.sku
        ) from None
    numbers = [(serial, Decimal(1)) for serial in shipped.serials] or lots
    if instead:
        if numbers and sum((share for _, share in numbers), Decimal(0)) != quantity:
            about = {**_about(shipment, facts), "quantity": quantity, "sku": instead}
            raise InvalidDocument("CD-5006", **about, count=len(numbers))
        if not numbers:
            return [ShippedQuantity(line, quantity, None, shipped.package, instead)]
        return [ShippedQuantity(line, share, lot, shipped.package, instead) for lot, share in numbers]
    if line.tracking == "none":
        return [ShippedQuantity(line, quantity, None, shipped.package)]
    if sum((share for _, share in numbers), Decimal(0)) != quantity or not _serials_fit(line, numbers):
        raise InvalidDocument("CD-5006", **_about(shipment, facts), quantity=quantity, sku=line.sku, count=len(numbers))
    return [ShippedQuantity(line, share, lot, shipped.package) for lot, share in numbers]


def _replaced_line(shipment: ShipmentConfirmed, shipped: ShippedLine, facts: Facts) -> ReleasedLine:
    found = next((line for line in facts.lines if line.line == shipped.line), None)
    if found is None:
        code = facts.book.to_odoo(CodeKind.PRODUCT, shipped.sku)
        about = {**_about(shipment, facts), "quantity": shipped.quantity, "code": shipped.sku}
        raise InvalidDocument("CD-5002", **about, sku=code.odoo if code else shipped.sku)
    return found


def _substitute(shipment: ShipmentConfirmed, shipped: ShippedLine, facts: Facts) -> str:
    """Odoo's code of it. Raises what stands against it."""
    line = _replaced_line(shipment, shipped, facts)
    code = facts.book.to_odoo(CodeKind.PRODUCT, shipped.sku)
    if code is None:
        raise MappingMissing("CD-3002", scope=facts.book.scope, partner=facts.book.partner, code=shipped.sku)
    if code.odoo == line.sku:
        return ""
    swapped = f"{code.odoo} in place of {line.sku}"
    decided = facts.decided.get((SUBSTITUTE, swapped), "")
    if decided == "refuse":
        raise Refused
    if decided == "accept" or facts.may_replace(line.sku):
        return code.odoo
    about = {**_about(shipment, facts), "quantity": shipped.quantity, "source": facts.source}
    raise RuleHold(SUBSTITUTE, **about, sku=swapped)


def _serials_fit(line: ReleasedLine, numbers: Sequence[tuple[str, Decimal]]) -> bool:
    return line.tracking != "serial" or all(share == 1 for _, share in numbers)


def _numbers_are_single(shipment: ShipmentConfirmed, shares: Sequence[ShippedQuantity], facts: Facts) -> None:
    """A serial number leaves once."""
    own = [share for share in shares if not share.substitute]
    for line in dict.fromkeys(share.line for share in own if share.line.tracking == "serial"):
        serials = [share.lot for share in own if share.line.product_id == line.product_id]
        if len(set(serials)) != len(serials):
            about = {**_about(shipment, facts), "sku": line.sku, "count": len(set(serials))}
            raise InvalidDocument("CD-5006", **about, quantity=len(serials))


def _released_line(shipment: ShipmentConfirmed, shipped: ShippedLine, facts: Facts) -> ReleasedLine:
    """The line that the warehouse names; without a name of ours, the only one with that SKU.

    A SKU is the one that was released, or one that was mapped to the same product since.
    """
    code = facts.book.to_odoo(CodeKind.PRODUCT, shipped.sku)
    released = [line for line in facts.lines if line.partner_sku == shipped.sku]
    same_sku = released or [line for line in facts.lines if code is not None and line.sku == code.odoo]
    named = any(line.line == shipped.line for line in facts.lines)
    fits = [line for line in same_sku if line.line == shipped.line] if named else same_sku
    if len(fits) == 1:
        return fits[0]
    if code is None:
        raise MappingMissing("CD-3002", scope=facts.book.scope, partner=facts.book.partner, code=shipped.sku)
    raise InvalidDocument(
        "CD-5002", **_about(shipment, facts), quantity=shipped.quantity, sku=code.odoo, code=shipped.sku
    )


def factor_of(unit: str, line: ReleasedLine, book: CodeBook) -> Ratio:
    """So many of the warehouse's ``unit`` are one of the line's. Raises MappingMissing CD-3004."""
    if unit == line.partner_unit:
        return line.factor
    codes = [code for code in book.codes if code.kind == CodeKind.UNIT and code.partner == unit]
    fits = [code for code in codes if code.odoo == line.unit and code.sku in ("", line.sku)]
    if not fits:
        raise MappingMissing("CD-3004", scope=book.scope, partner=book.partner, code=unit)
    return max(fits, key=lambda code: (code.sku, not code.alias)).factor


def _carrier_unknown(shipment: ShipmentConfirmed, facts: Facts) -> list[Permanent]:
    if not shipment.carrier or facts.book.to_odoo(CodeKind.CARRIER, shipment.carrier):
        return []
    return [MappingMissing("CD-3006", scope=facts.book.scope, partner=facts.book.partner, code=shipment.carrier)]


def _told(line: ReleasedLine, pickings: Sequence[Picking]) -> Decimal:
    """What the warehouse still is to ship of it, by what Odoo has booked and by what we know of."""
    booked = sum((move.done for one in pickings for move in one.moves if _booked(move, line)), NOTHING)
    return max(line.released - max(line.shipped, booked), NOTHING)


def _booked(move: Move, line: ReleasedLine) -> bool:
    return move.state == "done" and _same_line(move, line)


def is_closed(pickings: Sequence[Picking]) -> bool:
    """Nothing is open any more."""
    return bool(pickings) and all(one.state in CLOSED for one in pickings)


def find_picking(
    shipment: ShipmentConfirmed, pickings: Sequence[Picking], facts: Facts, shares: Sequence[ShippedQuantity] = ()
) -> Picking:
    """The one that is open; or one that was cancelled, whose goods left all the same."""
    open_ones = [picking for picking in pickings if picking.state not in CLOSED]
    if open_ones:
        return open_ones[-1]
    if not pickings:
        raise Rejected("CD-5008", **_about(shipment, facts))
    by_hand = _by_hand([picking for picking in pickings if picking.state == "done"])
    if by_hand is not None:
        raise Rejected(BY_HAND, **_about(shipment, facts), picking=by_hand.name)
    cancelled = [picking for picking in pickings if picking.state == "cancel"]
    if cancelled:
        return cancelled[-1]
    if not facts.is_over and any(_told(share.line, pickings) > 0 for share in shares):  # Odoo has wanted less since
        return pickings[-1]
    first = shipment.lines[0]
    about = {**_about(shipment, facts), "quantity": first.quantity, "sku": first.sku}
    raise Rejected("CD-5004", **about, open=NOTHING, tolerance=NOTHING)


def _by_hand(done: Sequence[Picking]) -> Picking | None:
    """A picking that somebody else validated: it has no mark, or only the one that a backorder copies."""
    marks: set[str] = set()
    for picking in sorted(done, key=lambda picking: picking.id):
        if picking.mark is None or picking.mark in marks:
            return picking
        marks.add(picking.mark)
    return None


def _by_move(
    picking: Picking, shares: Sequence[ShippedQuantity], pickings: Sequence[Picking]
) -> list[tuple[Move | None, list[ShippedQuantity]]]:
    """What goes to each move. Two lines whose rest Odoo keeps in one move go there together."""
    grouped: dict[object, tuple[Move | None, list[ShippedQuantity]]] = {}
    for share in shares:
        among = [picking, *(one for one in reversed(pickings) if one.id != picking.id)]
        move = next(filter(None, (_move(one, share.line) for one in among)), None)
        grouped.setdefault(move.id if move else share.line, (move, []))[1].append(share)
    return list(grouped.values())


def _move(picking: Picking, line: ReleasedLine) -> Move | None:
    """The move that now stands for the line: a backorder has moves of its own."""
    same = [move for move in picking.moves if str(move.id) == line.line and move.product_id == line.product_id]
    alike = [move for move in picking.moves if _same_line(move, line)]
    open_ones = [move for move in [*same, *alike] if move.state not in CLOSED]
    return next(iter(open_ones or same or alike), None)


def _line_wrong(
    shipment: ShipmentConfirmed,
    shares: Sequence[ShippedQuantity],
    total: Decimal,
    move: Move | None,
    facts: Facts,
    told: Decimal,
) -> Permanent | None:
    """What the warehouse was told to ship may leave, whatever Odoo has changed meanwhile."""
    line = shares[0].line
    about = {**_about(shipment, facts), "quantity": total, "sku": line.sku}
    cancelled = move is not None and move.state in CLOSED
    if move is not None and move.state == "cancel" and told <= 0:
        return Rejected("CD-5003", **about)
    demand = move.demand if move is not None and not cancelled else NOTHING
    if move is not None and move.unit != line.unit:  # changed after the release: the numbers say nothing any more
        return InvalidDocument("CD-5015", **about, unit=line.unit)
    tolerance = facts.rules.tolerance(line.sku, line.ordered, facts.customer)
    if move is None or total > max(demand, told) + tolerance:
        return Rejected("CD-5004", **about, open=max(demand, told), tolerance=tolerance)
    return None


def _part_wrong(
    shipment: ShipmentConfirmed, shares: Sequence[ShippedQuantity], move: Move | None, facts: Facts
) -> Permanent | None:
    """Odoo would round what its unit cannot hold, and goods would be lost or invented."""
    if move is None or move.rounding <= 0:
        return None
    line = shares[0].line
    odd = [part.quantity for part in _details(shares) if part.quantity % move.rounding]
    if not odd:
        return None
    return InvalidDocument("CD-5015", **_about(shipment, facts), quantity=odd[0], unit=line.unit, sku=line.sku)


def _posting_line(move: Move, total: Decimal, shares: Sequence[ShippedQuantity]) -> PostingLine:
    return PostingLine(move_id=move.id, quantity=total, details=_details(shares))


def _details(shares: Sequence[ShippedQuantity]) -> tuple[PostingDetail, ...]:
    """One per lot and package: the same lot twice is one line in Odoo."""
    merged: defaultdict[tuple[str | None, str | None], Decimal] = defaultdict(Decimal)
    for share in shares:
        merged[share.lot, share.package] += share.quantity
    return tuple(PostingDetail(quantity=sum_, lot=lot, package=package) for (lot, package), sum_ in merged.items())


def line_fits(
    shipment: ShipmentConfirmed, picking: Picking, shares: Sequence[ShippedQuantity], facts: Facts
) -> Permanent | None:
    """What stands against shipping so much for one line, whatever product it was."""
    total = sum((share.quantity for share in shares), Decimal(0))
    told = sum((_told(line, [picking]) for line in {share.line for share in shares}), NOTHING)
    return _line_wrong(shipment, shares, total, _move(picking, shares[0].line), facts, told)


def asked(picking: Picking, facts: Facts) -> dict[str, Decimal]:
    """By line, what Odoo asks for, where that changed since we looked.

    Of lines that nothing was shipped of before: of others, the move shows what is left. Of what is done, only where it
    was short: Odoo 16 raises the demand to what is done.
    """
    moves = {str(move.id): move for move in picking.moves}
    rest = _cancelled_rest(picking, facts)
    found: dict[str, Decimal] = {}
    for line in facts.lines:
        move = moves.get(line.line)
        if move is None or line.shipped or move.unit != line.unit or move.state == "cancel":
            continue
        demand = move.demand
        if move.state == "done":
            demand += rest.pop((move.sale_line_id, move.product_id), Decimal(0))
        if demand != line.ordered and (move.state != "done" or move.done < demand):
            found[line.line] = demand
    return found


def withdrawn(picking: Picking, shares: Sequence[ShippedQuantity]) -> dict[str, Decimal]:
    """What Odoo asks for, all parts together, of lines that it has cancelled on this picking: what had left before.

    A move that is younger than what left is the rest that Odoo 16 cancels with it.
    """
    found = {}
    for share in (share for share in shares if not share.substitute):
        alike = [move for move in picking.moves if _same_line(move, share.line)]
        cancelled = [move.id for move in alike if move.state == "cancel"]
        others = [move.id for move in alike if move.state != "cancel"]
        if cancelled and (not others or max(cancelled) < min(others)):
            found[share.line.line] = share.line.shipped
    return found


def _same_line(move: Move, line: ReleasedLine) -> bool:
    return move.sale_line_id == line.sale_line_id and move.product_id == line.product_id


def _cancelled_rest(picking: Picking, facts: Facts) -> dict[tuple[int | None, int], Decimal]:
    """In Odoo 16, what is cancelled with a shipment is a move of its own."""
    ours = {line.line for line in facts.lines}
    rest: defaultdict[tuple[int | None, int], Decimal] = defaultdict(Decimal)
    for move in picking.moves:
        if move.state == "cancel" and str(move.id) not in ours:
            rest[move.sale_line_id, move.product_id] += move.demand
    return dict(rest)


def _more_than_told(picking: Picking, facts: Facts) -> bool:
    """Odoo asks for more than the warehouse was told of: that is not cancelled with what it could not ship."""
    open_there: defaultdict[tuple[int | None, int], Decimal] = defaultdict(Decimal)
    for line in facts.lines:
        open_there[line.sale_line_id, line.product_id] += max(Decimal(0), line.released - line.shipped)
    for move in picking.moves:
        if move.state not in CLOSED:
            open_there[move.sale_line_id, move.product_id] -= move.demand
    return any(left < 0 for left in open_there.values())


def _carrier(shipment: ShipmentConfirmed, picking: Picking, facts: Facts) -> str:
    """The delivery method to write; empty to leave the picking's own, which the warehouse's code may stand for."""
    codes = [code for code in facts.book.codes if code.kind == CodeKind.CARRIER and code.partner == shipment.carrier]
    names = [code.odoo for code in sorted(codes, key=lambda code: code.alias)]
    return "" if not names or (picking.carrier and picking.carrier.name in names) else names[0]


def _posting(
    shipment: ShipmentConfirmed, picking: Picking, lines: tuple[PostingLine, ...], facts: Facts
) -> ShipmentPosting:
    numbers = [*shipment.tracking_numbers, *(package.tracking_number for package in shipment.packages)]
    return ShipmentPosting(
        shipment=shipment.shipment,
        mark=facts.mark,
        lines=lines,
        tracking_reference=", ".join(dict.fromkeys(filter(None, numbers)))[:TRACKING_LENGTH],
        carrier=_carrier(shipment, picking, facts),
        carrier_code=shipment.carrier or "",
        freight=_freight(shipment) if facts.keep_freight else None,
        packages=tuple(PostingPackage(name=one.package, weight_kg=one.weight_kg) for one in shipment.packages),
        keep_backorder=not (facts.is_last and facts.cancel_rest) or _more_than_told(picking, facts),
        notify_customer=facts.notify_customer,
    )


def _freight(shipment: ShipmentConfirmed) -> Money | None:
    """What is said in several currencies is no one figure."""
    sums = freight_at_dispatch(shipment)
    return sums[0] if len(sums) == 1 else None


def _about(shipment: ShipmentConfirmed, facts: Facts) -> dict[str, Any]:
    return {
        "connection": facts.connection,
        "partner": facts.connection,
        "shipment": shipment.shipment,
        "release": facts.release,
    }
