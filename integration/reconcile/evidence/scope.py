"""What is looked at: the slots that differ, and since when each of them may do so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db.models import Max

from integration.flows.known_movements import Known
from integration.flows.pending import Look
from integration.models import Availability, StockDifference, StockSnapshot, Variance
from integration.rules.claims import Claim, Gap
from integration.rules.places import Slot

DAYS = 90  # how long messages are kept, and so what is looked back for
State = StockDifference.State


@dataclass(frozen=True, slots=True)
class Found:
    """``since``: from when on it could make the slots differ; ``happened_at``: when the goods moved, or did not."""

    claim: Claim
    since: datetime
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Scope:
    """``at``: as of when. ``agreed``: the latest snapshot that a slot agreed with; ``judged``: its latest count that
    was compared with Odoo and stands."""

    look: Look
    known: Known
    gaps: Sequence[Gap]
    snapshot: StockSnapshot
    now: datetime
    agreed: Mapping[Slot, datetime]
    judged: Mapping[Slot, datetime]

    @property
    def at(self) -> datetime:
        taken: datetime = self.snapshot.taken_at
        return taken

    @property
    def horizon(self) -> datetime:
        return self.now - timedelta(days=DAYS)

    @property
    def products(self) -> list[int]:
        """Those of Odoo's that differ."""
        return sorted({gap.slot.product_id for gap in self.gaps} & self.look.products.keys())

    @property
    def skus(self) -> list[str]:
        return sorted(self.look.products[product].sku for product in self.products)

    def moves(self, *moves: tuple[Slot | None, Decimal]) -> tuple[tuple[Slot, Decimal], ...]:
        """Without what has no place in Odoo, and without nothing."""
        return tuple((slot, quantity) for slot, quantity in moves if slot is not None and quantity)

    def slot(self, product: int, lot: str, condition: str, location: str = "") -> Slot | None:
        place = self.look.facts.places.of(condition, location)
        known = self.look.products.get(product)
        return None if place is None or known is None else Slot(product, place, lot if known.tracking != "none" else "")


def scope_of(look: Look, known: Known, gaps: Sequence[Gap], snapshot: StockSnapshot) -> Scope:
    products = sorted({gap.slot.product_id for gap in gaps})
    agreed = {slot: at for rows in (_agreeing(look, products), _differing(look, products)) for slot, at in rows}
    return Scope(look, known, gaps, snapshot, datetime.now(UTC), agreed, dict(_judged(look, products)))


def _agreeing(look: Look, products: Sequence[int]) -> Iterator[tuple[Slot, datetime]]:
    """As the last walk left it."""
    rows = Availability.objects.filter(warehouse=look.warehouse, product_id__in=products, difference=0)
    for product, place, lot, at in rows.looked_at().values_list("product_id", "place", "lot", "compared_at"):
        if at is not None:
            yield Slot(product, place, lot), at


def _differing(look: Look, products: Sequence[int]) -> Iterator[tuple[Slot, datetime]]:
    """As it was when the difference was met first."""
    rows = Variance.objects.filter(
        subject=Variance.Subject.STOCK, warehouse=look.warehouse, product_id__in=products, gone_at=None
    )
    for product, place, lot, at in rows.values_list("product_id", "place", "lot", "agreed_at"):
        if at is not None:
            yield Slot(product, place, lot), at


def _judged(look: Look, products: Sequence[int]) -> Iterator[tuple[Slot, datetime]]:
    rows = StockDifference.objects.filter(
        warehouse=look.warehouse,
        product_id__in=products,
        kind=StockDifference.Kind.COUNTED,
        state__in=(State.POSTED, State.EQUAL),
    )
    latest = rows.order_by().values("product_id", "place", "lot").annotate(at=Max("happened_at"))
    return ((Slot(row["product_id"], row["place"], row["lot"]), row["at"]) for row in latest)
