"""How soon it is seen, and told, that what the warehouse has shipped is not in Odoo as soon as promised.

Shipments are spread over more than the minute between two looks, so that some have just missed one.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

import psycopg
from rich.console import Console

from config.local import services
from config.local.supervisor import Command
from config.queues import LANES, MAINTENANCE
from integration.management.demo.town import Town
from integration.rules.flows import FLOWS
from integration.sandbox.day import goods
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.sales import Sales
from integration.sandbox.day.wms import Wms
from tests.drills.asked import Asked
from tests.drills.crew import READY
from tests.drills.http import Balanced, Watched
from tests.drills.outages import verdict
from tests.drills.outages.sides import LONG, OVER, SCALED
from tests.drills.patience import Patience
from tests.drills.plan import one_more
from tests.drills.prepare import LOG, SLOTS, TIMES, Preparation, prepare
from tests.drills.report import figure, table_of
from tests.rig.rolling import Rolling
from tests.rig.servers import own_servers
from tests.rig.town import new_town, odoo_of, setup

GOAL = 90.0  # seconds after the promise
SHIPMENTS, EVERY = 12, 6.0  # one each so many seconds
NAME, WORKER, OTHERS = "promises", "shipments", "others"  # two workers: one does what the other does not
QUEUES = {WORKER: LANES[:1], OTHERS: (*LANES[1:], MAINTENANCE)}
# Of the jobs that are numbered higher than those before: seconds from the promise to the row, and to the case.
SEEN = """
SELECT EXTRACT(EPOCH FROM variance.first_seen - job.created_at)::float - %(promise)s,
  EXTRACT(EPOCH FROM told.first_seen - job.created_at)::float - %(promise)s
FROM integration_syncjob AS job
JOIN integration_variance AS variance ON variance.document_id = job.document_id AND variance.subject = 'not_posted'
JOIN integration_exceptioncase AS told ON told.document_id = job.document_id AND told.code = 'CD-8205'
WHERE job.flow = 'shipment_confirmation' AND job.id > %(after)s"""
LATEST = "SELECT COALESCE(max(id), 0) FROM integration_syncjob"
LEFT = "SELECT count(*) FROM integration_variance WHERE gone_at IS NULL"
PROMISE = FLOWS["shipment_confirmation"].promise.total_seconds()


@dataclass(frozen=True)
class Figures:
    """Seconds from the end of each promise. ``left``: rows that stay although all is posted."""

    cause: str
    seen: Sequence[float]
    told: Sequence[float]
    left: int


@dataclass
class Course:
    wms: Wms
    sales: Sales
    crossdock: Watched
    patience: Patience
    database_url: str
    sold: int = 0

    def run(self, cause: str, begin: Callable[[], object], end: Callable[[], object], count: int) -> Figures:
        orders = [self._sell() for _ in range(count)]
        self.patience.until(lambda: all(map(self._is_released, orders)), "the warehouse has no orders")
        after = self._ask(LATEST, {})[0][0]
        begin()
        for name in orders:
            [held] = self.wms.held(name)
            self.wms.ship(held["release"], mode="full")
            time.sleep(EVERY)
        about = {"promise": PROMISE, "after": after}
        self.patience.until(lambda: len(self._ask(SEEN, about)) == count, f"{cause}: it was not seen")
        found = self._ask(SEEN, about)
        end()
        self.patience.until(lambda: verdict.at_rest(self.wms, self.crossdock), "work did not come to rest")
        return Figures(cause, [row[0] for row in found], [row[1] for row in found], int(self._ask(LEFT, {})[0][0]))

    def _sell(self) -> str:
        self.sold += 1
        order = one_more(self.sold)
        self.sales.sell(order)
        return order.name

    def _is_released(self, name: str) -> bool:
        return [each["status"] for each in self.wms.held(name)] == ["accepted"]

    def _ask(self, query: str, about: Mapping[str, object]) -> list[tuple[float, ...]]:
        with psycopg.connect(self.database_url) as database:
            return database.execute(query, about).fetchall()


def drill(wanted: Asked, tell: Callable[[str], None], console: Console) -> bool:
    place, count = new_town(), min(wanted.few, SHIPMENTS)
    odoo, wms = Odoo(odoo_of(place)), Wms(place.wms_url)
    with own_servers(NAME) as stack, Rolling(LOG / NAME) as processes:
        local = stack.local(NAME)
        env = place.environment(local.environment()) | SCALED
        for stand_in in (place.odoo, place.wms):
            processes.start(stand_in)
        shop = goods.open_shop(odoo, 2 * count)
        goods.stock_warehouse(wms, 2 * count)
        wms.control("settings", {"acknowledge_after": 0.0})
        token = prepare(Preparation(setup(place), TIMES | SLOTS), env)
        commands = {command.name: command for command in _commands(place, env)}
        for command in commands.values():
            processes.start(command)
        crossdock = Watched(Balanced([f"http://127.0.0.1:{place.web_port}"], token), place.wms_slug)
        course = Course(wms, Sales(odoo, shop), crossdock, Patience(local.database_url), local.database_url)
        tell(f"{count} shipments wait for a worker, then {count} for Odoo")
        stop, start = lambda: processes.kill(WORKER), lambda: processes.start(commands[WORKER])
        found = [course.run("no worker for shipments", stop, start, count)]
        down, up = lambda: odoo.control("down", LONG), lambda: odoo.control("down", OVER)
        found.append(course.run("Odoo down", down, up, count))
    return _show(found, console)


def _commands(place: Town, env: Mapping[str, str]) -> Sequence[Command]:
    """The workers last: they look for the web process."""
    workers = [services.worker(env, name) for name in QUEUES]
    told = [replace(each, argv=[*each.argv, "-Q", ",".join(QUEUES[each.name])]) for each in workers]
    return (replace(services.web(env, place.web_port), ready_seconds=READY), services.beat(env), *told)


def _show(found: Sequence[Figures], console: Console) -> bool:
    heading = "Shipped and not posted: seconds from the promise's end"
    table = table_of(heading, "shipments", "seen: middle", "longest", "a case: longest", "left")
    for each in found:
        longest = max(*each.seen, *each.told)
        shown = (f"{median(each.seen):.0f}", f"{max(each.seen):.0f}", f"{max(each.told):.0f}")
        table.add_row(each.cause, str(len(each.seen)), *shown, figure(each.left))
        if longest > GOAL:
            console.print(f"[red]{each.cause}: seen after {longest:.0f} s, and not within {GOAL:.0f} s.[/]")
    console.print(table)
    good = all(max(*each.seen, *each.told) <= GOAL and not each.left for each in found)
    said = f"[bold green]Seen and told within {GOAL:.0f} s of each promise.[/]"
    console.print(said if good else "[bold red]It was seen too late, or is left.[/]")
    return good
