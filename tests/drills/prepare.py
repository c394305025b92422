"""`python -m tests.drills.prepare`: migrates and configures the drill's database; prints a token for the API.

A process of its own, because Django keeps the database that it was started with.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import time
from importlib import import_module
from typing import Any

from django.core.management import call_command

from config import start
from config.local.errors import LocalError
from config.local.place import CHECKOUT
from integration.sandbox.day.goods import BOLTS, KETTLE
from integration.sandbox.day.trade import DEPOT, Trade

LOG = CHECKOUT / "var" / "log" / "drill"
CLAIM = {"ENGINE_CLAIM_SECONDS": "10"}  # a killed worker's streams are free again after so long
# A drill waits for every one of these after a kill; they are long enough for a busy machine.
TIMES = {"connect_timeout": 2.0, "read_timeout": 4.0, "settle_seconds": 2, "acknowledge_seconds": 300}
SLOTS = {"max_concurrency": 16}  # calls at once: those of the dead keep theirs for a while
# A posting may take four times the time to read, and its claim lasts a claim longer: who slept so long owns nothing.
SLEEP = 4 * TIMES["read_timeout"] + float(CLAIM["ENGINE_CLAIM_SECONDS"]) + 2.0
SCOPES = ("cases:read", "cases:write", "jobs:read", "jobs:write", "inventory:read")
PROTOCOL = "xmlrpc"  # the drill itself speaks JSON-RPC, so that faults can be meant for Crossdock alone
PATIENCE = 60.0


@dataclass(frozen=True)
class Preparation:
    """``setup``: what the demo's ``Setup`` is made from. ``times``: limits of the Odoo connection.

    ``transport`` empty: as the probe chooses. ``look_first``: what is in Odoo already is somebody else's.
    ``bolts``: there are more goods than those of a day, and all of them are mapped.
    """

    setup: Mapping[str, Any]
    times: Mapping[str, float]
    transport: str = PROTOCOL
    look_first: bool = False
    bolts: bool = False


def trading_of(trade: Trade) -> dict[str, Any]:
    """What the demo's ``Setup`` has beside addresses, where every flow is live."""
    places = [(condition, bin_, location) for (condition, bin_), location in trade.places.items()]
    return {"trading": {"depot": DEPOT, "places": places, "terms": list(trade.terms)}}


def prepare(wanted: Preparation, env: Mapping[str, str]) -> str:
    """Runs this module in a process of its own; the token. Raises LocalError."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.drills.prepare"],
        cwd=CHECKOUT,
        env={**os.environ, **env},
        input=json.dumps(asdict(wanted)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LocalError(f"Crossdock could not be configured: {done.stderr}")
    return done.stdout.strip()


def main() -> None:
    wanted = Preparation(**json.load(sys.stdin))
    start.read_settings()
    call_command("migrate", interactive=False, verbosity=0)
    demo, models = import_module("integration.management.demo.configure"), import_module("integration.models")
    demo.configure(demo.Setup(**wanted.setup))
    for row in models.Connection.objects.all():
        row.options = {**row.options, **({"transport": wanted.transport} if wanted.transport else {})}
        for name, value in (dict(wanted.times) if row.kind == "odoo" else TIMES | SLOTS).items():
            setattr(row, name, value)
        row.save()
    models.Warehouse.objects.update(reconcile_at=time(0))  # a walk through all orders may be had at any time of the day
    if wanted.bolts:
        wms = models.Connection.objects.get(kind="http_json")
        codes = [{"odoo_code": bolt.sku, "partner_code": bolt.partner_sku} for bolt in (*BOLTS, KETTLE)]
        models.CodeMapping.objects.bulk_create(
            models.CodeMapping(partner=wms, kind=models.CodeMapping.Kind.PRODUCT, factor=1, **code) for code in codes
        )
    if wanted.look_first:
        _look_first(models)
    _, token = import_module("integration.jobs.tokens").make("the drill", SCOPES, None)
    sys.stdout.write(token)


def _look_first(models: Any) -> None:
    """Reads all of Odoo while the warehouse is off: orders that stay as they are now are never released."""
    engine, sweep = import_module("integration.jobs.engine"), import_module("integration.jobs.sweep")
    handlers, modes = import_module("integration.flows").HANDLERS, models.Warehouse.Mode
    models.Warehouse.objects.update(release_mode=modes.OFF, shipment_mode=modes.OFF)
    sweep.start_polls("odoo_poll")
    while engine.run_lane(models.Lane.ORDER, handlers, seconds=PATIENCE):
        pass
    models.Warehouse.objects.update(release_mode=modes.LIVE, shipment_mode=modes.LIVE)


if __name__ == "__main__":
    main()
