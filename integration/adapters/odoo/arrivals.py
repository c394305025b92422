"""Finds what a receipt calls by name, before anything of it is written: lots, and products that no move asks for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integration.adapters.odoo.caller import Caller, Row
from integration.adapters.odoo.quantities import exact
from integration.adapters.odoo.receiving import Arriving, Product
from integration.canonical.erp import ExtraLine, Picking, ReceiptPosting
from integration.errors import Causes, Permanent, Rejected

IN_STOCK = ("location_id.usage", "=", "internal")


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A lot or serial number that came in, of which product."""

    product_id: int
    sku: str
    tracking: str
    name: str


class Arrivals:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def known(self, picking: Picking, posting: ReceiptPosting) -> Arriving:
        """Raises Rejected CD-7008 for a serial number that is in stock, or a lot that never left on a transfer;
        CD-7009 for a product that cannot be told."""
        products = self._products(picking, posting)
        numbered = list(dict.fromkeys(_numbered(picking, posting, products)))
        lots = self._lots(picking, numbered)
        causes = [*self._not_left(picking, posting, numbered, lots), *self._in_stock(picking, posting, numbered, lots)]
        if causes:
            raise Causes(causes) if len(causes) > 1 else causes[0]
        expiry = bool(numbered) and bool(self._call.fields("stock.move.line", ["expiration_date"]))
        return Arriving(lots, {sku: product for sku, (product, _) in products.items()}, expiry)

    def _products(self, picking: Picking, posting: ReceiptPosting) -> dict[str, tuple[Product, str]]:
        return {extra.sku: self._product(picking, posting, extra) for extra in posting.extras}

    def _product(self, picking: Picking, posting: ReceiptPosting, extra: ExtraLine) -> tuple[Product, str]:
        how: dict[str, Any] = {"companies": [picking.company_id]}
        domain = [("default_code", "=", extra.sku), ("company_id", "in", [picking.company_id, False])]
        rows = self._call.rows("product.product", domain, ["tracking"], **how)
        units = self._call.rows("uom.uom", [("name", "=", extra.unit)], ["rounding"], **how)
        if len(rows) != 1 or not units:
            detail = f"{len(rows)} products have the code {extra.sku}" if len(rows) != 1 else f"no unit {extra.unit}"
            where: dict[str, Any] = {"connection": self._call.slug, "receipt": posting.receipt, "picking": picking.name}
            raise Rejected("CD-7009", **where, detail=detail)
        rounding = exact(units[0].get("rounding") or 0.01)
        return Product(int(rows[0]["id"]), int(units[0]["id"]), rounding), str(rows[0]["tracking"] or "none")

    def _lots(self, picking: Picking, numbered: Sequence[_Numbered]) -> dict[tuple[int, str], int]:
        if not numbered:
            return {}
        names = sorted({each.name for each in numbered})
        domain = [("name", "in", names), ("company_id", "in", [picking.company_id, False])]
        rows = self._call.rows("stock.lot", domain, ["name", "product_id"], companies=[picking.company_id])
        return {(_id(row, "product_id"), str(row["name"])): int(row["id"]) for row in rows}

    def _not_left(
        self,
        picking: Picking,
        posting: ReceiptPosting,
        numbered: Sequence[_Numbered],
        lots: Mapping[tuple[int, str], int],
    ) -> Iterator[Permanent]:
        if picking.source != "transit":
            return
        for each in numbered:
            if (each.product_id, each.name) not in lots:
                yield self._number(posting, each, "Odoo does not know it, so it has not left the other warehouse")

    def _in_stock(
        self,
        picking: Picking,
        posting: ReceiptPosting,
        numbered: Sequence[_Numbered],
        lots: Mapping[tuple[int, str], int],
    ) -> Iterator[Permanent]:
        """A serial number is one piece: it cannot come in while it is there."""
        serials = {lots.get((each.product_id, each.name)): each for each in numbered if each.tracking == "serial"}
        serials.pop(None, None)
        if not serials:
            return
        domain = [("lot_id", "in", sorted(pk for pk in serials if pk)), ("quantity", ">", 0), IN_STOCK]
        rows = self._call.rows("stock.quant", domain, ["lot_id", "location_id"], companies=[picking.company_id])
        for row in rows:
            place = row["location_id"][1]
            yield self._number(posting, serials[_id(row, "lot_id")], f"it is in stock already, at {place}")

    def _number(self, posting: ReceiptPosting, each: _Numbered, detail: str) -> Rejected:
        where: dict[str, Any] = {
            "connection": self._call.slug,
            "receipt": posting.receipt,
            "lot": each.name,
            "sku": each.sku,
        }
        return Rejected("CD-7008", **where, detail=detail)


def _numbered(
    picking: Picking, posting: ReceiptPosting, products: Mapping[str, tuple[Product, str]]
) -> Iterator[_Numbered]:
    moves = {move.id: move for move in picking.moves}
    for line in posting.lines:
        move = moves.get(line.move_id)
        for detail in line.details if move else ():
            if move and detail.lot:
                yield _Numbered(move.product_id, move.sku or move.product, move.tracking, detail.lot)
    for extra in posting.extras:
        product, tracking = products[extra.sku]
        for detail in extra.details:
            if detail.lot:
                yield _Numbered(product.id, extra.sku, tracking, detail.lot)


def _id(row: Row, name: str) -> int:
    return int(row[name][0])
