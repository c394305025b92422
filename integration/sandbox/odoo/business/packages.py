"""Packages, and goods that stay in theirs when all of it moves."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, serves
from .amounts import CLOSED, in_product_unit, line_booked
from .stock import EPSILON, package_model

Content = dict[tuple[int, int], float]  # by product and lot


@serves("stock.quant.package", "stock.package")
class Package(Model):
    """A package: where its goods are."""

    @computes("location_id")
    def _location(self, record: Record) -> Any:
        return next((quant.location_id.id for quant in _filled(record)), False)

    @computes("company_id")
    def _company(self, record: Record) -> Any:
        companies = {quant.company_id.id for quant in _filled(record)}
        return companies.pop() or False if len(companies) == 1 else False

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        number = self.env.store.next_number("package")
        return {"name": f"PACK{number:07d}", "pack_date": self.env.now.date(), "package_use": "disposable"}


def keep_together(picking: Record) -> None:
    """Lines that take all that is in a package leave it there, unless the package is one to use again."""
    if not picking.env.store.table(package_model(picking.env)):
        return
    lines = [line for line in picking.move_line_ids if line.package_id and line.move_id.state not in CLOSED]
    for package in dict.fromkeys(line.package_id for line in lines):
        mine = [line for line in lines if line.package_id == package]
        if not _is_reusable(package) and _same(_taken(mine), _inside(package)):
            for line in mine:
                if not line.result_package_id:
                    line.put(result_package_id=package)


def _filled(package: Record) -> list[Record]:
    """Rows of nothing stay behind where goods were."""
    return [quant for quant in package.quant_ids if quant.quantity or quant.reserved_quantity]


def _is_reusable(package: Record) -> bool:
    owner = package if "package_use" in package.env.database.fields(package.model_name) else package.package_type_id
    return bool(owner.raw("package_use") == "reusable")


def _taken(lines: list[Record]) -> Content:
    found: Content = defaultdict(float)
    for line in lines:
        found[line.product_id.id, line.lot_id.id] += in_product_unit(line, line_booked(line))
    return found


def _inside(package: Record) -> Content:
    found: Content = defaultdict(float)
    for quant in package.quant_ids:
        found[quant.product_id.id, quant.lot_id.id] += quant.quantity
    return found


def _same(one: Content, other: Content) -> bool:
    return all(abs(one.get(key, 0.0) - other.get(key, 0.0)) < EPSILON for key in {*one, *other})
