"""Odoo's rows of pickings, moves and lines as canonical documents, whatever the version."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, cast

from integration.adapters.odoo.marks import Word, made_for, read_mark, routed_from, seal
from integration.adapters.odoo.quantities import exact, plain
from integration.adapters.odoo.versions import Version
from integration.canonical.base import Address
from integration.canonical.erp import Carrier, LotLine, Move, Picking, Usage

Row = Mapping[str, Any]
Code = Literal["outgoing", "internal", "incoming", "other"]
_CODES: dict[str, Code] = {"outgoing": "outgoing", "internal": "internal", "incoming": "incoming"}
_USAGES: dict[str, Usage] = {
    "supplier": "supplier", "customer": "customer", "internal": "internal", "transit": "transit",
}  # fmt: skip
_TEXT = 500


def moment(text: str | None) -> datetime | None:
    """Odoo's dates are UTC and do not say so."""
    return datetime.fromisoformat(str(text)).replace(microsecond=0, tzinfo=UTC) if text else None


def text(value: object) -> str:
    return str(value or "").replace("\x00", "")[:_TEXT]


def picking(row: Row, version: Version) -> Picking:
    moves = tuple(move(each, version) for each in row.get("move_ids") or ())
    kind, carrier = row.get("picking_type_id") or {}, row.get("carrier_id")
    return Picking(
        id=row["id"],
        name=text(row["name"]),
        state=row["state"],
        code=_CODES.get(str(kind.get("code")), "other"),
        order_id=_id(row, "sale_id"),
        warehouse_id=_id(kind, "warehouse_id"),
        company_id=row["company_id"]["id"],
        backorder_of=_id(row, "backorder_id"),
        return_of=_id(row, "return_id") or next(_returned(row), None),
        scheduled_at=moment(row.get("scheduled_date")),
        ship_complete=row.get("move_type") == "one",
        carrier=Carrier(id=carrier["id"], name=text(carrier["name"])) if carrier else None,
        tracking_reference=text(row.get("carrier_tracking_ref")),
        mark=_mark(row, moves),
        made_for=made_for(row.get("note")),
        routed_from=routed_from(row.get("note")),
        note=row.get("note") or "",
        currency=((row["company_id"].get("currency_id") or {}).get("name")) or "",
        freight=exact(row["carrier_price"]) if row.get("carrier_price") is not None else None,
        ship_to=address(row.get("partner_id") or {}),
        source=usage(row, "location_id"),
        destination=usage(row, "location_dest_id"),
        done_at=moment(row.get("date_done")),
        moves=moves,
    )


def usage(row: Row, name: str) -> Usage:
    """Empty where it was not asked for."""
    said = (row.get(name) or {}).get("usage")
    return _USAGES.get(said, "other") if said else ""


def move(row: Row, version: Version) -> Move:
    unit, product = row["product_uom"], row["product_id"]
    rounding = exact(unit.get("rounding") or 0.01)
    lines = tuple(line(each, row, version, rounding) for each in row.get("move_line_ids") or ())
    done, reserved = _done_and_reserved(row, version, rounding, lines)
    return Move(
        id=row["id"],
        sale_line_id=_id(row, "sale_line_id"),
        purchase_line_id=_id(row, "purchase_line_id"),
        product_id=product["id"],
        sku=text(product.get("default_code")) or None,
        kit=_kit(row),
        barcode=text(product.get("barcode")) or None,
        product=text(product.get("name")),
        category=text((product.get("categ_id") or {}).get("complete_name")),
        tracking=product.get("tracking") or "none",
        unit_id=unit["id"],
        unit=text(unit["name"]),
        rounding=rounding,
        demand=exact(row.get("product_uom_qty"), rounding),
        reserved=reserved,
        done=done,
        state=row["state"],
        chained=bool(row.get("move_orig_ids")),
        location_id=_id(row, "location_id"),
        destination_id=_id(row, "location_dest_id"),
        takes_back=_id(row, "origin_returned_move_id"),
        lines=lines,
    )


