"""Master data: which rows were written, which records there are, and what they say."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from integration.adapters.odoo import records
from integration.adapters.odoo.caller import Caller, Row
from integration.adapters.odoo.pickings import moment
from integration.adapters.odoo.reading import Reading
from integration.adapters.odoo.specs import ID
from integration.canonical.master import Record, Written

Path = tuple[str, ...]
MODELS = {
    "item": "product.product",
    "customer": "res.partner",
    "supplier": "res.partner",
    "place": "stock.location",
    "lot": "stock.lot",
    "unit": "uom.uom",
    "carrier": "delivery.carrier",
    "site": "stock.warehouse",
}
DOMAINS: Mapping[str, Sequence[object]] = {
    "item": [("type", "!=", "service")],
    "customer": [("commercial_partner_id.customer_rank", ">", 0)],
    "supplier": [("commercial_partner_id.supplier_rank", ">", 0)],
    "place": [("usage", "in", ["internal", "transit"])],
}
VARIANTS = "product_variant_ids"
# What else an item is made of: a write there leaves no trace on the product (on 16 not even one of its template).
SOURCES: Mapping[str, Mapping[str, Path]] = {
    "item": {
        "product.product": (),
        "product.template": (VARIANTS,),
        "product.packaging": ("product_id",),
        "product.uom": ("product_id",),
        "mrp.bom": ("product_tmpl_id", VARIANTS),
        "mrp.bom.line": ("bom_id", "product_tmpl_id", VARIANTS),
    },
    "lot": {"stock.lot": ()},
}
# A model that an app or a version brings, and a field that is there when it is.
TELLS = {
    "product.packaging": ("product.product", "packaging_ids"),
    "product.uom": ("product.product", "product_uom_ids"),
    "mrp.bom": ("product.product", "is_kits"),
    "mrp.bom.line": ("product.product", "is_kits"),
    "delivery.carrier": ("stock.picking", "carrier_id"),
}


class Master:
    def __init__(self, caller: Caller) -> None:
        self._call = caller
        self._reading = Reading(caller)

    def sources(self, kind: str) -> list[str]:
        """The models whose writes change records of this kind; none where Odoo lacks the app for it."""
        return [model for model in SOURCES.get(kind, {MODELS[kind]: ()}) if self._there(model)]

    def written(self, kind: str, source: str, since: datetime, *, after_id: int, limit: int) -> list[Written]:
        """Rows of the source written at or after ``since`` with an id above ``after_id``, by id."""
        path = SOURCES.get(kind, {}).get(source, ())
        second = (since.astimezone(UTC) - timedelta(microseconds=since.microsecond)).strftime("%Y-%m-%d %H:%M:%S")
        domain = [("write_date", ">=", second), ("id", ">", after_id), *self._archived_too(source)]
        spec: dict[str, Any] = ID
        for name in reversed(path):
            spec = {name: spec}
        rows = self._reading.search(source, domain, {"write_date": {}, **(spec if path else {})}, limit=limit)
        return [
            Written(
                id=row["id"],
                written_at=moment(row["write_date"]) or datetime.now(UTC),
                records=tuple(sorted(_behind(row, path))),
            )
            for row in rows
        ]

    def ids(self, kind: str, *, after_id: int, limit: int) -> list[int]:
        """Every record's id, of archived ones too, by id."""
        domain = [("id", ">", after_id), *self._belonging(kind)]
        return [int(each) for each in self._call(MODELS[kind], "search", domain=domain, limit=limit, order="id")]

    def records(self, kind: str, ids: Sequence[int]) -> list[Record]:
        """What these records say; those that are gone, or of another kind, are left out."""
        if not ids:
            return []
        domain = [("id", "in", list(ids)), *self._belonging(kind)]
        rows = self._reading.search(MODELS[kind], domain, records.SPECS[kind])
        read = records.READ[kind]
        if kind != "item":
            return [read(row) for row in rows]
        boms = self._boms(rows) if self._there("mrp.bom") else {}
        return [records.item(row, boms.get(row["id"])) for row in rows]

    def _belonging(self, kind: str) -> list[object]:
        return [*DOMAINS.get(kind, ()), *self._archived_too(MODELS[kind])]

    def _archived_too(self, model: str) -> list[object]:
        return [("active", "in", [True, False])] if self._call.fields(model, ["active"]) else []

    def _there(self, model: str) -> bool:
        if model not in TELLS:
            return True
        beside, field = TELLS[model]
        return bool(self._call.fields(beside, [field]))

    def _boms(self, items: Sequence[Row]) -> dict[int, Row]:
        """The bill that makes a kit of each: one of the variant goes before one of all variants.

        Of whichever company: from 17 on ``is_kits`` is false where the bill is not the first company's of the call.
        """
        templates = sorted({row["product_tmpl_id"]["id"] for row in items})
        domain = [("type", "=", "phantom"), ("product_tmpl_id", "in", templates)]
        found = sorted(
            self._reading.search("mrp.bom", domain, records.BOM),
            key=lambda bom: (bom.get("product_id") is None, bom.get("sequence") or 0, bom["id"]),
        )
        return {row["id"]: bom for row in items if (bom := next((b for b in found if _makes(b, row)), None))}


def _makes(bom: Row, product: Row) -> bool:
    variant = bom.get("product_id")
    if bom["product_tmpl_id"]["id"] != product["product_tmpl_id"]["id"]:
        return False
    return variant is None or bool(variant["id"] == product["id"])


def _behind(row: Row, path: Path) -> set[int]:
    rows: list[Row] = [row]
    for name in path:
        below = [each.get(name) for each in rows]
        rows = [one for each in below if each for one in (each if isinstance(each, list) else [each])]
    return {int(each["id"]) for each in rows}
