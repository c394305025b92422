"""What of a message may be shown to who may not see names and addresses: what is known to be harmless, by its field.

A field that nobody has put on these lists is hidden, and so is whatever the contract does not know.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import BaseModel

from integration.canonical import inventory, master, orders, shipments
from integration.canonical.base import Part
from integration.rules import leaves

HIDDEN = "(hidden)"

# In whatever document they stand: numbers, codes, quantities and moments.
HARMLESS = frozenset({
    *("type", "timestamp", "version", "kind", "batch", "system", "site", "owner", "final", "page", "pages", "priority"),
    *("release", "advice", "order", "shipment", "receipt", "adjustment", "count", "snapshot", "put_away", "change"),
    *("warehouse_order", "line", "sku", "kit", "unit", "quantity", "was", "picked", "packed", "short", "on_hand"),
    *("allocated", "lot", "lots", "serials", "tracking", "package", "tracking_number", "tracking_numbers", "carrier"),
    *("condition", "to_condition", "disposition", "location", "from_location", "to_location", "substitute", "stage"),
    *("status", "refused", "shipment_count", "receipt_count", "ship_complete", "amount", "currency", "weight_kg"),
    *("at", "shipped_at", "received_at", "adjusted_at", "counted_at", "taken_at", "delivered_at", "expected_at"),
    *("ship_by", "expires_on", "sequence", "labels", "contract", "sscc", "wave"),
})  # fmt: skip
_RECORD = ("id", "code", "active")
# Harmless here, and free text or a person's elsewhere.
ALSO: Mapping[type[BaseModel], frozenset[str]] = {
    inventory.AdjustedLine: frozenset({"reason"}),
    inventory.InventoryCounted: frozenset({"reason"}),
    orders.Carrier: frozenset({"code", "service", "account"}),
    shipments.Proof: frozenset({"media_type", "sha256"}),
    master.Item: frozenset({
        *(*_RECORD, "name", "barcode", "expires", "weight", "weight_unit", "volume", "volume_unit"),
    }),
    master.Packaging: frozenset({"name", "barcode"}),
    master.Component: frozenset({"code"}),
    master.Party: frozenset({*_RECORD, "parent"}),
    master.Place: frozenset({*_RECORD, "barcode", "usage"}),
    master.Lot: frozenset({*_RECORD, "item"}),
    master.Unit: frozenset({*_RECORD, "factor", "base"}),
    master.Method: frozenset(_RECORD),
    master.Site: frozenset({*_RECORD, "name"}),
}  # fmt: skip


def is_harmless(kind: type[BaseModel], field: str) -> bool:
    return field in kind.model_fields and (field in HARMLESS or field in ALSO.get(kind, ()))


def masked(raw: Any, part: BaseModel | None) -> Any:
    """What JSON holds of a part of a document, with HIDDEN wherever it is not known to be harmless.

    ``part`` is the same as the contract reads it: what it does not hold, or holds otherwise, is hidden as well.
    """
    if part is None or not isinstance(raw, dict):
        return HIDDEN
    return {name: _masked(name, value, part) for name, value in raw.items()}


def plain(raw: Any, part: BaseModel | None) -> dict[leaves.Path, str]:
    """The values that may be shown, as text, by their paths."""
    return {path: leaves.text(value) for path, value in leaves.of(masked(raw, part)) if value != HIDDEN}


def _masked(name: str, raw: Any, part: BaseModel) -> Any:
    held = getattr(part, name) if name in type(part).model_fields else None
    if isinstance(held, Part):
        return masked(raw, held)
    if isinstance(held, tuple):
        return _list(raw, held, shown=is_harmless(type(part), name))
    return raw if is_harmless(type(part), name) and _is_said(raw, held) else HIDDEN


def _list(raw: Any, held: tuple[Any, ...], *, shown: bool) -> Any:
    if not isinstance(raw, list) or len(raw) != len(held):
        return HIDDEN
    return [
        masked(each, known) if isinstance(known, Part) else each if shown and _is_said(each, known) else HIDDEN
        for each, known in zip(raw, held, strict=True)
    ]


def _is_said(raw: Any, held: Any) -> bool:
    """Whether the contract reads just this value there: an adapter may take another field for it."""
    if isinstance(held, str):
        return isinstance(raw, str) and raw.strip() == held
    if isinstance(held, bool) or held is None:
        return isinstance(raw, bool) or raw is held or (isinstance(raw, str | int) and held is not None)
    if isinstance(held, int | Decimal):
        return isinstance(raw, str | int | Decimal) and _decimal(raw) == held
    return isinstance(held, date) and isinstance(raw, str | int | Decimal)


def _decimal(raw: str | int | Decimal) -> Decimal | None:
    try:
        return Decimal(raw)
    except InvalidOperation:
        return None
