"""Orders that a condition is tried on before it is kept: one that has everything, and one that has next to nothing."""

from datetime import UTC, datetime
from decimal import Decimal

from integration.canonical.base import Address, Money
from integration.canonical.erp import Carrier, Customer, Move, Order, Picking
from integration.rules.business.facts import Clock, Facts, Subject, of

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _move(number: int, sku: str, category: str, demand: int) -> Move:
    return Move(
        id=number,
        product_id=number,
        sku=sku,
        product=sku,
        category=category,
        unit_id=1,
        unit="Units",
        demand=Decimal(demand),
        state="assigned",
    )


_DELIVERY = Picking(id=7, name="WH/OUT/00007", state="assigned", company_id=1, scheduled_at=AT)
_ORDER = Order(
    id=42,
    name="S00042",
    state="sale",
    company_id=1,
    warehouse_id=1,
    customer_id=9,
    customer=Customer(credit_limit=Decimal(0), owed=Decimal(0)),
    ordered_at=AT,
    total=Money(amount=Decimal(0), currency="EUR"),
    written_at=AT,
)
_FULL_DELIVERY = _DELIVERY.model_copy(
    update={
        "carrier": Carrier(id=1, name="Standard delivery"),
        "ship_to": Address(
            name="Ada King", street="1 Quay Street", city="Leeds", state="WY", postcode="LS1 4AP", country="GB",
            email="ada@example.com",
        ),
        "moves": (_move(1, "CHAIR-OAK", "All / Furniture", 8), _move(2, "LAMP-LED", "All / Light", 2)),
    }
)  # fmt: skip
_FULL_ORDER = _ORDER.model_copy(
    update={
        "customer": Customer(
            tags=("Key account", "Risky"), country="GB", is_company=True, credit_limit=Decimal(5000), owed=Decimal(1200)
        ),
        "customer_reference": "PO 4711",
        "commitment_at": AT,
        "payment_terms": "30 Days",
        "tags": ("Fraud check",),
        "total": Money(amount=Decimal("1250.50"), currency="EUR"),
    }
)
EXAMPLES: tuple[Facts, ...] = (
    of(Subject(_FULL_ORDER, _FULL_DELIVERY, "Main warehouse", AT, Clock(True, AT, AT))),
    of(Subject(_ORDER, _DELIVERY, "Main warehouse", AT)),
)
