"""Products, templates, units of measure and packagings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..faults import ValidationError
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, serves
from .places import is_inside
from .taxes import default_taxes

ON_VARIANT = ("default_code", "barcode", "weight", "volume", "standard_price")
OPEN_STATES = ("waiting", "confirmed", "assigned", "partially_available")


def convert(quantity: float, source: Record, target: Record) -> float:
    """A quantity in another unit, rounded as that says. `factor` is the size of the unit in 19, its inverse before."""
    if source == target or not source or not target:
        return quantity
    ratio = source.factor / target.factor if source.env.traits.factor_is_size else target.factor / source.factor
    step = float(target.rounding or 0.01)
    return float(round(round(quantity * ratio / step) * step, 6))


def price_per(price: float, source: Record, target: Record) -> float:
    """A price per unit as a price per another unit."""
    if source == target or not source or not target:
        return price
    ratio = target.factor / source.factor if source.env.traits.factor_is_size else source.factor / target.factor
    return float(round(price * ratio, 6))


def total(quantities: Iterable[float]) -> float:
    """A sum without the dust of binary fractions."""
    return float(round(sum(quantities), 6))


def label_of(record: Record) -> str:
    return f"[{record.default_code}] {record.name}" if record.default_code else str(record.name or "")


@serves("uom.uom")
class Unit(Model):
    """A unit."""

    @computes("factor_inv")
    def _factor_inv(self, record: Record) -> float:
        return round(1 / record.factor, 6) if record.factor else 0.0

    @computes("ratio")
    def _ratio(self, record: Record) -> float:
        return self._factor_inv(record) if record.uom_type == "bigger" else float(record.factor)

    @computes("parent_path")
    def _path(self, record: Record) -> str:
        base = record.relative_uom_id
        return f"{self._path(base) if base else ''}{record.id}/"

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        found = {"active": True, "rounding": 0.01, "factor": 1.0, "uom_type": "reference", "relative_factor": 1.0}
        base = self.env.browse("uom.uom", values.get("relative_uom_id"))
        if base:
            found["factor"] = base.factor * float(values.get("relative_factor") or 1.0)
        return found


@serves("product.template")
class Template(Model):
    """A product as sales see it."""

    def label(self, record: Record) -> str:
        return label_of(record)

    @computes("is_storable")
    def _is_storable(self, record: Record) -> bool:
        row = self.env.store.table(self.name)[record.id]
        if self.env.traits.storable_flag:
            return bool(row.get("is_storable"))
        return row.get("detailed_type") == "product"

    @computes("type")
    def _type(self, record: Record) -> str:
        row = self.env.store.table(self.name)[record.id]
        if self.env.traits.storable_flag:
            return str(row.get("type") or "consu")
        return str(row.get("detailed_type") or "consu")

    @computes("product_variant_id")
    def _variant(self, record: Record) -> int | bool:
        found = self.env.store.ids_pointing("product.product", "product_tmpl_id", [record.id])
        return found[0] if found else False

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        unit = values.get("uom_id") or 1
        return {
            "active": True,
            "sale_ok": True,
            "purchase_ok": True,
            "tracking": "none",
            "invoice_policy": "order",
            "purchase_method": "purchase" if _is_service(values) else "receive",
            "taxes_id": [[6, 0, default_taxes(self.env, "sale")]],
            "supplier_taxes_id": [[6, 0, default_taxes(self.env, "purchase")]],
            "list_price": 1.0,
            "uom_id": unit,
            "categ_id": False if self.env.traits.number >= 19 else 1,
            **self._routes(),
            **({"uom_po_id": unit} if "uom_po_id" in self.fields else {}),
            **(
                {"detailed_type": values.get("type") or "consu"}
                if not self.env.traits.storable_flag
                else {"type": "consu"}
            ),
        }

    def _routes(self) -> dict[str, Any]:
        """Until 18 a new product may be bought."""
        if self.env.traits.number >= 19:
            return {}
        return {"route_ids": [[6, 0, [route.id for route in self.env.find("stock.route", ["name", "=", "Buy"])]]]}

    def created(self, record: Record, values: dict[str, Any]) -> None:
        if not self.env.context.get("variant_given"):
            own = {key: values[key] for key in ON_VARIANT if key in values}
            self.env.model("product.product").create_all([{"product_tmpl_id": record.id, **own}])

    def written(self, records: list[Record], values: dict[str, Any]) -> None:
        own = {key: values[key] for key in ON_VARIANT if key in values}
        for record in records:
            for variant in record.product_variant_ids:
                if own or "active" in values:
                    variant.write(**own, **({"active": values["active"]} if "active" in values else {}))
                elif self.env.traits.picked:
                    variant.touch()


def _is_service(values: dict[str, Any]) -> bool:
    return "service" in (values.get("type"), values.get("detailed_type"))


def _variant_value(column: str) -> Any:
    def read(model: Template, record: Record) -> Any:
        variant = record.product_variant_id
        return variant.raw(column) if variant else model.fields[column].empty

    return read


for _column in ON_VARIANT:
    Template.computes[_column] = _variant_value(_column)


@serves("product.product")
class Product(Model):
    """A product as the warehouse sees it."""

    def label(self, record: Record) -> str:
        return label_of(record)

    @computes("lst_price")
    def _lst_price(self, record: Record) -> float:
        return float(record.list_price)

    @computes("partner_ref", "code")
    def _code(self, record: Record) -> Any:
        return record.default_code

    @computes("qty_available")
    def _on_hand(self, record: Record) -> float:
        return total(quant.quantity for quant in self._quants(record))

    @computes("free_qty")
    def _free(self, record: Record) -> float:
        return total(quant.quantity - quant.reserved_quantity for quant in self._quants(record))

    @computes("incoming_qty")
    def _incoming(self, record: Record) -> float:
        return self._moving(record, "location_dest_id", "location_id")

    @computes("outgoing_qty")
    def _outgoing(self, record: Record) -> float:
        return self._moving(record, "location_id", "location_dest_id")

    @computes("virtual_available")
    def _forecast(self, record: Record) -> float:
        return round(self._on_hand(record) + self._incoming(record) - self._outgoing(record), 6)

    def _here(self, location: Record) -> bool:
        """Inside a warehouse, or inside the one, or the place, that the context names."""
        context = self.env.context
        if place := context.get("location"):
            return is_inside(location, self.env.browse("stock.location", place))
        wanted = context.get("warehouse_id") or context.get("warehouse")
        if location.usage not in ("internal", "transit"):
            return False
        return location.warehouse_id.id == wanted if wanted else bool(location.warehouse_id)

    def _quants(self, record: Record) -> list[Record]:
        return [quant for quant in record.stock_quant_ids if self._here(quant.location_id)]

    def _moving(self, record: Record, inside: str, outside: str) -> float:
        moves = (move for move in record.stock_move_ids if move.state in OPEN_STATES)
        chosen = [m for m in moves if self._here(getattr(m, inside)) and not self._here(getattr(m, outside))]
        return total(move.product_qty for move in chosen)

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"active": True}

    def check(self, record: Record) -> None:
        if not record.barcode:
            return
        packs = "product.packaging" if "product.packaging" in self.env.database.schema else "product.uom"
        if self.env.first(packs, ["barcode", "=", record.barcode]):
            raise ValidationError("A packaging already uses the barcode")
        same = [one for one in self.env.find(self.name, ["barcode", "=", record.barcode]) if one != record]
        if same:
            joint = " and " if self.env.traits.number >= 18 else ", "
            names = joint.join(label_of(one) for one in [*same, record])
            raise ValidationError(
                f'Barcode(s) already assigned:\n\n- Barcode "{record.barcode}" already assigned to product(s): {names}'
                + (
                    "\n\nNote: products that you don't have access to will not be shown above."
                    if self.env.traits.picked
                    else ""
                )
            )
