"""The lines of orders as Odoo counts them, and the movements that it counts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from integration.adapters.odoo.between import Between
from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.marks import read_mark
from integration.adapters.odoo.pickings import text, usage
from integration.adapters.odoo.quantities import exact
from integration.adapters.odoo.reading import Reading, Row
from integration.adapters.odoo.specs import ID
from integration.adapters.odoo.standing import Standing
from integration.adapters.odoo.units import UNIT, measure
from integration.adapters.odoo.versions import Version
from integration.canonical.agreed import AgreedLine, Confirmed, Held, LegMove, LineMove
from integration.canonical.books import Ordering

PAGE = 1_000  # movements
LINE: dict[str, Any] = {
    "order_id": ID,
    "product_id": {"default_code": {}, "uom_id": UNIT},
    "product_uom": UNIT,  # until 18
    "product_uom_id": UNIT,
    "qty_invoiced": {},
    "qty_to_invoice": {},
}
SPECS: Mapping[Ordering, Mapping[str, Any]] = {
    "sale.order": {**LINE, "qty_delivered": {}, "qty_delivered_method": {}},
    "purchase.order": {**LINE, "qty_received": {}, "qty_received_method": {}},
}
LINKS: Mapping[Ordering, str] = {"sale.order": "sale_line_id", "purchase.order": "purchase_line_id"}
BY_MOVES = ("stock_move", "stock_moves")
PLACE: dict[str, Any] = {"usage": {}, "company_id": ID}
MOVE: dict[str, Any] = {
    "picking_id": {"note": {}},
    "product_id": ID,
    "product_uom": UNIT,
    "location_id": PLACE,
    "location_dest_id": PLACE,
    "to_refund": {},
    "scrapped": {},
    "origin_returned_move_id": {"location_dest_id": {"usage": {}}},
}
OUTSIDE = {"sale.order": "customer", "purchase.order": "supplier"}


class Agreed:
    """Implements ``adapters.agreed.AgreedGateway``."""

    def __init__(self, caller: Caller) -> None:
        self._call = caller
        self._reading = Reading(caller)
        self._between = Between(caller)
        self._standing = Standing(caller)

    def lines(self, model: Ordering, ids: Sequence[int]) -> Sequence[AgreedLine]:
        rows = self._reading.by_id(f"{model}.line", sorted(ids), SPECS[model])
        return [_line(row, model) for row in rows if row.get("product_id")]

    def moves(self, model: Ordering, ids: Sequence[int]) -> Sequence[LineMove]:
        return [move for row in self._done(model, ids) for move in _moves(row, model, self._call.version)]

    def legs(self, picking_ids: Sequence[int]) -> Sequence[LegMove]:
        return self._between.legs(picking_ids)

    def held(self, places: Sequence[int], product_ids: Sequence[int]) -> Sequence[Held]:
        return self._between.held(places, product_ids)

    def confirmed(
        self, warehouse_id: int, since: datetime, *, after_id: int, limit: int, ids: Sequence[int] | None = None
    ) -> Sequence[Confirmed]:
        return self._standing.confirmed(warehouse_id, since, after_id=after_id, limit=limit, ids=ids)

    def _done(self, model: Ordering, ids: Sequence[int]) -> Iterator[Row]:
        link, after = LINKS[model], 0
        spec = {**MOVE, link: ID, self._call.version.move_done: {}}
        domain = [(link, "in", sorted(ids)), ("state", "=", "done")]
        while rows := self._reading.search("stock.move", [*domain, ("id", ">", after)], spec, limit=PAGE):
            yield from rows
            if len(rows) < PAGE:
                return
            after = rows[-1]["id"]


def _line(row: Row, model: Ordering) -> AgreedLine:
    moved, method = ("qty_delivered", "qty_delivered_method"), ("qty_received", "qty_received_method")
    figure, how = moved if model == "sale.order" else method
    product = row["product_id"]
    own = product["uom_id"]
    return AgreedLine(
        id=row["id"],
        order_id=row["order_id"]["id"],
        product_id=product["id"],
        sku=text(product.get("default_code")),
        unit=measure(row.get("product_uom") or row.get("product_uom_id") or own),
        own=measure(own),
        moved=exact(row.get(figure)),
        invoiced=exact(row.get("qty_invoiced")),
        open=exact(row.get("qty_to_invoice")),
        by_moves=row.get(how) in BY_MOVES,
    )


def _moves(row: Row, model: Ordering, version: Version) -> Iterator[LineMove]:
    """None of a step within the warehouse, or of one that neither came nor went."""
    leaves, enters = (_is_outside(row, name, model) for name in ("location_dest_id", "location_id"))
    if leaves == enters:
        return
    forth = leaves if model == "sale.order" else enters
    quantity, picking = exact(row.get(version.move_done)), row.get("picking_id") or {}
    mark = read_mark(picking.get("note"), picking["id"]) if picking else None
    yield LineMove(
        id=row["id"],
        line_id=row[LINKS[model]]["id"],
        picking_id=picking.get("id"),
        product_id=row["product_id"]["id"],
        unit=measure(row["product_uom"]),
        quantity=quantity if forth else -quantity,
        counts=_counts(row, model, version, forth=forth),
        mark=mark.name if mark else "",
    )


def _counts(row: Row, model: Ordering, version: Version, *, forth: bool) -> bool:
    """As Odoo has it: what comes back counts with a refund alone, and what is sent again as well."""
    between = any(usage(row, name) == "transit" for name in ("location_id", "location_dest_id"))
    if row.get("scrapped") or (between and model == "sale.order" and not version.counts_between):
        return False
    return bool(row.get("to_refund")) or (forth and not _is_back(row, model))


def _is_outside(row: Row, name: str, model: Ordering) -> bool:
    """With the customer or supplier, or on the way to another company."""
    between = usage(row, name) == "transit" and not row[name].get("company_id")
    return usage(row, name) == OUTSIDE[model] or between


def _is_back(row: Row, model: Ordering) -> bool:
    """It returns a return."""
    origin = row.get("origin_returned_move_id")
    return bool(origin) and (model == "sale.order" or usage(origin or {}, "location_dest_id") == "supplier")
