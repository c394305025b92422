"""What was booked here of the lines of orders, by Odoo's id of the line: the side that is compared with Odoo."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from integration.canonical.agreed import LegMove, LineMove
from integration.canonical.books import Ordering
from integration.jobs import sql
from integration.models import (
    Connection,
    Document,
    DocumentLine,
    ExternalReference,
    ReconciliationRun,
    StockEvent,
    SyncJob,
    Variance,
    Warehouse,
)
from integration.reconcile import instead
from integration.reconcile.comparing import Booked

RECENT = 5_000  # movements, and many more jobs: what is older is looked at once a day
AGAIN_SECONDS = 300.0  # what differs costs some calls each time, and may stand for weeks
CONFIRMED = ("shipment", "receipt", "return")  # what a transfer leads to that is booked here
NEWS = ("order_release", "receipt_advice", "posting")  # jobs of what changed in Odoo, or in its books
DOCUMENT, LINE, MOVED, JOB, VARIANCE = (
    each._meta.db_table for each in (Document, DocumentLine, StockEvent, SyncJob, Variance)
)


@dataclass(frozen=True, slots=True)
class Side:
    """Lines of sales orders, or of purchase orders. ``figure``: what a delivery, receipt or return adds of a line."""

    model: Ordering
    link: str
    figure: Mapping[str, str]
    subject: Variance.Subject
    code: str
    walk: ReconciliationRun.Subject

    @property
    def sum(self) -> str:
        cases = " ".join(f"WHEN '{kind}' THEN {figure}" for kind, figure in self.figure.items())
        return f"sum(CASE document.kind {cases} END)"

    @property
    def kinds(self) -> str:
        return ", ".join(f"'{kind}'" for kind in self.figure)


SALES = Side(
    "sale.order",
    "sale_line_id",
    {"delivery": "line.shipped", "return": "-line.received"},
    Variance.Subject.DELIVERED,
    "CD-8202",
    ReconciliationRun.Subject.SALES,
)
PURCHASES = Side(
    "purchase.order",
    "purchase_line_id",
    {"receipt": "line.received"},
    Variance.Subject.RECEIVED,
    "CD-8203",
    ReconciliationRun.Subject.PURCHASES,
)
SIDES = (SALES, PURCHASES)

_OF_LINES = """
SELECT line.{side.link}, line.product_id, max(line.sku), max(line.unit), {side.sum}, max(line.id)
FROM {line} AS line JOIN {document} AS document ON document.id = line.document_id
WHERE line.{side.link} = ANY(%s::bigint[]) AND document.connection_id = %s AND document.kind IN ({side.kinds})
GROUP BY 1, 2 ORDER BY 1, 2"""
_NEXT = """
SELECT DISTINCT line.{side.link} FROM {line} AS line JOIN {document} AS document ON document.id = line.document_id
WHERE line.{side.link} > %s AND document.warehouse_id = %s AND document.kind IN ({side.kinds})
ORDER BY 1 LIMIT %s"""
_COUNT = """
SELECT count(DISTINCT line.{side.link}) FROM {line} AS line JOIN {document} AS document
  ON document.id = line.document_id
WHERE line.{side.link} IS NOT NULL AND document.warehouse_id = %s AND document.kind IN ({side.kinds})"""
# What has moved here, what Odoo has changed of an order, and what did not agree when it was looked at a while ago.
TOUCHED = """
WITH touched AS (
  SELECT document_id AS id FROM {moved}
  WHERE id > (SELECT COALESCE(max(id), 0) FROM {moved}) - %(recent)s AND applied_at >= %(since)s
  UNION SELECT document_id FROM {job}
  WHERE id > (SELECT COALESCE(max(id), 0) FROM {job}) - 4 * %(recent)s AND flow = ANY(%(flows)s)
    AND COALESCE(finished_at, created_at) >= %(since)s
  UNION SELECT document_id FROM {variance} WHERE gone_at IS NULL AND subject = ANY(%(subjects)s)
    AND last_seen < now() - %(again)s::float8 * interval '1 second')"""
_MOVED = """,
whole AS (
  SELECT id FROM touched
  UNION SELECT child.id FROM {document} AS child JOIN touched ON child.parent_id = touched.id)
SELECT DISTINCT line.{side.link} FROM {line} AS line JOIN {document} AS document ON document.id = line.document_id
WHERE document.id IN (SELECT id FROM whole) AND document.warehouse_id = %(warehouse)s
  AND document.kind IN ({side.kinds}) AND line.{side.link} IS NOT NULL
ORDER BY 1 LIMIT %(most)s"""

_OPEN = """
SELECT variance.document_id, variance.subject, variance.line, line.{side.link}
FROM {variance} AS variance JOIN {document} AS document ON document.id = variance.document_id
JOIN {line} AS line ON line.document_id = variance.document_id AND line.line = variance.line
WHERE variance.gone_at IS NULL AND variance.subject = ANY(%s) AND document.connection_id = %s
  AND line.{side.link} = ANY(%s::bigint[])"""


TABLES = {"line": LINE, "document": DOCUMENT, "moved": MOVED, "job": JOB, "variance": VARIANCE}


def _said(statement: str, side: Side) -> str:
    return statement.format(side=side, **TABLES)


def of(side: Side, erp: Connection, ids: Collection[int], within: Collection[int] = ()) -> list[Booked]:
    """By line and product, of all warehouses of this Odoo: an order may ship from several.

    ``within``: more lines of the same orders.
    """
    own = [Booked(*row) for row in sql.rows(_said(_OF_LINES, side), [list(ids), erp.pk])]
    return instead.added(own, instead.of(erp, ids, within)) if side is SALES else own


def following(side: Side, warehouse: Warehouse, after: int, most: int) -> list[int]:
    """The next lines of orders that the warehouse has something to do with, by Odoo's id."""
    return [row[0] for row in sql.rows(_said(_NEXT, side), [after, warehouse.pk, most])]


def count(side: Side, warehouse: Warehouse) -> int:
    return int(sql.rows(_said(_COUNT, side), [warehouse.pk])[0][0])


def touched(side: Side, warehouse: Warehouse, since: datetime, most: int) -> list[int]:
    """The lines of which something has moved here or changed in Odoo since then, and now and then those that differ, by
    id."""
    told = news(since, [side.subject, Variance.Subject.INVOICED])
    return [
        row[0] for row in sql.rows(_said(TOUCHED + _MOVED, side), {**told, "warehouse": warehouse.pk, "most": most})
    ]


def news(since: datetime, subjects: Collection[str]) -> dict[str, object]:
    """What ``TOUCHED`` has to be told."""
    about: dict[str, object] = {"recent": RECENT, "since": since, "flows": list(NEWS), "subjects": list(subjects)}
    return {**about, "again": AGAIN_SECONDS}


def open_of(
    side: Side, erp: Connection, ids: Collection[int], subjects: Collection[str]
) -> list[tuple[int, str, str, int]]:
    """What of these lines differs so far: document, subject, our line, and Odoo's id of the line."""
    return [
        (document, subject, line, of)
        for document, subject, line, of in sql.rows(_said(_OPEN, side), [list(subjects), erp.pk, list(ids)])
    ]


def posted(erp: Connection, moves: Iterable[LineMove | LegMove]) -> frozenset[int]:
    """Which of their transfers are booked here."""
    pickings = {move.picking_id for move in moves if move.picking_id}
    known = ExternalReference.objects.filter(erp=erp, model="stock.picking", record_id__in=pickings)
    return frozenset(known.filter(document_type__in=CONFIRMED).values_list("record_id", flat=True))
