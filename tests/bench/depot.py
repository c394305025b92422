"""Crossdock with both stand-ins, as `make demo` runs it, and orders that are released and wait to be shipped.

In a database of its own, so that its connections are nobody else's.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import psycopg

from config.local import services
from config.local.place import CHECKOUT
from config.local.stack import Stack
from config.local.supervisor import Supervisor
from integration.jobs import dispatch
from integration.models import Lane
from integration.sandbox.day import goods
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.sales import Sales
from integration.sandbox.day.scenes import SCENES
from integration.sandbox.day.wms import Wms
from tests.bench.crew import OURS
from tests.rig import cpu
from tests.rig.poll import until
from tests.rig.town import new_town, odoo_of, setup

DATABASE = "latency"
PRODUCTS = 200  # one in each order: postings of one product wait for each other
STOCK = 1000
AT_ONCE = 20  # counts of stock in one call, which takes the stand-in long
PATIENCE = 300.0
Order = tuple[str, list[dict[str, Any]]]
_ACTIVE = """
SELECT count(*) FROM integration_syncjob
WHERE state IN ('pending', 'running', 'retry', 'blocked', 'needs_attention')"""


class Depot:
    def __init__(self, stack: Stack, processes: Supervisor, env: Mapping[str, str]) -> None:
        self.place = new_town()
        self._stack, self._processes = stack, processes
        local = stack.local(DATABASE).environment()
        self._env = self.place.environment({**env, **local})
        self._released: set[str] = set()
        self._odoo, self._wms = Odoo(odoo_of(self.place)), Wms(self.place.wms_url)

    def open(self) -> None:
        for stand_in in (self.place.odoo, self.place.wms):
            self._processes.start(stand_in)
        shop = goods.open_shop(self._odoo, 1)
        products = self._stock(shop)
        self._prepare({"setup": setup(self.place), "codes": {sku: sku.lower() for sku in products}})
        self.database = psycopg.connect(self._env["DATABASE_URL"], autocommit=True)
        self._skus = list(products)
        self._sales = Sales(self._odoo, replace(shop, products=products))
        self._processes.start(services.web(self._env, self.place.web_port))

    def close(self) -> None:
        self.database.close()
        for name in ("beat", "worker", "web", "sandbox-wms", "sandbox-odoo"):
            self._processes.stop(name)

    def start_short_worker(self) -> None:
        """One whose every shipment is a write at a partner that answers at once."""
        worker = self._worker()
        argv = [OURS if part == "config" else part for part in worker.argv]
        self._processes.start(replace(worker, argv=[*argv, "--queues", dispatch.queue(Lane.SHIPMENT)]))

    def stop_worker(self) -> None:
        self._processes.stop("worker")

    def start_worker(self) -> None:
        self._processes.start(self._worker())
        self._processes.start(services.beat(self._env))

    def release(self, orders: int) -> list[Order]:
        """So many orders sold and released: the warehouse's number and lines of each."""
        before = len(self._released)
        for number in range(orders):
            basket = ((self._skus[number % PRODUCTS], Decimal(2)),)
            self._sales.sell(PlannedOrder(before + number + 1, SCENES[0], goods.CUSTOMERS[0][0], basket))
        until(lambda: len(self._books()) == before + orders, seconds=PATIENCE, every=1.0)
        until(lambda: not self._wms.deliveries()["pending"] and not self.number(_ACTIVE), seconds=PATIENCE, every=1.0)
        new = [held for held in self._books() if held["release"] not in self._released]
        self._released |= {held["release"] for held in new}
        return [(held["release"], _lines(held["document"]["lines"])) for held in new]

    def _books(self) -> list[dict[str, Any]]:
        return list(self._wms.books()["orders"])

    def number(self, query: str) -> int:
        row = self.database.execute(query).fetchone()  # type: ignore[arg-type]
        return int(row[0]) if row else 0

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU that each has used."""
        names = ("sandbox-odoo", "web", "worker")
        used = {name: cpu.seconds(self._processes.pid(name)) for name in names}
        return {**used, "database": cpu.seconds(self._stack.postgres.pid() or 0)}

    def posted(self) -> int:
        """Deliveries that are done, by Odoo's own books."""
        return int(self._odoo.call("stock.picking", "search_count", [["state", "=", "done"]]))

    def _worker(self) -> Any:
        [worker] = [command for command in self.place.crossdock(self._env) if command.name == "worker"]
        return worker

    def _stock(self, shop: goods.Shop) -> dict[str, int]:
        made = [goods.Goods(f"BIN-{number:03d}", "", f"Bin {number}", 1.0) for number in range(PRODUCTS)]
        units = {row["name"]: row["id"] for row in self._odoo.rows("uom.uom", [], ["name"])}
        values = [goods._product(each, shop.version, units, "") for each in made]
        ids = self._odoo.call("product.product", "create", values)
        counts = [{"product_id": pk, "location_id": shop.place, "inventory_quantity": STOCK} for pk in ids]
        quants = self._odoo.call("stock.quant", "create", counts, context={"inventory_mode": True})
        for first in range(0, len(quants), AT_ONCE):
            self._odoo.call("stock.quant", "action_apply_inventory", quants[first : first + AT_ONCE])
        return dict(zip((each.sku for each in made), ids, strict=True))

    def _prepare(self, wanted: Mapping[str, Any]) -> None:
        argv = [sys.executable, "-m", "tests.bench.depot_prepare"]
        done = subprocess.run(
            argv, cwd=CHECKOUT, env=self._env, input=json.dumps(wanted), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"Crossdock could not be configured: {done.stderr}")


def _lines(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: line[name] for name in ("line", "sku", "quantity", "unit")} for line in lines]
