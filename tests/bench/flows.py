"""What one order costs on its way out and back, with an Odoo and a warehouse that answer at once.

The engine runs in this process, one job after the other: what is not a remote call is our own time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from time import perf_counter, process_time

from config.local import services
from config.local.supervisor import Supervisor
from integration.handlers import HANDLERS
from integration.jobs import engine, sweep
from integration.management.demo.configure import Setup, configure
from integration.models import JobAttempt, Lane, SyncJob
from integration.sandbox.day import goods
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.sales import Sales
from integration.sandbox.day.scenes import SCENES
from integration.sandbox.day.wms import Wms
from tests.bench import report
from tests.bench.report import Row
from tests.rig.poll import until
from tests.rig.town import new_town, odoo_of, setup

SECTION = "order out and back"
PATIENCE = 60.0
SHIPPED_SHARE = 4  # a stand-in takes long to post one: a quarter of the orders says as much
LINES = 3


@dataclass(frozen=True)
class Way:
    """What some jobs took; ``own_ms`` is the time of one job outside remote calls, ``cpu_ms`` this process's share."""

    odoo_calls: int
    documents: int
    own_ms: float
    cpu_ms: float
    seconds: float

    @property
    def calls_each(self) -> float:
        return self.odoo_calls / self.documents

    @property
    def per_second(self) -> float:
        return self.documents / self.seconds


class Flows:
    def __init__(self, processes: Supervisor, env: Mapping[str, str], orders: int) -> None:
        self._processes, self._env, self._orders = processes, env, orders
        self._town = new_town()
        self._odoo, self._wms = Odoo(odoo_of(self._town)), Wms(self._town.wms_url)
        self._sold = self._shipped = 0

    def measure(self, rounds: int, tell: Callable[[str], None]) -> list[Row]:
        released, posted = [], []
        self._open()
        self._release_and_ship(1)  # for warming up
        for _ in range(rounds):
            out, back = self._release_and_ship(self._orders)
            tell(f"flows: {out.documents} orders released with {out.odoo_calls} calls, {back.documents} shipped")
            released.append(out)
            posted.append(back)
        for name in ("web", "sandbox-wms", "sandbox-odoo"):
            self._processes.stop(name)
        return _rows(released, posted, self._orders)

    def _open(self) -> None:
        place = self._town
        for stand_in in (place.odoo, place.wms):
            self._processes.start(stand_in)
        self._shop = goods.open_shop(self._odoo, self._orders)
        configure(Setup(**setup(place)))
        self._processes.start(services.web({**self._env, "PUBLIC_URL": place.url}, place.web_port))
        self._sales = Sales(self._odoo, self._shop)

    def _release_and_ship(self, orders: int) -> tuple[Way, Way]:
        for _ in range(orders):
            self._sell()
        before = {held["release"] for held in self._wms.books()["orders"]}
        sweep.start_polls("odoo_sweep")
        out = self._run(Lane.ORDER, orders)
        releases = [held["release"] for held in self._wms.books()["orders"] if held["release"] not in before]
        if len(releases) != orders:
            raise RuntimeError(f"{len(releases)} of {orders} orders were released")
        shipped = releases[: -(-orders // SHIPPED_SHARE)]
        self._shipped += len(shipped)
        for release in shipped:
            self._wms.ship(release)
        until(lambda: not self._wms.deliveries()["pending"], seconds=PATIENCE)
        back = self._run(Lane.SHIPMENT, len(shipped))
        if (booked := self._odoo.call("stock.picking", "search_count", [["state", "=", "done"]])) != self._shipped:
            raise RuntimeError(f"{booked} of {self._shipped} shipments were posted")
        self._run(Lane.ORDER, orders)  # what the shipments left to look at
        return out, back

    def _sell(self) -> None:
        self._sold += 1
        basket = tuple((each.sku, Decimal(2)) for each in goods.PLAIN[:LINES])
        self._sales.sell(PlannedOrder(self._sold, SCENES[0], goods.CUSTOMERS[0][0], basket))

    def _run(self, lane: Lane, documents: int) -> Way:
        """Runs the lane until nothing is due in it."""
        calls, latest = self._odoo.calls_of_others(), JobAttempt.objects.order_by("id").last()
        started, cpu, ran = perf_counter(), process_time(), 0
        while some := engine.run_lane(lane, HANDLERS, seconds=PATIENCE):
            ran += some
        seconds, cpu = perf_counter() - started, process_time() - cpu
        attempts = JobAttempt.objects.filter(pk__gt=latest.pk if latest else 0)
        remote = sum(call["ms"] for noted in attempts.values_list("calls", flat=True) for call in noted)
        failed = attempts.exclude(outcome=SyncJob.State.SUCCEEDED).values_list("code", "detail").first()
        if failed:
            raise RuntimeError(f"a job failed: {failed}")
        own = (seconds * 1000 - remote) / max(ran, 1)
        return Way(self._odoo.calls_of_others() - calls, documents, own, cpu * 1000 / max(ran, 1), seconds)


def _rows(released: list[Way], posted: list[Way], orders: int) -> list[Row]:
    most = 8 * -(-orders // 100)
    return [
        report.at_most(SECTION, f"calls to Odoo, {orders} orders released", "", [w.odoo_calls for w in released], most),
        report.at_most(SECTION, "calls to Odoo, one shipment", "", [w.calls_each for w in posted], 5),
        report.at_most(SECTION, "release, outside remote calls, a job", "ms", [w.own_ms for w in released], 5),
        report.at_most(SECTION, "shipment, outside remote calls, a job", "ms", [w.own_ms for w in posted], 5),
        report.figure(SECTION, "release, CPU of the worker, a job", "ms", [w.cpu_ms for w in released]),
        report.figure(SECTION, "shipment, CPU of the worker, a job", "ms", [w.cpu_ms for w in posted]),
        report.figure(SECTION, "orders released", "/s", [w.per_second for w in released]),
        report.figure(SECTION, "shipments posted", "/s", [w.per_second for w in posted]),
    ]
