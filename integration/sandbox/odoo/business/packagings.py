"""Boxes of products with barcodes of their own: packagings until 18, units of a product since 19."""

from __future__ import annotations

from typing import Any

from ..faults import ValidationError
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import serves
from .products import Template

PREFIX = "The operation cannot be completed: "
SAME_BARCODE = f"{PREFIX}A barcode can only be assigned to one packaging."
NOT_POSITIVE = f"{PREFIX}Contained Quantity should be positive."


class Boxed(Model):
    """Something with a barcode that is nobody else's."""

    def check(self, record: Record) -> None:
        if not record.barcode:
            return
        if len(self.env.find(self.name, ["barcode", "=", record.barcode])) > 1:
            raise ValidationError(SAME_BARCODE)
        if self.env.first("product.product", ["barcode", "=", record.barcode]):
            raise ValidationError("A product already uses the barcode")


@serves("product.packaging")
class Packaging(Boxed):
    """A box of so many."""

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"qty": 1.0, "sales": True, "purchase": True, "sequence": 1}

    def check(self, record: Record) -> None:
        super().check(record)
        if record.qty <= 0:
            raise ValidationError(NOT_POSITIVE)


@serves("product.uom")
class ProductUnit(Boxed):
    """The barcode of a product in one of its units."""

    def label(self, record: Record) -> str:
        return str(record.barcode)


def _of_variant(model: Template, record: Record) -> Any:
    return record.product_variant_id.raw("packaging_ids") if "packaging_ids" in model.fields else ()


Template.computes["packaging_ids"] = _of_variant
