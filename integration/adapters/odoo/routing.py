"""A delivery that is to leave from another warehouse, or from several.

Odoo 16 and 17 refuse another operation type on a transfer that is confirmed. What all versions allow is what their own
backorders do: a copy of the transfer takes the moves, which keep their order, its lines and their group. The copies
are made in one ``create`` with the moves in it, so that all of them are there or none is; the note of each says which
transfer it comes from. A move that was done meanwhile makes Odoo refuse that call, because its unit is written.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from integration.adapters.odoo.caller import Caller, Row
from integration.adapters.odoo.marks import gone_to, routed_from, routed_line, without_routes
from integration.adapters.odoo.quantities import exact
from integration.adapters.odoo.reading import Reading
from integration.adapters.odoo.specs import ID, NAME
from integration.canonical.erp import Picking
from integration.canonical.routing import Routed, RouteGoal, RouteLook, RouteMove, RoutePlace
from integration.errors import IntegrationError, Locked, OutcomeUnknown, Rejected

ONE_STEP = "ship_only"
AT_ONCE = "at_confirm"
CLOSED = ("done", "cancel")
MOMENT = "%Y-%m-%d %H:%M:%S"
WAREHOUSE = ("company_id", "delivery_steps", "out_type_id", "lot_stock_id")
LINE: dict[str, Any] = {"picked": {}, "qty_done": {}}
PRODUCT: dict[str, Any] = {"default_code": {}, "name": {}, "type": {}, "is_storable": {}, "uom_id": ID}
MOVE: dict[str, Any] = {
    "sale_line_id": ID,
    "product_id": PRODUCT,
    "product_uom": ID,
    "product_uom_qty": {},
    "product_qty": {},
    "quantity": {},
    "reserved_availability": {},
    "state": {},
    "move_line_ids": LINE,
}
LOOK: dict[str, Any] = {
    "state": {},
    "picking_type_id": {"warehouse_id": ID},
    "company_id": ID,
    "move_ids": MOVE,
}
MADE: dict[str, Any] = {
    **NAME,
    "state": {},
    "note": {},
    "backorder_id": ID,
    "return_id": ID,
    "picking_type_id": {"warehouse_id": ID, "reservation_method": {}},
    "move_ids": {"state": {}},
}


class Routing:
    """Implements ``adapters.routing.RoutingGateway``."""

    def __init__(self, caller: Caller) -> None:
        self._call = caller
        self._reading = Reading(caller)

    def look(self, picking_id: int, warehouses: Sequence[int], *, stock: bool) -> RouteLook:
        rows = self._reading.by_id("stock.picking", [picking_id], LOOK)
        if not rows:
            return RouteLook()
        moves = tuple(_move(each) for each in rows[0].get("move_ids") or () if each["state"] not in CLOSED)
        company = rows[0]["company_id"]["id"]
        products = sorted({each.product_id for each in moves if each.stocked}) if stock else []
        places = [self._place(row, products, company) for row in self._warehouses(warehouses)]
        return RouteLook(
            state=rows[0]["state"],
            begun=any(map(_is_begun, rows[0].get("move_ids") or ())),
            warehouse_id=((rows[0].get("picking_type_id") or {}).get("warehouse_id") or {}).get("id"),
            moves=moves,
            places=tuple(places),
        )

    def moved(self, picking: Picking) -> list[Routed]:
        domain = [("note", "ilike", routed_line(picking.id)), ("company_id", "=", picking.company_id)]
        rows = self._reading.search("stock.picking", domain, MADE)
        found: dict[int, Routed] = {}
        for row in rows:
            own = routed_from(row.get("note")) == picking.id and not (row.get("backorder_id") or row.get("return_id"))
            warehouse = (row["picking_type_id"].get("warehouse_id") or {}).get("id")
            if own and warehouse and warehouse not in found:  # a duplicate that a person made has the note, too
                moves = tuple(sorted(each["id"] for each in row.get("move_ids") or ()))
                found[warehouse] = Routed(warehouse_id=warehouse, picking_id=row["id"], name=row["name"], moves=moves)
        return list(found.values())

    def move(self, picking: Picking, goals: Sequence[RouteGoal]) -> list[Routed]:
        known = self.moved(picking)
        if known:
            return known
        try:
            self._make(picking, goals)
        except Rejected as error:
            raise self._refused(picking, str(error.context.get("detail") or error)) from None
        return self._read_back(picking)

    def _read_back(self, picking: Picking) -> list[Routed]:
        """They were moved: that we cannot read it does not undo it."""
        try:
            made = self.moved(picking)
        except IntegrationError:
            made = []
        if not made:
            raise OutcomeUnknown("CD-1006", connection=self._call.slug, verb="stock.picking.create")
        return made

    def settle(self, picking: Picking, routed: Sequence[Routed]) -> None:
        how: dict[str, Any] = {"companies": [picking.company_id]}
        rows = self._reading.by_id("stock.picking", [each.picking_id for each in routed], MADE)
        waiting = [row["id"] for row in rows if _is_to_reserve(row)]
        try:
            if waiting:
                self._call("stock.picking", "action_assign", waiting, **how)
            self._leave(picking, routed, how)
        except Rejected as error:
            detail = str(error.context.get("detail") or error)
            raise self._refused(picking, f"it was moved, but not reserved or closed: {detail}") from None

    def _leave(self, picking: Picking, routed: Sequence[Routed], how: Mapping[str, Any]) -> None:
        """The old one says where its goods went; empty, it is closed."""
        for row in self._reading.by_id("stock.picking", [picking.id], MADE):
            note = gone_to(row.get("note"), [each.name for each in routed])
            if note != (row.get("note") or ""):
                self._call("stock.picking", "write", [picking.id], vals={"note": note}, **how)
            if not row.get("move_ids") and row["state"] != "cancel":
                self._call("stock.picking", "action_cancel", [picking.id], **how)

    def _make(self, picking: Picking, goals: Sequence[RouteGoal]) -> None:
        how: dict[str, Any] = {"companies": [picking.company_id]}
        nothing: dict[str, Any] = {"move_ids": [], "move_line_ids": []}
        told = self._call("stock.picking", "copy_data", [picking.id], default=nothing, **how)
        copied = told[0] if isinstance(told, list) else told  # before 18 one row comes as itself
        [row] = self._reading.by_id("stock.picking", [picking.id], {**LOOK, "note": {}})
        moves = {each["id"]: each for each in row.get("move_ids") or () if _is_untouched(each)}
        if not {number for goal in goals for number in goal.moves} <= set(moves):
            raise Locked("CD-1004", connection=self._call.slug, document=picking.name)
        places = {each["id"]: each for each in self._warehouses([goal.warehouse_id for goal in goals])}
        vals = [self._copy(picking, row, copied, places[goal.warehouse_id], _own(moves, goal)) for goal in goals]
        self._call("stock.picking", "create", vals_list=vals, **how)

    def _copy(
        self, picking: Picking, row: Row, copied: Mapping[str, Any], place: Row, moves: Sequence[Row]
    ) -> dict[str, Any]:
        kind, stock = place["out_type_id"][0], place["lot_stock_id"][0]
        return {
            **copied,
            "name": "/",
            "picking_type_id": kind,
            "location_id": stock,
            "user_id": False,
            **({"scheduled_date": f"{picking.scheduled_at:{MOMENT}}"} if picking.scheduled_at else {}),
            "move_type": "one" if picking.ship_complete else "direct",
            "note": f"{without_routes(row.get('note'))}<p>{routed_line(picking.id, picking.name)}</p>",
            "move_ids": [command for each in moves for command in _taken(each, place["id"], kind, stock)],
        }

    def _warehouses(self, ids: Sequence[int]) -> list[Row]:
        return self._call.rows("stock.warehouse", [("id", "in", list(ids))], WAREHOUSE, order="id") if ids else []

    def _place(self, row: Row, products: Sequence[int], company: int) -> RoutePlace:
        own = row["company_id"][0]
        told: Sequence[Row] = ()
        if products and own == company:
            inside = {"location": row["lot_stock_id"][0]}
            amounts = ["qty_available", "free_qty"]
            told = self._call(
                "product.product", "read", list(products), fields=amounts, companies=[company], context=inside
            )
        return RoutePlace(
            warehouse_id=row["id"],
            company_id=own,
            one_step=row["delivery_steps"] == ONE_STEP,
            held={each["id"]: exact(each["qty_available"]) for each in told},
            free={each["id"]: exact(each["free_qty"]) for each in told},
        )

    def _refused(self, picking: Picking, detail: str) -> Rejected:
        return Rejected("CD-4031", connection=self._call.slug, release=picking.name, detail=detail)


def _is_untouched(move: Row) -> bool:
    return move["state"] not in CLOSED and not _is_begun(move)


def _is_begun(move: Row) -> bool:
    return any(line.get("picked") or line.get("qty_done") for line in move.get("move_line_ids") or ())


def _own(moves: Mapping[int, Row], goal: RouteGoal) -> list[Row]:
    return [moves[number] for number in goal.moves]


def _taken(move: Row, warehouse: int, kind: int, stock: int) -> list[list[Any]]:
    """The unit is written as it is: Odoo then refuses a move that is done by now. What was reserved is let go."""
    lines = [[2, each["id"], 0] for each in move.get("move_line_ids") or ()]
    there = {"location_id": stock, "picking_type_id": kind, "warehouse_id": warehouse}
    unit = {"product_uom": move["product_uom"]["id"]}
    return [[1, move["id"], {**there, **unit, "move_line_ids": lines}], [4, move["id"], 0]]


def _is_to_reserve(row: Row) -> bool:
    states = {each["state"] for each in row.get("move_ids") or ()}
    wants = bool(states & {"confirmed", "partially_available", "waiting"})
    return wants and row["picking_type_id"].get("reservation_method") in (AT_ONCE, None)


def _move(row: Row) -> RouteMove:
    """Since 18 a storable product is marked as one, before it was a type of its own."""
    product = row["product_id"]
    stocked = bool(product.get("is_storable")) or product.get("type") == "product"
    demand, quantity = Decimal(str(row["product_uom_qty"] or 0)), exact(row.get("product_qty"))
    held = Decimal(str(row.get("quantity") or row.get("reserved_availability") or 0))
    return RouteMove(
        id=row["id"],
        line=(row.get("sale_line_id") or {}).get("id"),
        product_id=product["id"],
        sku=str(product.get("default_code") or product.get("name") or ""),
        quantity=quantity,
        reserved=exact(held * quantity / demand) if demand else Decimal(0),
        stocked=stocked,
    )