def line(row: Row, owner: Row, version: Version, rounding: Decimal) -> LotLine:
    """``quantity`` is what is done when anything is, else what is reserved; in the move's unit."""
    factor, lot, package = _factor(row, owner), row.get("lot_id") or {}, row.get("result_package_id") or {}
    held = exact(Decimal(str(row.get(version.line_done) or 0)) * factor, rounding)
    reserved = exact(Decimal(str(row.get("reserved_uom_qty") or 0)) * factor, rounding)
    is_done = owner["state"] == "done" or (bool(row.get("picked")) if version.picked else held > 0)
    return LotLine(
        id=row["id"],
        lot=text(lot.get("name") or row.get("lot_name")) or None,
        lot_id=lot.get("id"),
        quantity=held if is_done or version.picked else reserved,
        package=text(package.get("name")) or None,
        done=held if is_done else Decimal(0),
        own_unit=factor == 1,
        location_id=_id(row, "location_id"),
        destination_id=_id(row, "location_dest_id"),
        source_package_id=_id(row, "package_id"),
    )


def address(partner: Row) -> Address:
    """A contact without a name of its own is known by its company's."""
    parent = partner.get("parent_id") or {}
    company = text(partner.get("commercial_company_name"))
    return Address(
        name=text(partner.get("name") or parent.get("name")),
        company=company,
        street=text(partner.get("street")),
        street2=text(partner.get("street2")),
        city=text(partner.get("city")),
        state=text((partner.get("state_id") or {}).get("code")),
        postcode=text(partner.get("zip")),
        country=text(partner.get("country_code")),
        phone=text(partner.get("phone") or partner.get("mobile")),
        email=text(partner.get("email")),
    )


def latest_write(row: Row) -> datetime:
    """The latest ``write_date`` of the row and of everything below it."""
    return max(_writes(row))


def _writes(row: Row) -> Iterator[datetime]:
    written = moment(row.get("write_date"))
    if written is not None:
        yield written
    for below in ("picking_ids", "move_ids", "move_line_ids"):
        for each in row.get(below) or ():
            yield from _writes(each)


def _mark(row: Row, moves: tuple[Move, ...]) -> str | None:
    """Ours, unless somebody validated the picking with other quantities than we wrote."""
    found = read_mark(row.get("note"), row["id"])
    if found is None or (row["state"] == "done" and found.seal != seal(_sealed(found.word, moves))):
        return None
    return found.name


def _sealed(word: Word, moves: Sequence[Move]) -> dict[int, Decimal]:
    return by_product(moves) if word == "receipt" else {each.id: each.done for each in moves}


def by_product(moves: Sequence[Move]) -> dict[int, Decimal]:
    """What is done of each product, in the units of its moves."""
    total: defaultdict[int, Decimal] = defaultdict(Decimal)
    for each in moves:
        total[each.product_id] += each.done
    return dict(total)


def _done_and_reserved(
    row: Row, version: Version, rounding: Decimal, lines: tuple[LotLine, ...]
) -> tuple[Decimal, Decimal]:
    """What is reserved beyond what is done: before 17 Odoo shows a reservation that is being done twice."""
    held = exact(row.get(version.move_done), rounding)
    if not version.picked:
        open_ = exact(row.get("reserved_availability"), rounding)
        return held, open_ if row["state"] == "done" else plain(max(open_ - held, Decimal(0)))
    if row["state"] == "done":
        return held, Decimal(0)
    done = sum((each.done for each in lines), Decimal(0)) if lines else (held if row.get("picked") else Decimal(0))
    return plain(done), plain(max(held - done, Decimal(0)))


def _kit(row: Row) -> str:
    """The code of the kit that was sold, of a move that a bill of materials made."""
    sold = (row.get("sale_line_id") or {}).get("product_id") or {}
    return text(sold.get("default_code")) if row.get("bom_line_id") else ""


def _factor(row: Row, owner: Row) -> Decimal:
    """From the line's unit to the move's: a line may be in the product's unit where the move is in dozens."""
    unit = _id(row, "product_uom_id")
    if unit is None or unit == owner["product_uom"]["id"] or not owner.get("product_qty"):
        return Decimal(1)
    return Decimal(str(owner["product_uom_qty"])) / Decimal(str(owner["product_qty"]))


def _returned(row: Row) -> Iterator[int]:
    for each in row.get("move_ids") or ():
        origin = _id(each.get("origin_returned_move_id") or {}, "picking_id")
        if origin is not None:
            yield origin


def _id(row: Row, name: str) -> int | None:
    below = row.get(name)
    return cast("int", below["id"]) if below else None
