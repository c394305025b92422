"""Bills of materials as clients read and write them."""

from __future__ import annotations

from typing import Any

from ..faults import ValidationError
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, serves
from .kits import bom_of
from .products import Product, Template, label_of

NOT_POSITIVE = "The operation cannot be completed: The quantity to produce must be positive!"


@serves("mrp.bom")
class Bom(Model):
    """What a product is made of; of a `phantom` one it is only put together."""

    def label(self, record: Record) -> str:
        code = f"{record.code}: " if record.code else ""
        return f"{code}{label_of(record.product_tmpl_id)}"

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        template = self.env.browse("product.template", values.get("product_tmpl_id"))
        return {
            "active": True,
            "company_id": self.env.company.id,
            "consumption": "warning",
            "product_qty": 1.0,
            "product_uom_id": template.uom_id.id or 1,
            "ready_to_produce": "all_available",
            "type": "normal",
        }

    def check(self, record: Record) -> None:
        if record.product_qty <= 0:
            raise ValidationError(NOT_POSITIVE)


@serves("mrp.bom.line")
class BomLine(Model):
    """One component."""

    def label(self, record: Record) -> str:
        return str(record.product_id.label)

    @computes("child_bom_id")
    def _child(self, record: Record) -> Any:
        return bom_of(record.product_id).id or False

    @computes("child_line_ids")
    def _child_lines(self, record: Record) -> Any:
        return tuple(line.id for line in bom_of(record.product_id).bom_line_ids)

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        product = self.env.browse("product.product", values.get("product_id"))
        return {"product_qty": 1.0, "product_uom_id": product.uom_id.id, "sequence": 1}


def _is_kit(model: Model, record: Record) -> bool:
    """By bills without a company, and those of the first company of the call; on 16 of all of them."""
    variant = record if model.name == "product.product" else record.product_variant_id
    bom, env = bom_of(variant), model.env
    asked = env.context.get("allowed_company_ids") if env.traits.version == "16" else None
    return bool(bom) and bom.company_id.id in (0, None, False, *(asked or [env.company.id]))


def _bom_count(model: Model, record: Record) -> int:
    template = record.product_tmpl_id if model.name == "product.product" else record
    return len(template.bom_ids)


for _class in (Product, Template):
    _class.computes["is_kits"] = _is_kit
    _class.computes["bom_count"] = _bom_count
