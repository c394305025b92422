"""Another product left in a line's place: what Odoo's order is to say then, and where the goods are booked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from integration.canonical.erp import Move, Picking, Swap, Swapped
from integration.canonical.shipments import ShipmentConfirmed
from integration.errors import Causes, Permanent, Rejected
from integration.rules import shipping
from integration.rules.shipping import Facts, ShippedQuantity

Key = tuple[str, str]  # line of the release, Odoo's code of what went in its place


def swaps(shipment: ShipmentConfirmed, picking: Picking, shares: Sequence[ShippedQuantity], facts: Facts) -> list[Swap]:
    """What the order is asked to change, once it is sure that the goods can be booked. Raises Causes."""
    against: list[Permanent] = []
    for of_line in _by_line(shares):
        wrong = shipping.line_fits(shipment, picking, of_line, facts)
        against += [wrong] if wrong else _unbookable(shipment, picking, of_line, facts)
    if against:
        raise Causes(against)
    return wanted(shipment, shares, facts)


def wanted(shipment: ShipmentConfirmed, shares: Sequence[ShippedQuantity], facts: Facts) -> list[Swap]:
    """One for each line and product that went in its place."""
    return [
        _swap(shipment, of_line, sku, facts)
        for of_line in _by_line(shares)
        for sku in dict.fromkeys(each.substitute for each in of_line)
        if sku
    ]


def _by_line(shares: Sequence[ShippedQuantity]) -> list[list[ShippedQuantity]]:
    """All shares of the lines that something went in place of."""
    by_line: defaultdict[str, list[ShippedQuantity]] = defaultdict(list)
    for share in shares:
        by_line[share.line.line].append(share)
    return [of_line for of_line in by_line.values() if any(share.substitute for share in of_line)]


def booked_as(
    shares: Sequence[ShippedQuantity], swapped: Mapping[Key, Swapped], facts: Facts
) -> tuple[tuple[ShippedQuantity, ...], Facts]:
    """The shipment as the changed order has it: each substitute is a line of its own."""
    lines = {key: _line_of(key, made, shares, facts) for key, made in swapped.items()}
    moved = tuple(
        replace(share, line=lines[share.line.line, share.substitute], substitute="") if share.substitute else share
        for share in shares
    )
    return moved, replace(facts, lines=(*facts.lines, *lines.values()))


def asked(picking: Picking, shares: Sequence[ShippedQuantity]) -> dict[str, Decimal]:
    """What Odoo asked for of the lines that something went in place of, before the order was changed.

    Of lines that nothing was shipped of before: of others the move shows what is left.
    """
    moves: dict[str, Move] = {str(move.id): move for move in picking.moves}
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for share in shares:
        if share.substitute and not share.line.shipped:
            found[share.line.line] += share.quantity
    return {line: quantity + _demand(moves.get(line)) for line, quantity in found.items()}


def _demand(move: Move | None) -> Decimal:
    return Decimal(0) if move is None or move.state == "cancel" else move.demand


def _swap(shipment: ShipmentConfirmed, of_line: Sequence[ShippedQuantity], sku: str, facts: Facts) -> Swap:
    line = of_line[0].line
    return Swap(
        line=line.line,
        sale_line_id=line.sale_line_id or 0,
        product_id=line.product_id,
        sku=line.sku,
        unit=line.unit,
        substitute=sku,
        quantity=sum((each.quantity for each in of_line if each.substitute == sku), Decimal(0)),
        shipment=f"{shipment.shipment} of {facts.release}",
    )


def _unbookable(
    shipment: ShipmentConfirmed, picking: Picking, of_line: Sequence[ShippedQuantity], facts: Facts
) -> list[Permanent]:
    """A delivery with earlier steps gets a new line by way of those: nothing to post to is there."""
    line = of_line[0].line
    if picking.state in shipping.CLOSED:
        detail = "Odoo has cancelled the delivery"
    elif not line.sale_line_id:
        detail = "the line is on no order"
    elif any(move.chained for move in picking.moves if str(move.id) == line.line):
        detail = "earlier steps in Odoo would have to bring it first"
    else:
        return []
    first = next(share for share in of_line if share.substitute)
    about: dict[str, Any] = {"connection": facts.connection, "shipment": shipment.shipment, "order": facts.release}
    about |= {"quantity": first.quantity, "sku": line.sku, "substitute": first.substitute}
    return [Rejected("CD-5021", **about, detail=detail)]


def _line_of(key: Key, made: Swapped, shares: Sequence[ShippedQuantity], facts: Facts) -> shipping.ReleasedLine:
    line, substitute = key
    original = next(each for each in facts.lines if each.line == line)
    total = sum((each.quantity for each in shares if (each.line.line, each.substitute) == key), Decimal(0))
    return replace(
        original,
        line="",
        sale_line_id=made.sale_line_id,
        product_id=made.product_id,
        sku=substitute,
        ordered=total,
        released=total,
        shipped=Decimal(0),
    )
