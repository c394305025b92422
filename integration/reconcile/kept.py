"""What a warehouse has and Odoo does not, slot by slot: written down with its causes, told once a product, and
forgotten when it is gone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q
from django.db.models.functions import Now

from integration.canonical.stock import Product
from integration.models import Availability, Variance, VarianceCause, Warehouse
from integration.reconcile import telling
from integration.rules.claims import Cause, Explained, Gap
from integration.rules.places import Places, Slot

STOCK = Variance.Subject.STOCK
MOST_WORTH = Decimal("9999999999999999.99")  # that a row keeps
Key = tuple[int, str, int, str]
FIGURES = ("says", "found", "unexplained", "value", "currency", "tracking", "place_name")


@dataclass(frozen=True, slots=True)
class Compared:
    """The slots of some products of a warehouse, as of a snapshot. ``gaps``: those that differ, with why.

    ``products``: all of Odoo's that were looked at. ``doubted``: slots of which nobody can
    tell yet: what is written down of them stays. ``uncoded``: products that no code of the warehouse's stands for: they
    have no case, as nobody there can be asked.
    """

    warehouse: Warehouse
    at: datetime
    products: Collection[int]
    gaps: Sequence[Gap]
    why: Mapping[Slot, Explained]
    goods: Mapping[int, Product]
    places: Places
    doubted: Collection[Slot] = ()
    uncoded: Collection[int] = ()


def keep(compared: Compared) -> int:
    """Call inside the transaction that ends the look, before what the slots came to is written down; returns how many
    slots differ. What is only under way does not."""
    wrong = {_key(gap): gap for gap in compared.gaps if _differs(gap, compared)}
    known = {_key_of(row): row for row in _open(compared)}
    doubted = {(slot.product_id, slot.lot, slot.place) for slot in compared.doubted}
    gone = [
        row for key, row in known.items() if key not in wrong and (row.product_id, row.lot, row.place) not in doubted
    ]
    Variance.objects.filter(pk__in=[row.pk for row in gone]).update(gone_at=Now())
    rows = {key: known.get(key) or _new(gap, compared) for key, gap in wrong.items()}
    _agreed(compared, [row for row in rows.values() if row.pk is None])
    changed = [row for key, row in rows.items() if _fill(row, wrong[key], compared) and row.pk]
    Variance.objects.bulk_update(changed, FIGURES, batch_size=500)
    seen = Variance.objects.filter(pk__in=[row.pk for row in rows.values() if row.pk])
    seen.update(as_of=compared.at, last_seen=Now())
    Variance.objects.bulk_create([row for row in rows.values() if not row.pk], batch_size=500)
    _keep_causes({rows[key].pk: compared.why[gap.slot].causes for key, gap in wrong.items()})
    standing = [row for row in known.values() if row not in gone and _key_of(row) not in rows]
    told = [row for row in (*rows.values(), *standing) if row.product_id not in compared.uncoded or row.found]
    telling.tell(compared.warehouse, told, gone)
    return len(wrong)


def _differs(gap: Gap, compared: Compared) -> bool:
    return bool(gap.difference) and gap.slot not in compared.doubted and not compared.why[gap.slot].in_flight


def _key(gap: Gap) -> Key:
    return gap.slot.product_id, gap.sku, gap.slot.place, gap.slot.lot if gap.slot.product_id else ""


def _key_of(row: Variance) -> Key:
    return row.product_id, row.sku, row.place, row.lot


def _open(compared: Compared) -> list[Variance]:
    """Of codes that are not mapped, those that were looked at now."""
    codes = {gap.sku for gap in compared.gaps if not gap.slot.product_id}
    mine = Q(product_id__in=compared.products) | Q(product_id=0, sku__in=codes)
    rows = Variance.objects.filter(mine, subject=STOCK, warehouse=compared.warehouse, gone_at=None)
    return list(rows.select_for_update().order_by("pk"))


def _new(gap: Gap, compared: Compared) -> Variance:
    product, sku, place, lot = _key(gap)
    about = {"product_id": product, "sku": sku, "place": place, "lot": lot}
    return Variance(subject=STOCK, warehouse=compared.warehouse, **about)


def _agreed(compared: Compared, rows: Sequence[Variance]) -> None:
    """When it agreed last, as the last look left it: what was before that is no reason."""
    known = Availability.objects.filter(warehouse=compared.warehouse, product_id__in={row.product_id for row in rows})
    equal = known.filter(difference=0).looked_at().values_list("product_id", "place", "lot", "compared_at")
    at = {(product, place, lot): moment for product, place, lot, moment in equal}
    for row in rows:
        row.agreed_at = at.get((row.product_id, row.place, row.lot))


def _fill(row: Variance, gap: Gap, compared: Compared) -> bool:
    """Returns whether it says something else now."""
    before, product = _figures(row), compared.goods.get(row.product_id)
    row.says, row.found, row.as_of = gap.says, gap.found, compared.at
    row.unexplained = compared.why[gap.slot].unexplained
    row.value = min(round(abs(gap.difference) * product.cost, 2), MOST_WORTH) if product else Decimal(0)
    row.currency = compared.places.layout.currency if product else ""
    row.tracking = product.tracking if product else "none"
    row.place_name = compared.places.name(row.place)[:200]
    row.last_seen = Now()
    return before != _figures(row)


def _figures(row: Variance) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in FIGURES)


def _keep_causes(wanted: Mapping[int, Sequence[Cause]]) -> None:
    """Those of a variance that has others now are replaced; the rest keep their rows."""
    known: defaultdict[int, list[tuple[object, ...]]] = defaultdict(list)
    for row in VarianceCause.objects.filter(variance__in=wanted).order_by("pk"):
        said = (row.cause, row.quantity, row.number, row.code, row.job, row.message)
        known[row.variance_id].append(said)
    other = {pk: causes for pk, causes in wanted.items() if known[pk] != [_said(cause) for cause in causes]}
    VarianceCause.objects.filter(variance__in=other).delete()
    VarianceCause.objects.bulk_create(_rows(other), batch_size=500)


def _said(cause: Cause) -> tuple[object, ...]:
    return cause.cause.value, cause.quantity, cause.number[:200], cause.code, cause.job, cause.message


def _rows(wanted: Mapping[int, Sequence[Cause]]) -> Iterable[VarianceCause]:
    names = ("cause", "quantity", "number", "code", "job", "message")
    for pk, causes in wanted.items():
        for cause in causes:
            yield VarianceCause(variance_id=pk, **dict(zip(names, _said(cause), strict=True)))
