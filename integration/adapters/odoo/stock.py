"""Finds the lots and makes the packages that a shipment calls by name, before anything of it is written."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from integration.adapters.odoo.caller import Caller, Row
from integration.adapters.odoo.posting import Known, Lot
from integration.canonical.erp import LotLine, Move, Picking, PostingDetail, ShipmentPosting
from integration.errors import Causes, InvalidDocument, Permanent, Rejected

Wanted = Sequence[tuple[Move, PostingDetail]]


class Stock:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def known(self, picking: Picking, posting: ShipmentPosting) -> Known:
        """Raises InvalidDocument CD-5005 for an unknown lot, Rejected CD-5013 for one that cannot be shipped."""
        named = list(_named(picking, posting))
        lots = {
            (move.product_id, line.lot): Lot(line.lot_id)
            for move, line in _reserved(picking)
            if line.lot and line.lot_id
        }
        missing = [(move, each) for move, each in named if (move.product_id, each.lot) not in lots]
        found = self._find(picking, posting, missing) if missing else {}
        carrier_id = self._carrier(picking, posting)
        return Known({**lots, **found}, self._packages(picking, posting), carrier_id)

    def expired(self, picking: Picking) -> list[tuple[str, str]]:
        """SKU and name of the expired lots on the picking's lines."""
        ids = [line.lot_id for _, line in _reserved(picking) if line.lot_id and line.done]
        rows = self._call.rows("stock.lot", [("id", "in", ids)], ["name", "product_id", "product_expiry_alert"])
        skus = {move.product_id: move.sku or move.product for move in picking.moves}
        return [(skus.get(_product(row), ""), str(row["name"])) for row in rows if row.get("product_expiry_alert")]

    def _find(self, picking: Picking, posting: ShipmentPosting, missing: Wanted) -> dict[tuple[int, str], Lot]:
        names = sorted({str(each.lot) for _, each in missing})
        domain = [("name", "in", names), ("company_id", "in", [picking.company_id, False])]
        rows = self._call.rows("stock.lot", domain, ["name", "product_id"], companies=[picking.company_id])
        by_name = {(_product(row), str(row["name"])): int(row["id"]) for row in rows}
        places = self._places(picking, missing, sorted(by_name.values()))
        causes = list(self._causes(posting, missing, by_name, places))
        if causes:
            raise Causes(causes) if len(causes) > 1 else causes[0]
        return {key: Lot(lot_id, places.get(lot_id)) for key, lot_id in by_name.items()}

    def _places(self, picking: Picking, missing: Wanted, lot_ids: Sequence[int]) -> dict[int, int]:
        """Where the lots lie below the delivery's own location: the fullest place of each."""
        if not lot_ids:
            return {}
        below = sorted({move.location_id for move, _ in missing if move.location_id})
        domain = [("lot_id", "in", list(lot_ids)), ("location_id", "child_of", below), ("quantity", ">", 0)]
        fields = ["lot_id", "location_id", "quantity"]
        rows = self._call.rows("stock.quant", domain, fields, companies=[picking.company_id])
        rows.sort(key=lambda row: float(row["quantity"]))
        return {int(row["lot_id"][0]): int(row["location_id"][0]) for row in rows}

    def _causes(
        self,
        posting: ShipmentPosting,
        missing: Wanted,
        by_name: Mapping[tuple[int, str], int],
        places: Mapping[int, int],
    ) -> Iterator[Permanent]:
        elsewhere = {name for _, name in by_name}
        for move, each in missing:
            name = str(each.lot)
            lot_id = by_name.get((move.product_id, name))
            where: dict[str, Any] = {"connection": self._call.slug, "shipment": posting.shipment, "lot": name}
            where["sku"] = move.sku or move.product
            if lot_id is None and name not in elsewhere:
                yield InvalidDocument("CD-5005", **where)
            elif lot_id is None:
                yield Rejected("CD-5013", **where, detail="it belongs to another product")
            elif move.tracking == "serial" and lot_id not in places:
                yield Rejected("CD-5013", **where, detail="it is not in stock where the delivery takes from")

    def _carrier(self, picking: Picking, posting: ShipmentPosting) -> int | None:
        """The delivery method to write, when it is another one than the picking's."""
        if not posting.carrier or (picking.carrier and picking.carrier.name == posting.carrier):
            return None
        domain = [("name", "=", posting.carrier), ("company_id", "in", [picking.company_id, False])]
        rows = self._call.rows("delivery.carrier", domain, ["name"], companies=[picking.company_id], limit=1)
        if not rows:
            raise self._no_method(picking, posting)
        return int(rows[0]["id"])

    def _no_method(self, picking: Picking, posting: ShipmentPosting) -> Rejected:
        where: dict[str, Any] = {"connection": self._call.slug, "shipment": posting.shipment, "picking": picking.name}
        named: dict[str, Any] = {"method": posting.carrier, "carrier": posting.carrier_code}
        as_mapped = f", which {posting.carrier_code} is mapped to" if posting.carrier_code else ""
        return Rejected(
            "CD-5009", **where, **named, detail=f"there is no delivery method {posting.carrier}{as_mapped}."
        )

    def _packages(self, picking: Picking, posting: ShipmentPosting) -> dict[str, int]:
        """Made once: the external id holds the shipment's mark, so a second try finds them."""
        used = {each.package for line in posting.lines for each in line.details if each.package}
        weights = {each.name: each.weight_kg for each in posting.packages if each.name in used or each.weight_kg}
        names = sorted(used | set(weights))
        if not names:
            return {}
        model = self._call.version.package_model
        fields = ["id", "name", *(name for name in ("shipping_weight",) if self._call.fields(model, [name]))]
        data = [
            [_external_id(picking, posting, name), name, str(weights.get(name) or 0)][: len(fields)] for name in names
        ]
        ids = self._call.load(model, fields, data, companies=[picking.company_id])
        return dict(zip(names, ids, strict=True))


def check_serials(posting: ShipmentPosting, picking: Picking, connection: str) -> None:
    """Raises Rejected CD-5013 for a serial number that is named twice, or for more than one piece."""
    seen: set[tuple[int, str]] = set()
    for move, each in _named(picking, posting):
        key = (move.product_id, str(each.lot))
        if move.tracking == "serial" and (key in seen or each.quantity != 1):
            where: dict[str, Any] = {"connection": connection, "shipment": posting.shipment, "lot": key[1]}
            raise Rejected("CD-5013", **where, sku=move.sku or move.product, detail="a serial number is one piece")
        seen.add(key)


def _named(picking: Picking, posting: ShipmentPosting) -> Iterator[tuple[Move, PostingDetail]]:
    moves = {move.id: move for move in picking.moves}
    for line in posting.lines:
        for each in line.details:
            if each.lot and line.move_id in moves:
                yield moves[line.move_id], each


def _reserved(picking: Picking) -> Iterator[tuple[Move, LotLine]]:
    for move in picking.moves:
        for line in move.lines:
            yield move, line


def _product(row: Row) -> int:
    return int(row["product_id"][0])


def _external_id(picking: Picking, posting: ShipmentPosting, package: str) -> str:
    """Of this delivery's: a warehouse may count its shipments, and its parcels, anew for each order."""
    digest = hashlib.sha256(f"{picking.id}\x00{posting.mark}\x00{package}".encode()).hexdigest()[:24]
    return f"__crossdock__.package_{digest}"
