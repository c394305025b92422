"""What the parcels of a shipment cost together."""

from decimal import Decimal

import pytest

from integration.canonical.base import Money
from integration.rules.parcels import freight_of


def usd(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def eur(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


@pytest.mark.parametrize(
    ("whole", "parcels", "sums"),
    [
        (None, [], ()),
        (None, [None], ()),
        (usd("20"), [], (usd("20"),)),
        (usd("20"), [None, None], (usd("20"),)),
        (usd("20"), [usd("12"), None], (usd("20"),)),
        (usd("20"), [usd("12"), usd("11")], (usd("23"),)),
        (None, [usd("12"), None], (usd("12"),)),
        (None, [usd("0.1"), usd("0.2")], (usd("0.3"),)),
        (None, [usd("12"), eur("3"), usd("1")], (usd("13"), eur("3"))),
        (eur("20"), [usd("12")], (usd("12"),)),
        (usd("20"), [usd("0")], (usd("0"),)),
    ],
)
def test_the_shipment_s_figure_stands_until_each_parcel_has_its_own(
    whole: Money | None, parcels: list[Money | None], sums: tuple[Money, ...]
) -> None:
    assert freight_of(whole, parcels) == sums
