"""What the parcels of a shipment cost together."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from integration.canonical.base import Money
from integration.canonical.shipments import ShipmentConfirmed


def freight_of(whole: Money | None, parcels: Sequence[Money | None]) -> tuple[Money, ...]:
    """By currency. ``whole``: what the shipment says of all of it; the parcels' own sum counts in its place once each
    of them says what it costs, or when there is nothing else."""
    priced = [money for money in parcels if money is not None]
    if whole is not None and len(priced) < len(parcels):
        return (whole,)
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for money in priced or ([whole] if whole is not None else []):
        sums[money.currency] += money.amount
    return tuple(Money(amount=amount, currency=currency) for currency, amount in sums.items())


def freight_at_dispatch(shipment: ShipmentConfirmed) -> tuple[Money, ...]:
    return freight_of(shipment.freight, [package.freight for package in shipment.packages])
