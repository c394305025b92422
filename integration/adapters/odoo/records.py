"""Odoo's rows of master data as canonical records, whatever the version."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from integration.adapters.odoo.caller import Row
from integration.adapters.odoo.pickings import address, text
from integration.adapters.odoo.quantities import exact
from integration.adapters.odoo.specs import ID, NAME, PARTNER
from integration.canonical.master import Component, Item, Lot, Method, Packaging, Party, Place, Record, Site, Unit

THOUSANDTH = Decimal("0.001")
CODE: dict[str, Any] = {"default_code": {}}
OWNER: dict[str, Any] = {"company_id": ID}
PARTY: dict[str, Any] = {**PARTNER, **OWNER, "parent_id": NAME, "ref": {}, "active": {}}
SPECS: Mapping[str, dict[str, Any]] = {
    "item": {
        **NAME,
        **CODE,
        **OWNER,
        "active": {},
        "barcode": {},
        "weight": {},
        "weight_uom_name": {},
        "volume": {},
        "volume_uom_name": {},
        "tracking": {},
        "use_expiration_date": {},
        "uom_id": NAME,
        "product_tmpl_id": ID,
        "packaging_ids": {**NAME, "barcode": {}, "qty": {}},
        "product_uom_ids": {"barcode": {}, "uom_id": {**NAME, "factor": {}}},
    },
    "place": {
        "complete_name": {},
        **OWNER,
        "active": {},
        "barcode": {},
        "usage": {},
        "warehouse_id": {"code": {}},
    },
    "lot": {**NAME, **OWNER, "product_id": CODE, "expiration_date": {}},
    "unit": {**NAME, "active": {}, "factor": {}, "factor_inv": {}, "category_id": NAME, "relative_uom_id": NAME},
    "carrier": {**NAME, **OWNER, "active": {}},
    "site": {**NAME, **OWNER, "code": {}, "active": {}},
    "customer": PARTY,
    "supplier": PARTY,
}
BOM: dict[str, Any] = {
    "product_tmpl_id": ID,
    "product_id": ID,
    "sequence": {},
    "product_qty": {},
    "bom_line_ids": {"product_id": CODE, "product_qty": {}, "product_uom_id": NAME},
}


def item(row: Row, bom: Row | None = None) -> Item:
    return Item(
        id=row["id"],
        company=_company(row),
        code=text(row.get("default_code")),
        name=text(row.get("name")),
        active=_active(row),
        barcode=text(row.get("barcode")),
        unit=_name(row, "uom_id"),
        weight=exact(row.get("weight")),
        weight_unit=text(row.get("weight_uom_name")),
        volume=exact(row.get("volume")),
        volume_unit=text(row.get("volume_uom_name")),
        tracking=row.get("tracking") or "none",
        expires=bool(row.get("use_expiration_date")),
        packagings=_packagings(row),
        components=_components(bom) if bom else (),
    )


def party(row: Row) -> Party:
    """Odoo needs no code of a partner: without one its id stands for it."""
    parent = row.get("parent_id") or {}
    return Party(
        id=row["id"],
        company=_company(row),
        code=text(row.get("ref")) or str(row["id"]),
        active=_active(row),
        parent=parent.get("id"),
        address=address(row),
    )


def place(row: Row) -> Place:
    return Place(
        id=row["id"],
        company=_company(row),
        code=text(row.get("complete_name")),
        active=_active(row),
        barcode=text(row.get("barcode")),
        usage=text(row.get("usage")),
        site=text((row.get("warehouse_id") or {}).get("code")),
    )


def lot(row: Row) -> Lot:
    expires = row.get("expiration_date")
    return Lot(
        id=row["id"],
        company=_company(row),
        code=text(row.get("name")),
        item=text((row.get("product_id") or {}).get("default_code")),
        expires_on=date.fromisoformat(str(expires)[:10]) if expires else None,
    )


def unit(row: Row) -> Unit:
    base = _name(row, "category_id") or _name(row, "relative_uom_id")
    return Unit(id=row["id"], code=text(row.get("name")), active=_active(row), factor=size_of(row), base=base)


def size_of(row: Row) -> Decimal:
    """Until 18 ``factor_inv`` says how many of the category's own unit it is; since 19 ``factor`` does."""
    many = exact(row.get("factor_inv") if "factor_inv" in row else row.get("factor"))
    return exact(many, THOUSANDTH) if many > 1 else many  # one of a rounded reciprocal: a dozen was 12.000048


def carrier(row: Row) -> Method:
    return Method(id=row["id"], company=_company(row), code=text(row.get("name")), active=_active(row))


def site(row: Row) -> Site:
    return Site(
        id=row["id"], company=_company(row), code=text(row.get("code")), name=text(row.get("name")), active=_active(row)
    )


READ: Mapping[str, Callable[[Row], Record]] = {
    "item": item,
    "customer": party,
    "supplier": party,
    "place": place,
    "lot": lot,
    "unit": unit,
    "carrier": carrier,
    "site": site,
}


def _packagings(row: Row) -> tuple[Packaging, ...]:
    boxes = [(each.get("name"), each.get("barcode"), each.get("qty")) for each in row.get("packaging_ids") or ()]
    for each in row.get("product_uom_ids") or ():
        box = each.get("uom_id") or {}
        boxes.append((box.get("name"), each.get("barcode"), box.get("factor")))
    return tuple(
        Packaging(name=text(name), barcode=text(barcode), quantity=exact(quantity)) for name, barcode, quantity in boxes
    )


def _components(bom: Row) -> tuple[Component, ...]:
    """A bill may be for a dozen kits; a component without a code cannot be named."""
    kits = exact(bom.get("product_qty") or 1)
    return tuple(
        Component(
            code=text((line.get("product_id") or {}).get("default_code")),
            quantity=exact(exact(line.get("product_qty")) / kits),
            unit=_name(line, "product_uom_id"),
        )
        for line in bom.get("bom_line_ids") or ()
    )


def _active(row: Row) -> bool:
    """A flag that is false reads as nothing, and so does one that the model lacks."""
    return "active" not in row or bool(row["active"])


def _company(row: Row) -> int | None:
    return (row.get("company_id") or {}).get("id")


def _name(row: Row, field: str) -> str:
    return text((row.get(field) or {}).get("name"))
