"""Orders, releases and shipments, right in everything that a test does not name."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integration.canonical.base import Address
from integration.canonical.erp import Move, Order, Picking
from integration.canonical.shipments import ShipmentConfirmed
from integration.rules import release, shipping
from integration.rules.codes import Code, CodeBook, CodeKind
from integration.rules.policy import ReleasePoint, Rules

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CODES = (
    Code(CodeKind.PRODUCT, "CHAIR", "100-441"),
    Code(CodeKind.PRODUCT, "GLUE", "100-555"),
    Code(CodeKind.UNIT, "Units", "EA"),
    Code(CodeKind.UNIT, "Dozens", "EA", factor=Decimal(12)),
    Code(CodeKind.CARRIER, "Parcel Standard", "PCL"),
)
HOME = Address(name="Ada King", street="Quay 1", city="Leeds", postcode="LS1 4AP", country="GB")


def book(*extra: Code, without: str = "") -> CodeBook:
    return CodeBook("northgate", "Northgate 3PL", (*(code for code in CODES if code.odoo != without), *extra))


def move(number: int = 318, **given: Any) -> Move:
    usual: dict[str, Any] = {"id": number, "sale_line_id": number + 1000, "product_id": 7, "sku": "CHAIR"}
    usual |= {"product": "Chair, oak", "unit_id": 1, "unit": "Units", "demand": Decimal(8), "state": "assigned"}
    whole = usual | given
    return Move(**{"reserved": whole["demand"], **whole})


def picking(*moves: Move, **given: Any) -> Picking:
    usual: dict[str, Any] = {"id": 42, "name": "WH/OUT/00042", "state": "assigned", "company_id": 1}
    return Picking(**{**usual, "warehouse_id": 1, "ship_to": HOME, "moves": moves or (move(),), **given})


def order(*pickings: Picking, **given: Any) -> Order:
    usual: dict[str, Any] = {"id": 31, "name": "S00031", "state": "sale", "company_id": 1, "warehouse_id": 1}
    return Order(**{**usual, "customer_id": 9, "written_at": NOON, "pickings": pickings, **given})


def site(point: ReleasePoint = ReleasePoint.RESERVED, codes: CodeBook | None = None, *rules: Any) -> release.Site:
    return release.Site("Odoo", 1, "Leeds", "LEEDS", "ACME", point, codes or book(), Rules(rules))


def line(number: int = 318, **given: Any) -> shipping.ReleasedLine:
    usual: dict[str, Any] = {"line": str(number), "sale_line_id": number + 1000, "product_id": 7, "sku": "CHAIR"}
    usual |= {"unit": "Units", "tracking": "none", "partner_sku": "100-441", "partner_unit": "EA"}
    usual |= {"factor": Decimal(1), "ordered": Decimal(8), "released": Decimal(8), "shipped": Decimal(0)}
    return shipping.ReleasedLine(**{**usual, **given})


def facts(*lines: shipping.ReleasedLine, rules: Sequence[Any] = (), **given: Any) -> shipping.Facts:
    usual: dict[str, Any] = {"connection": "Northgate 3PL", "release": "WH/OUT/00042", "book": book()}
    usual |= {
        "mark": "northgate/SHP-1",
        "is_last": True,
        "is_over": False,
        "cancel_rest": False,
        "notify_customer": False,
    }
    return shipping.Facts(**{**usual, "lines": lines or (line(),), "rules": Rules(rules), **given})


def shipped(quantity: str = "8", **given: Any) -> dict[str, Any]:
    return {"line": "318", "sku": "100-441", "quantity": quantity, "unit": "EA", **given}


def shipment(*lines: dict[str, Any], **given: Any) -> ShipmentConfirmed:
    usual: dict[str, Any] = {"shipment": "SHP-1", "release": "WH/OUT/00042", "shipped_at": NOON}
    return ShipmentConfirmed.model_validate({**usual, "lines": lines or (shipped(),), **given})
