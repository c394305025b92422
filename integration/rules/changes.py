"""What does Odoo want of a delivery that the warehouse has, and is it anything else than the warehouse knows?"""

import hashlib
from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

from integration.canonical.erp import Move, Order, Picking
from integration.rules.policy import ReleasePoint
from integration.rules.release import CLOSED_MOVES
from integration.rules.shipping import ReleasedLine

NOTHING = Decimal(0)
WHOLE = "ship_complete"
HEADER = {
    "ship_to": "the address",
    "carrier": "the carrier",
    "ship_by": "the date",
    "customer_reference": "the customer's reference",
    WHOLE: "whether it may leave in parts",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """``totals``: of each line in all, shipped included, in Odoo's unit. ``header``: a fingerprint of each field.

    ``added``: moves of lines that the warehouse was never told of. ``cancels``: nothing more is to leave.
    ``unclear``: what a request cannot say, such as lines whose unit is another one now. ``wanting``: lines that Odoo
    still asks for.
    """

    totals: Mapping[str, Decimal]
    header: Mapping[str, str]
    added: Mapping[str, Move]
    cancels: bool = False
    unclear: tuple[str, ...] = ()
    wanting: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, dict[str, str]]:
        return {
            "totals": {line: f"{total.normalize():f}" for line, total in sorted(self.totals.items()) if total},
            "header": dict(sorted(self.header.items())),
        }


def header(order: Order, picking: Picking) -> dict[str, str]:
    """A fingerprint of each field that may be changed after a release."""
    facts = {
        "ship_to": picking.ship_to.model_dump_json(),
        "carrier": str(picking.carrier.id if picking.carrier else ""),
        "ship_by": picking.scheduled_at.isoformat() if picking.scheduled_at else "",
        "customer_reference": order.customer_reference,
        WHOLE: str(picking.ship_complete),
    }
    return {name: hashlib.sha256(facts[name].encode()).hexdigest()[:16] for name in HEADER}


def chain(order: Order, picking_id: int, others: Set[int]) -> list[Picking]:
    """The picking and its backorders, but for those that are released by themselves (``others``).

    Of an order that was cancelled and is confirmed again, the new picking stands in the cancelled one's place.
    """
    found: list[Picking] = []
    for picking in sorted(order.pickings, key=lambda one: one.id):
        gone = bool(found) and all(one.state == "cancel" for one in found) and found[0].is_followed_by(picking)
        follows = gone or picking.backorder_of in {one.id for one in found}
        if picking.id == picking_id or (follows and picking.id not in others):
            found.append(picking)
    return found


def as_told(lines: Sequence[ReleasedLine], told_header: Mapping[str, str]) -> Wish:
    """What the warehouse knows, as if Odoo wanted exactly that."""
    return Wish({line.line: line.released for line in lines}, dict(told_header), {})


def wish(
    order: Order,
    pickings: Sequence[Picking],
    lines: Sequence[ReleasedLine],
    told_header: Mapping[str, str],
    point: ReleasePoint,
) -> Wish:
    """From the delivery's chain as Odoo shows it. More than the warehouse knows is only wanted at the release point."""
    moves: dict[Hashable, list[Move]] = {}
    for move in (move for picking in pickings for move in picking.moves):
        moves.setdefault(_key(move.sale_line_id, move.product_id), []).append(move)
    known: dict[Hashable, list[ReleasedLine]] = {}
    for line in lines:
        known.setdefault(_key(line.sale_line_id, line.product_id), []).append(line)
    totals: dict[str, Decimal] = {}
    added: dict[str, Move] = {}
    for key, told in known.items():
        totals |= _shared(told, _total(moves.get(key, []), told, point))
    for key in moves.keys() - known.keys():
        total = _total(moves[key], (), point)
        if total:
            first = next(_open(moves[key]))
            totals[str(first.id)], added[str(first.id)] = total, first
    anything_open = any(True for group in moves.values() for _ in _open(group))
    return Wish(
        totals,
        _header(order, pickings, told_header),
        added,
        cancels=not anything_open and any(totals[line.line] < line.released for line in lines),
        unclear=tuple(dict.fromkeys([*_unclear(moves, known), *_removed(order, pickings, told_header)])),
        wanting=frozenset(line.line for key, told in known.items() if any(_open(moves.get(key, []))) for line in told),
    )


