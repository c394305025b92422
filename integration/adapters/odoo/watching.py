"""Finds what people did to a warehouse's stock in Odoo itself: counts, scrap, transfers inside of the warehouse."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integration.adapters.odoo.caller import Caller, Row
from integration.adapters.odoo.pickings import moment
from integration.adapters.odoo.quantities import exact
from integration.adapters.odoo.records import THOUSANDTH
from integration.canonical.stock import Layout, StockMove

OURS = "Crossdock"
FIELDS = [
    "move_id",
    "reference",
    "product_id",
    "lot_id",
    "location_id",
    "location_dest_id",
    "picking_id",
    "date",
    "create_uid",
    "product_uom_id",
    "quantity_product_uom",
]
ONE = Decimal(1)
LOSS = "inventory"  # how Odoo calls the places that goods vanish to, and are found from


class Watching:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def by_hand(self, layout: Layout, since: datetime, *, after_id: int, limit: int) -> list[StockMove]:
        """Lines of done movements by id; two calls a page, three when there were transfers.

        Pages of nothing but ours are walked on: an empty answer means that there is no more.
        """
        while True:
            rows = self._page(layout, since, after_id, limit)
            found = self._by_hand(rows, sorted(layout.parents))
            if found or len(rows) < limit:
                return found
            after_id = int(rows[-1]["id"])

    def _by_hand(self, rows: Sequence[Row], here: Sequence[int]) -> list[StockMove]:
        documents = self._documents(rows)
        theirs = [row for row in rows if not _ours(row, documents.get(_id(row["picking_id"]) or 0))]
        products = self._products(theirs)
        quantities = self._quantities(theirs, products)
        return [_move(row, products.get(row["product_id"][0]), quantities[row["id"]], here) for row in theirs]

    def _page(self, layout: Layout, since: datetime, after_id: int, limit: int) -> list[Row]:
        here = sorted(layout.parents)
        second = since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        done = self._call.version.line_done
        domain = [
            ("id", ">", after_id),
            ("state", "=", "done"),
            ("write_date", ">=", second),
            "|",
            ("location_id", "in", here),
            ("location_dest_id", "in", here),
            "|",
            "|",
            ("location_id.usage", "=", LOSS),
            ("location_dest_id.usage", "=", LOSS),
            ("picking_id.picking_type_id.code", "=", "internal"),
        ]
        how: dict[str, Any] = {"companies": [layout.company_id], "order": "id", "limit": limit}
        return self._call.rows("stock.move.line", domain, [*FIELDS, done], **how)

    def _documents(self, rows: Sequence[Row]) -> dict[int, Row]:
        ids = sorted({row["picking_id"][0] for row in rows if row["picking_id"]})
        if not ids:
            return {}
        found = self._call.rows("stock.picking", [("id", "in", ids)], ["origin", "note", "sale_id"])
        return {row["id"]: row for row in found}

    def _products(self, rows: Sequence[Row]) -> dict[int, Row]:
        """Also those that are archived."""
        ids = sorted({row["product_id"][0] for row in rows})
        if not ids:
            return {}
        how: dict[str, Any] = {"context": {"active_test": False}}
        found = self._call.rows("product.product", [("id", "in", ids)], ["default_code", "uom_id"], **how)
        return {row["id"]: row for row in found}

    def _quantities(self, rows: Sequence[Row], products: Mapping[int, Row]) -> dict[int, Decimal]:
        """In the product's own unit, which 16 does not tell: a line has the unit that a person chose."""
        done = self._call.version.line_done
        if all("quantity_product_uom" in row for row in rows):
            return {row["id"]: exact(row["quantity_product_uom"]) for row in rows}
        units = {row["id"]: (row["product_uom_id"][0], products[row["product_id"][0]]["uom_id"][0]) for row in rows}
        sizes = self._sizes({unit for pair in units.values() if pair[0] != pair[1] for unit in pair})
        return {
            row["id"]: exact(exact(row[done]) * sizes.get(line, ONE) / sizes.get(own, ONE))
            for row in rows
            for line, own in [units[row["id"]]]
        }

    def _sizes(self, units: Collection[int]) -> dict[int, Decimal]:
        """How many of the category's own unit each is, without the residue of a rounded reciprocal."""
        found = self._call.rows("uom.uom", [("id", "in", sorted(units))], ["factor_inv"]) if units else []
        sizes = {row["id"]: exact(row["factor_inv"]) for row in found}
        return {unit: exact(size, THOUSANDTH) if size > 1 else size for unit, size in sizes.items()}


def _ours(row: Row, picking: Row | None) -> bool:
    """By its mark; an earlier step of an order's delivery is the order's."""
    if str(row["reference"] or "").startswith(f"{OURS} "):
        return True
    return picking is not None and bool(
        picking.get("sale_id") or OURS in str(picking["note"] or "") or str(picking["origin"] or "").startswith(OURS)
    )


def _move(row: Row, product: Row | None, quantity: Decimal, here: Sequence[int]) -> StockMove:
    ends = (row["location_id"][0], row["location_dest_id"][0])
    taken, put = (end if end in here else None for end in ends)
    return StockMove(
        id=row["id"],
        text=str(row["reference"] or "")[:200],
        product_id=row["product_id"][0],
        sku=str(product["default_code"] or "") if product else "",
        lot=str(row["lot_id"][1]) if row["lot_id"] else "",
        quantity=quantity,
        from_id=taken,
        to_id=put,
        done_at=moment(row["date"]) or datetime.now(UTC),
        by=str(row["create_uid"][1]) if row["create_uid"] else "",
    )


def _id(value: Any) -> int | None:
    return int(value[0]) if value else None
