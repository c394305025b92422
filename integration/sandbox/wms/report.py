"""What was ordered and what left, by line, lot, serial and package: the other side of a proof."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from integration.canonical.orders import ReleaseLine
from integration.canonical.shipments import ShipmentConfirmed
from integration.sandbox.wms.advices import Advices, HeldAdvice
from integration.sandbox.wms.orders import HeldOrder, Orders


def order_report(orders: Orders, order: HeldOrder) -> dict[str, Any]:
    release = order.release
    shipments = orders.shipped(release.release)
    named = {line.line for line in release.lines}
    unnamed = [part for shipment in shipments for part in shipment.lines if part.line not in named]
    return {
        "release": release.release,
        "version": release.version,
        "replaced": order.replaced,
        "order": release.order,
        "site": release.site,
        "key": order.key,
        **order.answer(),
        "closed": order.closed,
        "stage": order.stage,
        "changes": {str(number): order.answers.get(number, "") for number in order.changes},
        "lines": [_line(line, shipments) for line in release.lines],
        "unnamed": [part.model_dump(mode="json", exclude_none=True) for part in unnamed],
        "shipments": [shipment.model_dump(mode="json", exclude_none=True) for shipment in shipments],
        "document": release.model_dump(mode="json", exclude_none=True),
    }


def advice_report(advices: Advices, held: HeldAdvice) -> dict[str, Any]:
    advice, receipts = held.advice, advices.received(held.advice.advice)
    return {
        "advice": advice.advice,
        "version": advice.version,
        "replaced": held.replaced,
        "kind": advice.kind,
        "order": advice.order,
        "site": advice.site,
        **held.answer(),
        "closed": held.closed,
        "cancelled": held.cancelled,
        "receipts": [receipt.model_dump(mode="json", exclude_none=True) for receipt in receipts],
        "document": advice.model_dump(mode="json", exclude_none=True),
    }


def _line(line: ReleaseLine, shipments: Sequence[ShipmentConfirmed]) -> dict[str, Any]:
    parts = [part for shipment in shipments for part in shipment.lines if part.line == line.line]
    return {
        "line": line.line,
        "sku": line.sku,
        "unit": line.unit,
        "tracking": line.tracking,
        "ordered": format(line.quantity, "f"),
        "shipped": format(sum((part.quantity for part in parts), Decimal(0)), "f"),
        "lots": _totals((lot.lot, lot.quantity) for part in parts for lot in part.lots),
        "serials": sorted(serial for part in parts for serial in part.serials),
        "packages": _totals((part.package, part.quantity) for part in parts if part.package),
    }


def _totals(shares: Iterable[tuple[str | None, Decimal]]) -> dict[str, str]:
    totals: dict[str | None, Decimal] = defaultdict(Decimal)
    for name, quantity in shares:
        totals[name] += quantity
    return {name: format(quantity, "f") for name, quantity in totals.items() if name}
