"""Transfers between warehouses as Odoo has moved them, and what lies in the places in between."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.marks import read_mark
from integration.adapters.odoo.pickings import moment, text, usage
from integration.adapters.odoo.quantities import exact, plain
from integration.adapters.odoo.reading import Reading, Row
from integration.adapters.odoo.specs import ID, NAME, USAGE
from integration.adapters.odoo.units import UNIT, measure
from integration.adapters.odoo.versions import Version
from integration.canonical.agreed import Held, LegMove

PAGE = 1_000  # movements
QUANTS = 5_000
OUTSIDE = ("supplier", "customer", "transit")
MOVE: dict[str, Any] = {
    "picking_id": {"note": {}, "backorder_id": ID},
    "product_id": {"default_code": {}, "uom_id": UNIT},
    "product_uom": UNIT,
    "location_id": USAGE,
    "location_dest_id": USAGE,
    "write_date": {},
}
LINE: dict[str, Any] = {"lot_id": NAME, "product_uom_id": UNIT}
QUANT: dict[str, Any] = {"product_id": {"uom_id": UNIT}, "location_id": ID, "lot_id": NAME, "quantity": {}}


class Between:
    def __init__(self, caller: Caller) -> None:
        self._call = caller
        self._reading = Reading(caller)

    def legs(self, picking_ids: Sequence[int]) -> Sequence[LegMove]:
        version = self._call.version
        return [move for row in self._done(picking_ids, version) for move in _moves(row, version)]

    def held(self, places: Sequence[int], product_ids: Sequence[int]) -> Sequence[Held]:
        """Packages and owners are added up."""
        total: defaultdict[tuple[int, int, str], Decimal] = defaultdict(Decimal)
        units: dict[int, Row] = {}
        domain = [("location_id", "in", sorted(places)), ("product_id", "in", sorted(product_ids))]
        for row in self._all("stock.quant", domain, QUANT, QUANTS) if places and product_ids else ():
            product, lot = row["product_id"], row.get("lot_id") or {}
            total[row["location_id"]["id"], product["id"], text(lot.get("name"))] += exact(row.get("quantity"))
            units[product["id"]] = product["uom_id"]
        return [
            Held(place=place, product_id=product, lot=lot, unit=measure(units[product]), quantity=quantity)
            for (place, product, lot), quantity in sorted(total.items())
        ]

    def _done(self, picking_ids: Sequence[int], version: Version) -> Iterator[Row]:
        """A backorder that nobody here has met yet goes with the transfer that it was made of."""
        if not picking_ids:
            return
        ids = sorted(picking_ids)
        theirs = ["|", ("picking_id", "in", ids), ("picking_id.backorder_id", "in", ids)]
        spec = {**MOVE, version.move_done: {}, "move_line_ids": {**LINE, version.line_done: {}}}
        yield from self._all("stock.move", [("state", "=", "done"), *theirs], spec, PAGE)

    def _all(self, model: str, domain: Sequence[object], spec: dict[str, Any], page: int) -> Iterator[Row]:
        after, full = 0, True
        while full:
            rows = self._reading.search(model, [("id", ">", after), *domain], spec, limit=page)
            yield from rows
            full = len(rows) == page
            after = rows[-1]["id"] if rows else after


def _moves(row: Row, version: Version) -> Iterator[LegMove]:
    """None of a step within a warehouse, or of goods that go on from one place in between to the next."""
    source, destination = usage(row, "location_id"), usage(row, "location_dest_id")
    leaves, enters = destination in OUTSIDE, source in OUTSIDE
    if leaves == enters:
        return
    place = row["location_dest_id" if leaves else "location_id"]
    product, picking = row["product_id"], row["picking_id"]
    mark = read_mark(picking.get("note"), picking["id"])
    yield LegMove(
        id=row["id"],
        picking_id=picking["id"],
        backorder_of=(picking.get("backorder_id") or {}).get("id"),
        product_id=product["id"],
        sku=text(product.get("default_code")),
        unit=measure(row["product_uom"]),
        own=measure(product["uom_id"]),
        quantity=exact(row.get(version.move_done)),
        leaves=leaves,
        place=place["id"] if place["usage"] == "transit" else 0,
        lots=_lots(row, version),
        mark=mark.name if mark else "",
        written_at=moment(row.get("write_date")) or datetime.now(UTC),
    )


def _lots(row: Row, version: Version) -> dict[str, Decimal]:
    """In the movement's unit."""
    unit, found = measure(row["product_uom"]), defaultdict[str, Decimal](Decimal)
    for line in row.get("move_line_ids") or ():
        if line.get("lot_id"):
            own = measure(line.get("product_uom_id") or row["product_uom"])
            found[text(line["lot_id"]["name"])] += exact(line.get(version.line_done)) * own.size / unit.size
    return {lot: plain(quantity) for lot, quantity in found.items() if quantity}
