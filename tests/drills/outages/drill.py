"""Each side is down in turn, longer than every retry and breaker interval, while the warehouse goes on by paper."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from rich import box
from rich.console import Console
from rich.table import Table

from config.local.errors import LocalError
from integration.sandbox.day import goods
from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.sales import Sales
from integration.sandbox.day.wms import Wms
from tests.drills import agreed
from tests.drills.asked import Asked
from tests.drills.crew import Crew
from tests.drills.http import Balanced, Watched
from tests.drills.outages import verdict
from tests.drills.outages.paper import Paper
from tests.drills.outages.sides import LASTS, LONGEST, SCALE, SCALED, Side, sides
from tests.drills.outages.verdict import Verdict
from tests.drills.patience import Patience
from tests.drills.plan import one_more
from tests.drills.prepare import LOG, SLOTS, TIMES, Preparation, prepare
from tests.rig.rolling import Rolling
from tests.rig.servers import own_servers
from tests.rig.town import new_town, odoo_of, setup

MEANWHILE = 0.1  # of a side's orders are sold while it is down
PATIENCE = 300.0  # for the form to be loaded, once all processes are started
Tell = Callable[[str], None]


@dataclass
class Outage:
    """What became of one. ``seconds``: from its end until all was at rest."""

    name: str
    orders: int
    typed: int
    seconds: float


@dataclass
class Course:
    """One drill's people and systems. ``on_paper``: orders that left before the warehouse's system heard of them."""

    odoo: Odoo
    wms: Wms
    sales: Sales
    paper: Paper
    crossdock: Crossdock
    patience: Patience
    orders: list[PlannedOrder]
    on_paper: set[str]

    def run(self, side: Side, count: int, tell: Tell) -> Outage:
        late, until = max(1, int(count * MEANWHILE)), self.patience.until
        early = [self._sell() for _ in range(count - late)]
        self.patience.until(
            lambda: all(self._accepted(order) for order in early), f"{side.name}: the warehouse has no orders"
        )
        self.paper.take_out()
        tell(f"{side.name} is down for {LASTS:.0f} s; {len(early)} orders are released")
        ends = time.monotonic() + LASTS
        side.begin()
        sold = [self._sell() for _ in range(late)] if side.sells else []
        releases = [release for order in early for release in self._ship(order)]
        typed = releases[::2]
        if side.by_hand == "meanwhile":
            typed += self._unheard(sold) if "warehouse" in side.name else []
            self.paper.fill_in(typed)
            self.paper.load()
        time.sleep(max(0.0, ends - time.monotonic()))
        side.end()
        over = time.monotonic()
        if side.by_hand == "after":
            self.paper.fill_in(typed)
            self._load_when_back()
        sold += [self._sell() for _ in range(late - len(sold))]
        for order in sold:
            if order.name not in self.on_paper:
                until(partial(self._accepted, order), f"{order.name} is not at the warehouse")
                self._ship(order)
        self.patience.until(
            lambda: verdict.at_rest(self.wms, self.crossdock), f"{side.name}: work did not come to rest"
        )
        seconds = time.monotonic() - over
        tell(f"{side.name} was down: all at rest {seconds:.0f} s after its end")
        return Outage(side.name, count, len(typed), seconds)

    def _sell(self) -> PlannedOrder:
        order = one_more(len(self.orders) + 1)
        self.sales.sell(order)
        self.orders.append(order)
        return order

    def _accepted(self, order: PlannedOrder) -> bool:
        held = self.wms.held(order.name)
        return bool(held) and all(each["status"] == "accepted" for each in held)

    def _ship(self, order: PlannedOrder) -> list[str]:
        """The floor works on, whatever is down."""
        releases = [each["release"] for each in self.wms.held(order.name)]
        for release in releases:
            self.wms.ship(release, mode="full")
        return releases

    def _unheard(self, sold: Sequence[PlannedOrder]) -> list[str]:
        """Orders of this outage, from sheets that Crossdock printed meanwhile: they never get to the system."""
        rows = self.odoo.rows("stock.picking", [["sale_id", "in", [order.id for order in sold]]], ["name"])
        wanted = {row["name"] for row in rows}
        self.patience.until(lambda: self._on_form(wanted), "orders sold meanwhile are not in the pack")
        self.on_paper |= {order.name for order in sold}
        return sorted(wanted)

    def _on_form(self, wanted: set[str]) -> bool:
        self.paper.take_out()
        return wanted <= self.paper.listed

    def _load_when_back(self) -> None:
        ends = time.monotonic() + PATIENCE
        while True:
            try:
                self.paper.load()
                return
            except LocalError:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.5)


def drill(wanted: Asked, tell: Tell, console: Console) -> bool:
    orders = wanted.few
    place = new_town()
    odoo, wms = Odoo(odoo_of(place)), Wms(place.wms_url)
    with own_servers("outages") as stack, Rolling(LOG / "outages") as processes:
        local = stack.local("outages")
        env = place.environment(local.environment()) | SCALED
        for stand_in in (place.odoo, place.wms):
            processes.start(stand_in)
        shop = goods.open_shop(odoo, orders)
        goods.stock_warehouse(wms, orders)
        wms.control("settings", {"acknowledge_after": 0.0})
        token = prepare(Preparation(setup(place), TIMES | SLOTS), env)
        crew = Crew(processes, place, env, stack.place.state / "permits")
        crossdock = Watched(Balanced(crew.urls(), token), place.wms_slug)
        crew.start()
        tell(f"All runs; a retry waits {LONGEST:.0f} s at most (1/{1 / SCALE:.0f} of its time)")
        paper = Paper(env, LOG / "outages" / "paper")
        course = Course(odoo, wms, Sales(odoo, shop), paper, crossdock, Patience(local.database_url), [], set())
        each = sides(odoo, wms, crew, stack)
        done = [course.run(side, count, tell) for side, count in zip(each, _shares(orders, len(each)), strict=True)]
        same = agreed.look(env, local.database_url, wms, tell)
        found = verdict.look(course.orders, course.on_paper, odoo, wms, crossdock, local.database_url)
    found.wrong += same.wrong
    _show(done, found, console, agreed.table(same))
    return found.good


def _shares(orders: int, parts: int) -> list[int]:
    return [orders // parts + (number < orders % parts) for number in range(parts)]


def _show(done: Sequence[Outage], found: Verdict, console: Console, compared: Table) -> None:
    table = Table("down", "orders", "forms", "at rest after", box=box.SIMPLE_HEAD)
    for outage in done:
        table.add_row(outage.name, str(outage.orders), str(outage.typed), f"{outage.seconds:.0f} s")
    console.print(table)
    console.print(compared)
    forms = f"{found.typed} forms, {found.matched} matched, {found.on_paper} of orders that the system never heard of"
    console.print(f"{found.orders} orders, {forms}; {found.cases} cases, all closed")
    for text in found.wrong[:40]:
        console.print(f"[red]{text}[/]", soft_wrap=True)
    good = "[bold green]All matched: 0 lost, 0 double.[/]"
    console.print(good if found.good else f"[bold red]{found.lost} lost, {found.doubled} doubled.[/]")
