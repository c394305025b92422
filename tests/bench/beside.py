"""200,000 open order lines compared with Odoo, whose pages are made beforehand; beside an outer merge by pandas.

Each in a process of its own, so that its memory is nobody else's. Ours reads our side from PostgreSQL page by page and
keeps how far it is; pandas is given both sides whole.
"""

import json
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection as database

from config.local.place import CHECKOUT
from integration.canonical.agreed import AgreedLine, Measure
from integration.models import Connection, Warehouse
from integration.reconcile import orders
from tests.bench import report
from tests.bench.report import Row

SECTION = "beside"
LINES, DIFFERENT, MINUTE = 200_000, 20, 60
UNIT = Measure(name="Units", rounding=Decimal("0.01"))
_DOCUMENTS = """
INSERT INTO integration_document (connection_id, kind, reference, erp_id, warehouse_id, state, version, content_hash,
  customer_reference, currency, updated_at)
SELECT %s, 'delivery', 'WH/OUT/' || number, number, %s, 'part_shipped', 1, '', '', 'EUR', now()
FROM generate_series(1, %s / 2) AS number"""
_LINES = """
INSERT INTO integration_documentline (document_id, line, sale_line_id, product_id, sku, unit, tracking, partner_sku,
  partner_unit, factor, per, ordered, released, shipped, over, cancelled)
SELECT document.id, half::text, 2 * document.erp_id + half, 1 + document.erp_id % 5000,
  'SKU-' || document.erp_id % 5000, 'Units', 'none', 'P', 'EA', 1, 1, 10, 10, document.erp_id % 10, 0, 0
FROM integration_document AS document CROSS JOIN generate_series(0, 1) AS half ORDER BY document.id, half"""
_SIDE = "SELECT sale_line_id, product_id, sku, shipped FROM integration_documentline ORDER BY sale_line_id"


class Beside:
    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def measure(self, rounds: int, tell: Callable[[str], None]) -> list[Row]:
        rows = _volume()
        with tempfile.TemporaryDirectory() as folder:
            _pages(Path(folder), rows)
            tell(f"beside: {len(rows)} lines on both sides")
            found = [self._both(folder) for _ in range(rounds)]
        ours, theirs = [each["ours"] for each in found], [each["pandas"] for each in found]
        return [
            report.at_most(SECTION, f"{LINES} lines compared with Odoo's", "s", _of(ours, "seconds"), MINUTE),
            report.figure(SECTION, "rows a second, ours", "", [LINES / each["seconds"] for each in ours]),
            report.figure(SECTION, "rows a second, pandas' merge", "", [LINES / each["seconds"] for each in theirs]),
            report.figure(SECTION, "peak memory beyond the start, ours", "MB", _of(ours, "memory")),
            report.figure(SECTION, "peak memory beyond the start, pandas", "MB", _of(theirs, "memory")),
            report.figure(SECTION, f"of {DIFFERENT} that differ found, ours", "", _of(ours, "different")),
            report.figure(SECTION, f"of {DIFFERENT} that differ found, pandas", "", _of(theirs, "different")),
        ]  # fmt: skip

    def _both(self, folder: str) -> dict[str, dict[str, float]]:
        database.cursor().execute("TRUNCATE integration_reconciliationrun, integration_variance CASCADE")
        return {who: self._run(who, folder) for who in ("ours", "pandas")}

    def _run(self, who: str, folder: str) -> dict[str, float]:
        argv = [sys.executable, "-m", "tests.bench.beside_run", who, folder]
        env = dict(self._env)
        done = subprocess.run(argv, cwd=CHECKOUT, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{who} could not compare: {done.stderr}")
        found: dict[str, float] = json.loads(done.stdout)
        return found


def _of(found: list[dict[str, float]], name: str) -> list[float]:
    return [each[name] for each in found]


def _volume() -> list[tuple[Any, ...]]:
    erp = Connection.objects.create(slug="odoo", name="Odoo", kind="odoo")
    wms = Connection.objects.create(slug="north", name="North", kind="http_json")
    warehouse = Warehouse.objects.create(
        name="Main", erp=erp, company_id=1, erp_warehouse_id=1, wms=wms, site="N", shipment_mode="live"
    )
    with database.cursor() as cursor:
        cursor.execute(_DOCUMENTS, [erp.pk, warehouse.pk, LINES])
        cursor.execute(_LINES)
        cursor.execute("ANALYZE")
        cursor.execute(_SIDE)
        return list(cursor.fetchall())


def _pages(folder: Path, rows: list[tuple[Any, ...]]) -> None:
    """Odoo's answers by page, and both sides as columns. Each so many lines one has another figure there."""
    every = LINES // DIFFERENT
    theirs = [
        (line, product, sku, shipped + (number % every == 0))
        for number, (line, product, sku, shipped) in enumerate(rows)
    ]
    for number, first in enumerate(range(0, LINES, orders.PAGE)):
        page = [_line(*row) for row in theirs[first : first + orders.PAGE]]
        (folder / f"{number}.page").write_bytes(pickle.dumps(page))
    columns = [[(line, product, float(moved)) for line, product, _, moved in side] for side in (rows, theirs)]
    (folder / "columns").write_bytes(pickle.dumps(columns))


def _line(line: int, product: int, sku: str, moved: Decimal) -> AgreedLine:
    return AgreedLine(
        id=line, order_id=line // 2, product_id=product, sku=sku, unit=UNIT, own=UNIT, moved=moved, invoiced=moved,
        open=Decimal(0),
    )  # fmt: skip
