"""`python -m tests.bench.stock.ours PORT ROWS`: fetches a snapshot and compares it, twice; says how long and how much.

The first time every row is new, the second time nothing but the snapshot is; then a look finds that nothing is new.
"""

import json
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module

from config import start
from tests.bench.stock.shape import LOCATIONS, Shape, sku

PATIENCE = 3600.0


def main(port: str, rows: str) -> None:
    start.read_settings()
    import_module("config.celery").app.set_default()
    start.settle()  # as a worker does
    _configure(f"http://127.0.0.1:{port}", Shape(int(rows)))
    found = {"first": _compare(), "again": _compare(), "look": _compare("start_reads"), "peak_mb": _peak()}
    sys.stdout.write(json.dumps(found))


def _configure(address: str, shape: Shape) -> None:
    models = import_module("integration.models")
    secrets = {"key": "x", "signing": "whsec_x", "token": "x"}
    about = {"base_url": address, "secrets": secrets, "max_concurrency": 4}
    erp = models.Connection.objects.create(
        slug="odoo", name="Odoo", kind="odoo", options={"database": "bench", "login": "bench"}, **about
    )
    wms = models.Connection.objects.create(
        slug="wms", name="Northgate", kind="http_json", profile={"facts": {"serves": ["inventory"]}}, **about
    )
    for row in (erp, wms):
        models.ConnectionGate.objects.create(connection=row)
        models.RemoteSlot.objects.bulk_create(models.RemoteSlot(connection=row, number=at) for at in range(4))
    warehouse = models.Warehouse.objects.create(
        name="Main", erp=erp, company_id=1, erp_warehouse_id=1, wms=wms, site="NORTH", inventory_mode="live"
    )
    models.Place.objects.bulk_create(
        models.Place(warehouse=warehouse, condition="good", partner_location=place, erp_location_id=location)
        for place, location in LOCATIONS.items()
        if place
    )
    before = datetime.now(UTC) - timedelta(hours=1)  # no news for the look
    mapped = {"partner": wms, "factor": Decimal(1), "per": Decimal(1), "valid_from": before}
    models.CodeMapping.objects.create(kind="unit", odoo_code="Units", partner_code="EA", **mapped)
    products = range(1, shape.products + 1)
    models.CodeMapping.objects.bulk_create(
        (
            models.CodeMapping(kind="product", odoo_code=sku(at), partner_code=f"W-{at:06d}", **mapped)
            for at in products
        ),
        batch_size=2_000,
    )


def _compare(what: str = "start_fetches") -> dict[str, float]:
    """Seconds of both, and what was found."""
    models, engine = import_module("integration.models"), import_module("integration.jobs.engine")
    inventories, handlers = import_module("integration.jobs.inventories"), import_module("integration.handlers")
    started = time.monotonic()
    getattr(inventories, what)()
    while sum(engine.run_lane(lane, handlers.HANDLERS, seconds=PATIENCE) for lane in models.Lane):
        pass
    run = models.ReconciliationRun.objects.order_by("pk").last()
    if run is None or run.ended_at is None:
        raise RuntimeError(str(models.JobAttempt.objects.values().latest("pk")))
    took, walked = time.monotonic() - started, (run.ended_at - run.began_at).total_seconds()
    return {"seconds": took, "walk": walked, "rows": run.compared, "different": run.different}


def _peak() -> float:
    """Megabytes of this process at its largest."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
