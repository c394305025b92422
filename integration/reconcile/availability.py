"""The rows of ``Availability``: what changed is written, what is gone leaves, and what stays the same is not touched.

When a product was looked at is kept once, not in each of its rows: there may be a million of them.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from integration.jobs import sql
from integration.models import Availability, StockLook, StockSnapshot, Warehouse

TABLE, LOOK = Availability._meta.db_table, StockLook._meta.db_table
KEY = ("product_id", "sku", "lot", "place")
FIGURES = (
    *("place_name", "condition", "on_hand", "reserved", "in_flight", "to_ship"),
    *("reported", "expected", "difference"),
)
TYPES = ("int", "varchar", "varchar", "int", "varchar", "varchar", *["numeric"] * 7)
NOTHING = Decimal(0)
UNKNOWN: tuple[int, tuple[object, ...]] = (0, ())

# Both by the beginning of the unique key.
_KNOWN = f"""
SELECT id, {", ".join(KEY + FIGURES)}
FROM {TABLE} WHERE warehouse_id = %s AND product_id > %s AND product_id <= %s
  AND product_id NOT IN (SELECT unnest(%s::int[]))"""  # noqa: S608  (our own names, here and below)
_LOOKED_AT = f"""
INSERT INTO {LOOK} AS known (warehouse_id, product_id, read_at, reported_at, quiet)
SELECT %s, product_id, now(), %s::timestamptz, quiet FROM unnest(%s::int[], %s::bool[]) AS new(product_id, quiet)
ON CONFLICT (warehouse_id, product_id) DO UPDATE
SET read_at = EXCLUDED.read_at, reported_at = EXCLUDED.reported_at, quiet = EXCLUDED.quiet"""  # noqa: S608
_WRITE = f"""
INSERT INTO {TABLE} (warehouse_id, read_at, reported_at, {", ".join(KEY + FIGURES)})
SELECT %s, now(), %s::timestamptz, * FROM unnest({", ".join(f"%s::{each}[]" for each in TYPES)})
ON CONFLICT (warehouse_id, {", ".join(KEY)}) DO UPDATE
SET {", ".join(f"{name} = EXCLUDED.{name}" for name in ("read_at", "reported_at", *FIGURES))}"""  # noqa: S608
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


class Looked(NamedTuple):
    """Products that were looked at, and all that lies between two ids beside them: what is not in Odoo any more.

    ``left``: those of which nothing is said. ``quiet``: those that need not be looked at again until they change.
    """

    after: int
    last: int
    products: Collection[int]
    left: Collection[int] = frozenset()
    quiet: Collection[int] = frozenset()


def keep(warehouse: Warehouse, looked: Looked, found: Iterable[Row], snapshot: StockSnapshot | None) -> None:
    """All that there is of these products. Call inside a transaction."""
    known, reported_at = _known(warehouse, looked), snapshot.taken_at if snapshot else None
    changed = [row for row in found if known.pop(row[:4], UNKNOWN)[1] != row[4:]]
    _write(warehouse, sorted(changed), reported_at)
    if known:
        sql.run(_GONE, [[pk for pk, _ in known.values()]])
    products = sorted(looked.products)
    sql.run(_LOOKED_AT, [warehouse.pk, reported_at, products, [product in looked.quiet for product in products]])


def keep_strange(warehouse: Warehouse, found: Sequence[Row], reported_at: datetime) -> None:
    """What the warehouse has of codes that nobody knows. Call inside a transaction."""
    if found:
        _write(warehouse, found, reported_at)


def forget_strange(warehouse: Warehouse, since: datetime) -> None:
    """Those that were not seen any more."""
    sql.run(_GONE_STRANGE, [warehouse.pk, since])


def _known(warehouse: Warehouse, looked: Looked) -> dict[tuple[object, ...], tuple[int, tuple[object, ...]]]:
    """Taken out of it as they are found."""
    rows_ = sql.rows(_KNOWN, [warehouse.pk, looked.after, looked.last, list(looked.left)])
    return {row[1:5]: (row[0], row[5:]) for row in rows_}


def _write(warehouse: Warehouse, changed: Sequence[Row], reported_at: datetime | None) -> None:
    if changed:
        columns = (list(column) for column in zip(*changed, strict=True))
        sql.run(_WRITE, [warehouse.pk, reported_at, *columns])