def _key(sale_line_id: int | None, product_id: int) -> Hashable:
    """Odoo keeps one line of an order in several moves, and what no order asks for in a move for each backorder."""
    return sale_line_id, product_id


def _open(moves: Sequence[Move]) -> Iterator[Move]:
    return (move for move in moves if move.state not in CLOSED_MOVES)


def _total(moves: Sequence[Move], told: Sequence[ReleasedLine], point: ReleasePoint) -> Decimal:
    """Never less than what has left."""
    left = sum((move.done for move in moves if move.state == "done"), NOTHING)
    left += sum((line.substituted for line in told), NOTHING)
    demand = sum((move.demand for move in _open(moves)), NOTHING)
    known, shipped = (sum((getattr(line, name) for line in told), NOTHING) for name in ("released", "shipped"))
    total = left + demand
    if total > known:
        total = max(known, left + _wanted_now(moves, demand, point)) if demand else known
    return max(total, min(shipped, known))


def _wanted_now(moves: Sequence[Move], demand: Decimal, point: ReleasePoint) -> Decimal:
    reserved = sum((move.reserved + move.done for move in _open(moves)), NOTHING)
    if point == ReleasePoint.CONFIRMED or reserved >= demand:
        return demand
    return reserved if point == ReleasePoint.RESERVED_PART else NOTHING


def _shared(told: Sequence[ReleasedLine], total: Decimal) -> dict[str, Decimal]:
    """What is more goes to the first line, what is less comes off the last ones, as far as they have not left."""
    shares = {line.line: line.released for line in told}
    difference = total - sum(shares.values(), NOTHING)
    if difference > 0:
        shares[told[0].line] += difference
        return shares
    for line in reversed(told):
        less = min(max(line.released - line.shipped, NOTHING), -difference)
        shares[line.line] -= less
        difference += less
    return shares


def _header(order: Order, pickings: Sequence[Picking], told: Mapping[str, str]) -> dict[str, str]:
    """A backorder's date is Odoo's own affair."""
    open_ones = [picking for picking in pickings if picking.state not in CLOSED_MOVES]
    if not open_ones or not told:
        return dict(told)
    now = header(order, open_ones[0])
    sent = [picking for picking in pickings if picking.state == "done" and picking.id < open_ones[0].id]
    if sent and sent[-1].carrier == open_ones[0].carrier and "carrier" in told:  # a backorder copies what was posted
        now["carrier"] = told["carrier"]
    if open_ones[0].id != pickings[0].id and "ship_by" in told:
        now["ship_by"] = told["ship_by"]
    return {name: now[name] for name in told}


def _removed(order: Order, pickings: Sequence[Picking], told: Mapping[str, str]) -> Iterator[str]:
    """What a request cannot say: fields that Odoo has no more, and one that it has no word for."""
    open_ones = [picking for picking in pickings if picking.state not in CLOSED_MOVES]
    now = _header(order, pickings, told)
    for name, value in (("carrier", "carrier"), ("ship_by", "scheduled_at")):
        if open_ones and told and getattr(open_ones[0], value) is None and now.get(name) != told.get(name):
            yield name
    if now.get(WHOLE) != told.get(WHOLE):
        yield WHOLE


def _unclear(moves: Mapping[Hashable, list[Move]], known: Mapping[Hashable, list[ReleasedLine]]) -> Iterator[str]:
    for key, told in known.items():
        if any(move.unit != line.unit for move in _open(moves.get(key, [])) for line in told):
            yield told[0].sku
