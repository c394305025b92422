"""What Crossdock's own comparisons say once all is at rest: its lines, orders and stock beside Odoo, whole and anew.

`python -m tests.drills.agreed` begins them in the database of a drill, whose workers do them.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import import_module
from typing import Any

import psycopg
from rich.table import Table

from config import start
from config.local.errors import LocalError
from integration.sandbox.day.trade import OWNER
from integration.sandbox.day.wms import Wms
from tests.drills.manage import python
from tests.drills.patience import Patience
from tests.drills.report import figure, table_of

ORDERS, STOCK = ("sales", "purchases"), "stock"
SAID = {"sales": "lines of sales orders", "purchases": "lines of purchase orders", STOCK: "products by lot and place"}
NOW = "SELECT now()"
LISTED = "SELECT count(DISTINCT warehouse_id) FROM integration_stocksnapshot WHERE complete AND taken_at >= %s"
WAREHOUSES = "SELECT count(*) FROM integration_warehouse"
# Walks that were begun since; one of the stock counts if its warehouse's latest list is one that was asked for.
WALKS = """
SELECT run.subject, count(DISTINCT run.warehouse_id), sum(run.compared)::int, sum(run.different)::int
FROM integration_reconciliationrun AS run
WHERE run.began_at >= %(since)s AND run.ended_at IS NOT NULL AND run.subject = ANY(%(subjects)s)
  AND (run.subject <> 'stock' OR EXISTS (
    SELECT FROM integration_stocksnapshot AS snapshot
    WHERE snapshot.id = (run.sums ->> 'snapshot')::bigint AND snapshot.taken_at >= %(since)s))
GROUP BY run.subject"""
OPEN = """
SELECT variance.subject, COALESCE(document.reference, variance.sku), COALESCE(NULLIF(variance.line, ''), variance.lot),
  variance.says, variance.found, variance.unexplained
FROM integration_variance AS variance LEFT JOIN integration_document AS document ON document.id = variance.document_id
WHERE variance.gone_at IS NULL ORDER BY variance.id"""


@dataclass(frozen=True)
class Agreed:
    """``walks``: by subject, how many rows were compared and how many differ. ``unexplained``: of ``wrong``."""

    walks: Mapping[str, tuple[int, int]]
    wrong: Sequence[str] = field(default_factory=list)
    unexplained: int = 0


def look(env: Mapping[str, str], database_url: str, wms: Wms, tell: Callable[[str], None], *sites: str) -> Agreed:
    """Returns when all was compared, or does not come to its end. ``sites``: whose stock is."""
    try:
        found = _compare(env, database_url, wms, sites)
    except LocalError as wrong:
        return Agreed({}, [str(wrong)])
    tell("Lines, orders and stock are compared with Odoo, all of them")
    return found


def _compare(env: Mapping[str, str], database_url: str, wms: Wms, sites: Sequence[str]) -> Agreed:
    """Raises LocalError."""
    patience = Patience(database_url)
    with psycopg.connect(database_url, autocommit=True) as database:
        [(since,)] = database.execute(NOW).fetchall()
        for site in sites:
            wms.snapshot(site, f"AGREED-{site}-{since:%H%M%S}", owner=OWNER)
        asked = len(sites)
        patience.until(lambda: _count(database, LISTED, since) == asked, "the warehouse has not listed its stock")
        python(env, "-m", "tests.drills.agreed")
        wanted = dict.fromkeys(ORDERS, _count(database, WAREHOUSES)) | ({STOCK: asked} if asked else {})
        patience.until(lambda: _whole(database, since, wanted), "not all was compared with Odoo")
        python(env, "-m", "tests.drills.agreed", "lines")
        walks = {row[0]: (row[2], row[3]) for row in _walks(database, since, wanted)}
        rows = database.execute(OPEN).fetchall()
    return Agreed(walks, [_said(row) for row in rows], sum(bool(row[5]) or row[5] is None for row in rows))


def table(found: Agreed) -> Table:
    shown = table_of("What Crossdock itself compared with Odoo, in the end", "compared", "differ")
    for subject, (compared, different) in found.walks.items():
        shown.add_row(SAID[subject], str(compared), figure(different))
    shown.add_row("variances that are left", "", figure(len(found.wrong)))
    shown.add_row("  of these unexplained", "", figure(found.unexplained))
    return shown


def _whole(database: psycopg.Connection, since: object, wanted: Mapping[str, int]) -> bool:
    return {row[0]: row[1] for row in _walks(database, since, wanted)} == dict(wanted)


def _walks(database: psycopg.Connection, since: object, wanted: Mapping[str, int]) -> list[tuple[Any, ...]]:
    return database.execute(WALKS, {"since": since, "subjects": list(wanted)}).fetchall()


def _count(database: psycopg.Connection, query: str, *args: object) -> int:
    [(count,)] = database.execute(query, args).fetchall()
    return int(count)


def _said(row: Sequence[Any]) -> str:
    subject, about, line, says, found, unexplained = row
    left = "" if unexplained is None else f", {_plain(unexplained)} of it unexplained"
    return f"variance ({subject}): {about} {line}: {_plain(says)} instead of {_plain(found)}{left}"


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"


def main(what: Sequence[str]) -> None:
    """``lines``: what is at hand in our own tables; else the walks of the day, begun anew, and those of the stock."""
    start.read_settings()
    import_module("config.celery").app.set_default()  # workers are woken
    if what:
        import_module("integration.reconcile.lines").look()
        import_module("integration.reconcile.promises").look()
        return
    beside, models = import_module("integration.reconcile.beside_odoo"), import_module("integration.models")
    models.ReconciliationRun.objects.filter(subject__in=beside.WALKS).delete()
    beside.start()
    import_module("integration.jobs.inventories").start_reads()


if __name__ == "__main__":
    main(sys.argv[1:])
