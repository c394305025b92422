"""What left in the place of what was ordered: it stands on lines of its own in Odoo, which the effect names."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from integration.jobs import sql
from integration.models import Connection, Document, DocumentLine, Effect, StockEvent
from integration.reconcile.comparing import Booked

DOCUMENT, LINE, MOVED, EFFECT = (each._meta.db_table for each in (Document, DocumentLine, StockEvent, Effect))

_SWAPS = f"""
WITH agreed AS (
  SELECT DISTINCT document.parent_id AS id FROM {LINE} AS line JOIN {DOCUMENT} AS document
    ON document.id = line.document_id
  WHERE line.sale_line_id = ANY(%(ids)s::bigint[]) AND document.connection_id = %(erp)s)
SELECT line.sale_line_id, swap.sale_line_id, swap.product_id, swap.substitute, line.unit, swap.quantity, line.id
FROM agreed JOIN {DOCUMENT} AS document ON document.parent_id = agreed.id AND document.kind = 'delivery'
JOIN {LINE} AS line ON line.document_id = document.id AND line.substituted > 0
JOIN {EFFECT} AS effect ON effect.id IN (SELECT effect_id FROM {MOVED} WHERE document_id = document.id)
CROSS JOIN LATERAL jsonb_to_recordset(effect.result->'substitutes')
  AS swap(line text, substitute text, sale_line_id bigint, product_id bigint, quantity numeric)
WHERE swap.line = line.line ORDER BY 2, 3, 7"""  # noqa: S608  (our own names)


def lines_of(erp: Connection, ids: Collection[int]) -> set[int]:
    """Odoo's lines of what left in the place of these lines."""
    return {booked.line_id for own, booked in _swaps(erp, ids) if own in set(ids)}


def of(erp: Connection, ids: Collection[int], within: Collection[int]) -> list[Booked]:
    """What left by these lines, if they are such. ``within``: lines of the same orders, by which they are found."""
    return [booked for _, booked in _swaps(erp, {*ids, *within}) if booked.line_id in set(ids)]


def added(own: Iterable[Booked], others: Iterable[Booked]) -> list[Booked]:
    """What came back of it is booked on the same line."""
    total: dict[tuple[int, int], Booked] = {(each.line_id, each.product_id): each for each in own}
    for each in others:
        key = (each.line_id, each.product_id)
        before = total.get(key)
        total[key] = replace(each, quantity=before.quantity + each.quantity) if before else each
    return [total[key] for key in sorted(total)]


def name_of(row: DocumentLine, booked: Booked) -> str:
    """How a difference's line is called: that of a line itself, or what left in its place."""
    name: str = f"{row.line}: {booked.sku}"[:64] if booked.instead else row.line
    return name


def _swaps(erp: Connection, ids: Collection[int]) -> list[tuple[int, Booked]]:
    """With the line in whose place it left."""
    rows = sql.rows(_SWAPS, {"ids": list(ids), "erp": erp.pk})
    return [(row[0], replace(Booked(*row[1:]), instead=True)) for row in rows]
