"""Puts received goods away, from just that place to another one: an internal transfer, known by its source document."""

from collections.abc import Mapping, Sequence
from typing import Any

from integration.adapters.odoo.caller import Caller, Row
from integration.adapters.odoo.posting import done
from integration.adapters.odoo.receiving import NAME
from integration.canonical.erp import PutAwayMove
from integration.errors import Rejected

WAREHOUSE = ["int_type_id", "lot_stock_id", "company_id"]


class PutAways:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def moved(self, mark: str) -> str | None:
        """The name of the transfer that was made and validated under this mark."""
        found = self._found(mark)
        return str(found["name"]) if found and found["state"] == "done" else None

    def products(self, skus: Sequence[str], company_id: int) -> dict[str, int]:
        """By code, where just one product has it."""
        domain = [("default_code", "in", sorted(skus)), ("company_id", "in", [company_id, False])]
        rows = self._call.rows("product.product", domain, ["default_code"], companies=[company_id])
        names = [str(row["default_code"]) for row in rows]
        return {name: int(row["id"]) for name, row in zip(names, rows, strict=True) if names.count(name) == 1}

    def put_away(self, warehouse_id: int, mark: str, parts: Sequence[PutAwayMove]) -> str:
        """Raises Rejected CD-7009. The transfer's name."""
        found = self._found(mark)
        [warehouse] = self._call.rows("stock.warehouse", [("id", "=", warehouse_id)], WAREHOUSE)
        picking_id = int(found["id"]) if found else self._make(warehouse, mark, parts)
        if found is None or found["state"] != "done":
            context = {"skip_backorder": True, "skip_immediate": True, "skip_sms": True, "skip_expired": True}
            how: dict[str, Any] = {"companies": [warehouse["company_id"][0]], "context": context}
            self._join_lines(picking_id)
            self._call("stock.picking", "button_validate", [picking_id], **how)
        name = self.moved(mark)
        if name is None:
            raise self._refused(mark, "it was validated and is still open")
        return name

    def _found(self, mark: str) -> Row | None:
        """One that somebody cancelled moves nothing: it is made anew."""
        domain = [("origin", "=", mark), ("state", "!=", "cancel")]
        rows = self._call.rows("stock.picking", domain, ["name", "state"], order="id")
        return next(iter(rows), None)

    def _make(self, warehouse: Row, mark: str, parts: Sequence[PutAwayMove]) -> int:
        company, stock = warehouse["company_id"][0], warehouse["lot_stock_id"][0]
        units, lots = self._units(parts), self._lots(parts, mark, company)
        values = {
            "picking_type_id": warehouse["int_type_id"][0],
            "location_id": stock,
            "location_dest_id": stock,
            "origin": mark,
            "move_ids": [[0, 0, self._move(part, stock, units, lots, mark)] for part in parts],
        }
        return self._call.create("stock.picking", values, companies=[company])

    def _join_lines(self, picking_id: int) -> None:
        """Without it 16 finds nothing done in the transfer, and refuses to validate it."""
        if self._call.version.joined_lines:
            return
        domain = [("move_id.picking_id", "=", picking_id), ("picking_id", "=", False)]
        if alone := self._call("stock.move.line", "search", domain=domain):
            self._call("stock.move.line", "write", alone, vals={"picking_id": picking_id})

    def _move(
        self,
        part: PutAwayMove,
        stock: int,
        units: Mapping[str, int],
        lots: Mapping[tuple[int, str], int],
        mark: str,
    ) -> dict[str, Any]:
        version = self._call.version
        if part.unit not in units:
            raise self._refused(mark, f"there is no unit {part.unit}")
        places = {"location_id": part.from_id or stock, "location_dest_id": part.to_id or stock}
        line = {"product_id": part.product_id, "product_uom_id": units[part.unit], **places}
        line |= {"lot_id": lots[part.product_id, part.lot]} if part.lot else {}
        return {
            **({"name": NAME} if version.named_moves else {}),
            "product_id": part.product_id,
            "product_uom": units[part.unit],
            "product_uom_qty": float(part.quantity),
            **places,
            **({"picked": True} if version.picked else {}),
            "move_line_ids": [[0, 0, {**line, **done(part.quantity, version, version.line_done)}]],
        }

    def _units(self, parts: Sequence[PutAwayMove]) -> dict[str, int]:
        names = sorted({part.unit for part in parts})
        rows = self._call.rows("uom.uom", [("name", "in", names)], ["name"])
        return {str(row["name"]): int(row["id"]) for row in rows}

    def _lots(self, parts: Sequence[PutAwayMove], mark: str, company: int) -> dict[tuple[int, str], int]:
        names = sorted({part.lot for part in parts if part.lot})
        if not names:
            return {}
        domain = [("name", "in", names), ("company_id", "in", [company, False])]
        rows = self._call.rows("stock.lot", domain, ["name", "product_id"], companies=[company])
        found = {(int(row["product_id"][0]), str(row["name"])): int(row["id"]) for row in rows}
        unknown = [part.lot for part in parts if part.lot and (part.product_id, part.lot) not in found]
        if unknown:
            raise self._refused(mark, f"Odoo has no lot {unknown[0]} of that product")
        return found

    def _refused(self, mark: str, detail: str) -> Rejected:
        return Rejected(
            "CD-7009", connection=self._call.slug, receipt=mark, picking="an internal transfer", detail=detail
        )
