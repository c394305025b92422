"""The rows of ``Availability``: what changed is written, what is gone leaves, and all say when they were looked at."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from integration.jobs import rows, sql
from integration.models import Availability, StockSnapshot, Warehouse

TABLE = Availability._meta.db_table
KEY = "warehouse_id, product_id, sku, lot, place"
FIGURES = (
    *("place_name", "condition", "on_hand", "reserved", "in_flight", "to_ship"),
    *("reported", "expected", "difference", "reported_at", "read_at"),
)
NOTHING = Decimal(0)

# Both by the beginning of the unique key.
_KNOWN = f"""
SELECT id, product_id, sku, lot, place,
  place_name, condition, on_hand, reserved, in_flight, to_ship, reported, expected, difference
FROM {TABLE} WHERE warehouse_id = %s AND product_id > %s AND product_id <= %s"""  # noqa: S608  (our own names, here and below)
_LOOKED_AT = f"""
UPDATE {TABLE} SET read_at = now(), reported_at = CASE WHEN reported IS NOT NULL THEN %s::timestamptz END
WHERE warehouse_id = %s AND product_id > %s AND product_id <= %s AND product_id <> ALL(%s::int[])"""  # noqa: S608
_STRANGE_LOOKED_AT = f"""
UPDATE {TABLE} SET read_at = now() WHERE warehouse_id = %s AND product_id = 0 AND sku = ANY(%s::varchar[])"""  # noqa: S608
_GONE = f"DELETE FROM {TABLE} WHERE id = ANY(%s::bigint[])"  # noqa: S608
_GONE_STRANGE = f"DELETE FROM {TABLE} WHERE warehouse_id = %s AND product_id = 0 AND read_at < %s"  # noqa: S608


class Row(NamedTuple):
    """One slot. The first four are its key beside the warehouse; the rest is named as its columns are."""

    product_id: int
    sku: str
    lot: str
    place: int
    place_name: str
    condition: str
    on_hand: Decimal = NOTHING
    reserved: Decimal = NOTHING
    in_flight: Decimal = NOTHING
    to_ship: Decimal = NOTHING
    reported: Decimal | None = None
    expected: Decimal | None = None
    difference: Decimal | None = None

    @property
    def is_anything(self) -> bool:
        return any((self.on_hand, self.reserved, self.in_flight, self.to_ship, self.reported, self.expected))


class Range(NamedTuple):
    """Products from ``after`` to ``last`` by id, but those of ``left``, of which nothing can be said now."""

    after: int
    last: int
    left: frozenset[int] = frozenset()


def keep(warehouse: Warehouse, products: Range, found: Iterable[Row], snapshot: StockSnapshot | None) -> None:
    """All that there is of these products. Call inside a transaction."""
    known, reported_at = _known(warehouse, products), snapshot.taken_at if snapshot else None
    changed = [row for row in found if known.pop(row[:4], (0, ()))[1] != row[4:]]
    _write(warehouse, changed, reported_at)
    gone = [pk for (product, *_), (pk, _) in known.items() if product not in products.left]
    if gone:
        sql.run(_GONE, [gone])
    sql.run(_LOOKED_AT, [reported_at, warehouse.pk, products.after, products.last, sorted(products.left)])


def keep_strange(warehouse: Warehouse, found: Sequence[Row], reported_at: datetime) -> None:
    """What the warehouse has of codes that nobody knows. Call inside a transaction."""
    if found:
        _write(warehouse, found, reported_at)
        sql.run(_STRANGE_LOOKED_AT, [warehouse.pk, [row.sku for row in found]])


def forget_strange(warehouse: Warehouse, since: datetime) -> None:
    """Those that were not seen any more."""
    sql.run(_GONE_STRANGE, [warehouse.pk, since])


def _known(warehouse: Warehouse, products: Range) -> dict[tuple[object, ...], tuple[int, tuple[object, ...]]]:
    """Taken out of it as they are found."""
    rows_ = sql.rows(_KNOWN, [warehouse.pk, products.after, products.last])
    return {row[1:5]: (row[0], row[5:]) for row in rows_}


def _write(warehouse: Warehouse, changed: Sequence[Row], reported_at: datetime | None) -> None:
    if not changed:
        return
    new = [Availability(warehouse=warehouse, reported_at=_at(row, reported_at), **row._asdict()) for row in changed]
    rows.add(new, rows.taking_over(FIGURES, KEY))


def _at(row: Row, reported_at: datetime | None) -> datetime | None:
    return reported_at if row.reported is not None else None
