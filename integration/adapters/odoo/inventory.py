"""What lies where in a warehouse of Odoo's: its locations, its products, its quantities, and what people moved."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from integration.adapters.odoo.adjusting import Adjusting
from integration.adapters.odoo.caller import Caller, Row
from integration.adapters.odoo.deliveries import Deliveries
from integration.adapters.odoo.quantities import exact
from integration.adapters.odoo.reading import Reading
from integration.adapters.odoo.relocating import Relocating
from integration.adapters.odoo.specs import ID, NAME
from integration.adapters.odoo.watching import Watching
from integration.canonical.stock import Adjustment, Landed, Layout, Product, Quantity, Relocation, StockMove

WAREHOUSE: dict[str, Any] = {"company_id": {"currency_id": NAME}, "lot_stock_id": ID}
KEPT = ("internal", "transit", "view")
PAGE = 5_000  # quants a call
PRODUCT = ("default_code", "name", "tracking", "uom_id", "standard_price", "active")
QUANT = ("product_id", "location_id", "lot_id", "quantity", "reserved_quantity")


class Inventory:
    """Implements ``adapters.stock.StockGateway``."""

    def __init__(self, caller: Caller, deliveries: Deliveries) -> None:
        self._call = caller
        self._reading = Reading(caller)
        self._adjusting = Adjusting(caller)
        self._relocating = Relocating(caller, deliveries)
        self._watching = Watching(caller)

    def layout(self, warehouse_id: int, places: Sequence[int]) -> Layout:
        """Two calls, on 16 three."""
        [row] = self._reading.by_id("stock.warehouse", [warehouse_id], WAREHOUSE)
        domain = ["|", ("warehouse_id", "=", warehouse_id), ("id", "child_of", list(places))]
        found = self._call.rows(
            "stock.location",
            [("usage", "in", list(KEPT)), *domain],
            ["complete_name", "location_id"],
            context={"active_test": False},
        )
        return Layout(
            warehouse_id=warehouse_id,
            company_id=row["company_id"]["id"],
            currency=((row["company_id"].get("currency_id") or {}).get("name")) or "",
            main=row["lot_stock_id"]["id"],
            parents={each["id"]: _id(each["location_id"]) for each in found},
            names={each["id"]: str(each["complete_name"]) for each in found},
        )

    def products(self, company_id: int, *, skus: Sequence[str] = (), ids: Sequence[int] = ()) -> Sequence[Product]:
        """Two calls. A code that several products have is answered several times."""
        named: list[object] = [("default_code", "in", sorted(skus))] if skus else [("id", "in", sorted(ids))]
        return self._products(company_id, named)

    def products_after(self, company_id: int, after: int, limit: int) -> Sequence[Product]:
        """Two calls."""
        goods = [("id", ">", after), ("type", "!=", "service")]
        return self._products(company_id, goods, limit=limit, context={"active_test": False})

    def _products(self, company_id: int, named: Sequence[object], **how: Any) -> list[Product]:
        domain = [*named, ("company_id", "in", [company_id, False])]
        rows = self._call.rows("product.product", domain, PRODUCT, companies=[company_id], order="id", **how)
        units = sorted({int(row["uom_id"][0]) for row in rows})
        kept = {row["id"]: row for row in self._call.rows("uom.uom", [("id", "in", units)], ["name", "rounding"])}
        return [_product(row, kept[row["uom_id"][0]]) for row in rows]

    def quantities(self, layout: Layout, product_ids: Sequence[int]) -> Sequence[Quantity]:
        """A call for each ``PAGE``. Packages and owners are added up."""
        domain = [("location_id", "in", sorted(layout.parents)), ("product_id", "in", sorted(product_ids))]
        found: dict[tuple[int, int, str], Quantity] = {}
        for row in self._quants(layout, domain):
            lot = row["lot_id"]
            of = row["product_id"][0], row["location_id"][0], lot[1] if lot else ""
            here, reserved = exact(row["quantity"]), exact(row["reserved_quantity"])
            if of in found:
                here, reserved = here + found[of].on_hand, reserved + found[of].reserved
            found[of] = Quantity(*of, here, reserved)
        return list(found.values())

    def written(self, layout: Layout, since: datetime) -> frozenset[int]:
        """A call for each ``PAGE`` of quants and of products. ``since`` is cut to whole seconds: 19 compares those."""
        second = since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        quants = ["|", ("write_date", ">=", second), ("lot_id.write_date", ">=", second)]
        goods = ["|", ("write_date", ">=", second), ("product_tmpl_id.write_date", ">=", second)]
        how: dict[str, Any] = {"companies": [layout.company_id], "context": {"active_test": False}}
        lying = self._all(
            "stock.quant", [("location_id", "in", sorted(layout.parents)), *quants], ["product_id"], **how
        )
        products = {row["product_id"][0] for row in lying}
        return frozenset(products | {row["id"] for row in self._all("product.product", goods, ["type"], **how)})

    def _quants(self, layout: Layout, domain: Sequence[object]) -> Iterator[Row]:
        return self._all("stock.quant", domain, QUANT, companies=[layout.company_id])

    def _all(self, model: str, domain: Sequence[object], fields: Sequence[str], **how: Any) -> Iterator[Row]:
        after, full = 0, True
        while full:
            rows = self._call.rows(model, [("id", ">", after), *domain], fields, order="id", limit=PAGE, **how)
            yield from rows
            full = len(rows) == PAGE
            after = rows[-1]["id"] if rows else after

    def adjust(self, adjustment: Adjustment) -> Landed:
        return self._adjusting.adjust(adjustment)

    def adjusted(self, adjustment: Adjustment) -> Landed | None:
        return self._adjusting.found(adjustment)

    def relocate(self, relocation: Relocation) -> Landed:
        return self._relocating.relocate(relocation)

    def relocated(self, relocation: Relocation) -> Landed | None:
        return self._relocating.found(relocation)

    def by_hand(self, layout: Layout, since: datetime, *, after_id: int, limit: int) -> Sequence[StockMove]:
        return self._watching.by_hand(layout, since, after_id=after_id, limit=limit)


def _product(row: Row, unit: Row) -> Product:
    return Product(
        id=row["id"],
        sku=str(row["default_code"] or ""),
        name=str(row["name"])[:500],
        tracking=row["tracking"] or "none",
        unit=str(unit["name"]),
        rounding=exact(unit.get("rounding") or 0.01),
        cost=exact(row["standard_price"]),
        active=bool(row.get("active", True)),
    )


def _id(value: Any) -> int | None:
    return int(value[0]) if value else None
