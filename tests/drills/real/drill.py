"""A drill on an Odoo that is not ours alone. Everything in it that the drill needs is made under names of its own."""

import secrets
from collections.abc import Callable, Mapping, Sequence

from rich.console import Console

from config.local.errors import LocalError
from config.local.stack import Local, Stack
from integration.sandbox.day import goods
from integration.sandbox.day import troubles as day
from integration.sandbox.day.http import NoAnswer, Refused
from integration.sandbox.day.wms import Wms
from tests.drills import evidence, report
from tests.drills.asked import Asked, RealOdoo
from tests.drills.crew import Crew
from tests.drills.deploy import deploys
from tests.drills.failpoints import Failpoints
from tests.drills.hands import Hands
from tests.drills.http import Balanced
from tests.drills.leader import FrozenLeader
from tests.drills.person import Person
from tests.drills.plan import plan
from tests.drills.prepare import CLAIM, LOG, Preparation, prepare
from tests.drills.real import figures, stock
from tests.drills.real import report as tables
from tests.drills.real.drive import AtOnce, Seller
from tests.drills.real.front import Front
from tests.drills.real.odoo import OthersOdoo
from tests.drills.real.ours import OurCrossdock
from tests.drills.troubles import Trouble, Troubles
from tests.drills.victims import Victims
from tests.rig.rolling import Rolling
from tests.rig.servers import own_servers
from tests.rig.town import new_town, setup

# A busy server answers late: a write may take four times the read timeout, and land so long after its client has gone.
TIMES = {"connect_timeout": 5.0, "read_timeout": 15.0, "settle_seconds": 15}
PACE = {"ENGINE_RECHECK_SECONDS": "300"}  # other people's orders wait for their mapping, and need no second look
PATIENCE = 300.0  # a delivery whose posting was killed waits until the call could have ended, and that three times
LONGER = 420.0
SLEEP = 4 * TIMES["read_timeout"] + float(CLAIM["ENGINE_CLAIM_SECONDS"]) + 2.0  # as on the stand-in
Tell = Callable[[str], None]


def drill(real: RealOdoo, wanted: Asked, tell: Tell, console: Console) -> bool:
    """Whether both sides agree and every failpoint was hit often enough. Raises LocalError."""
    with Front(real.address.url) as front, own_servers("drill") as stack, Rolling(LOG) as processes:
        run = _Run(real, wanted, front, tell)
        try:
            run.open_shop(processes)
            load, database_url = run.start(stack, processes)
        except (NoAnswer, Refused) as wrong:
            raise LocalError(f"{real.address.url} could not be made ready: {wrong}") from wrong
        seconds = load.run(tell)
        return run.show(load, seconds, database_url, console)


class _Run:
    def __init__(self, real: RealOdoo, wanted: Asked, front: Front, tell: Tell) -> None:
        self._real, self._wanted, self._front, self._tell = real, wanted, front, tell
        self._sign = f"-{secrets.token_hex(3)}"
        self._odoo = OthersOdoo(real.address, front)
        self._place = self._odoo.find_place()
        self._town = new_town(self._sign)
        self._wms = Wms(self._town.wms_url)
        self._orders = plan(wanted.orders)

    def open_shop(self, processes: Rolling) -> None:
        place, orders, sign = self._place, self._wanted.orders, self._sign
        self._tell(f"Odoo {place.version}, warehouse {place.code} of company {place.company}; names end with {sign}")
        self._shop = goods.open_shop(self._odoo, orders, code=place.code, sign=sign)
        processes.start(self._town.wms)
        goods.stock_warehouse(self._wms, orders, sign)
        self._wms.answer_on_request()
        self._tell("Products with stock, customers and delivery methods are made in Odoo")

    def start(self, stack: Stack, processes: Rolling) -> tuple[AtOnce, str]:
        """The load, ready to run, and the address of Crossdock's database."""
        local = stack.local("drill")
        env = self._town.environment(local.environment()) | CLAIM | PACE
        token = prepare(self._preparation(), env)
        self._before = figures.latest_attempt(local.database_url)
        sales = Seller(self._odoo, self._shop)
        sales.sell_all(self._orders)
        self._tell(f"{len(self._orders)} orders are confirmed in Odoo")
        permits = stack.place.state / "permits"
        crew = Crew(processes, self._town, env, permits)
        web = Balanced(crew.urls(), token)
        deploy, self._not_run = deploys(crew, web, quick=self._wanted.quick)
        crew.start()
        self._front.forget()
        leader = Trouble("the leading beat stands still, and wakes", 0.3, FrozenLeader(local.database_url))
        troubles = self._troubles(stack, local, [leader, *deploy])
        failpoints = Failpoints(permits, self._wanted.hits, crew, sleep=SLEEP)
        victims = Victims(crew, failpoints, self._wanted.kill_every)
        self._tell("Two of web, two of beat, three workers and a sandbox warehouse run")
        self._crossdock = OurCrossdock(web, self._town.wms_slug, self._orders, self._sign)
        person = Person(web, self._crossdock)
        hands = Hands(self._orders, self._wms, sales, self._wanted.backlog)
        people = (self._crossdock, person, hands, crew, failpoints, victims, troubles)
        load = AtOnce(self._wanted, self._odoo, self._wms, *people, patience=PATIENCE, longer=LONGER)
        return load, local.database_url

    def show(self, load: AtOnce, seconds: float, database_url: str, console: Console) -> bool:
        """Compares both sides; whether all is as it should be."""
        took = figures.look(database_url, self._before, self._front.calls.total(), self._front.longest)
        left = stock.compare(self._odoo, self._shop, self._wanted.orders, self._wms.books()["orders"])
        hands, sides = load.hands, (self._shop, self._odoo, self._wms, self._crossdock)
        found = evidence.look(hands.orders, hands.sold_at, *sides, database_url)
        found.wrong += left.wrong
        more = (tables.stock(left), tables.took(took, load.marks, self._wanted.orders))
        crew = (load.crew, load.failpoints, load.victims, load.troubles, load.person)
        run = report.Run(found, *crew, seconds, self._not_run)
        report.show(run, console, *more)
        for line in (tables.LEFT_OUT, tables.foreign(self._crossdock.foreign)):
            console.print(line, soft_wrap=True)
        return run.good

    def _troubles(self, stack: Stack, local: Local, more: Sequence[Trouble]) -> Troubles:
        outage = "Odoo out of reach"
        odoo, wms, quick = self._odoo, self._wms, self._wanted.quick
        troubles = Troubles(stack, local.redis_url, odoo, wms, calls={}, outage=outage, more=more, quick=quick)
        troubles.cut()
        day.ship_a_stray(self._wms)
        return troubles

    def _preparation(self) -> Preparation:
        """Without hints: they would make other people's work in this Odoo wait for us."""
        address = self._real.address
        wanted: Mapping[str, object] = setup(self._town) | {
            "odoo_slug": f"odoo{self._sign}",
            "odoo_url": self._front.url,
            "odoo_database": address.database,
            "odoo_login": address.login,
            "odoo_key": address.key,
            "hint_url": "",
            "code": self._place.code,
            "company": self._place.company,
            "sign": self._sign,
        }
        return Preparation(wanted, TIMES, self._real.protocol, look_first=True)
