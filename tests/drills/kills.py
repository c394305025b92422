"""Processes are killed, at named points and from outside, and everything else goes wrong, under load."""

from collections.abc import Callable

from rich.console import Console

from integration.sandbox.day import goods
from integration.sandbox.day import troubles as day
from integration.sandbox.day.closing import SITES
from integration.sandbox.day.doing import People
from integration.sandbox.day.evidence import latest_movement
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.sales import Sales
from integration.sandbox.day.trade import DEPOT, MAIN, open_trade
from integration.sandbox.day.wms import Wms
from tests.drills import agreed, errands, evidence, remains, report
from tests.drills.asked import Asked
from tests.drills.beside import Beside
from tests.drills.crew import Crew
from tests.drills.deploy import deploys
from tests.drills.drive import Load
from tests.drills.errands import Errands
from tests.drills.failpoints import WRITERS, Failpoints
from tests.drills.hands import Hands
from tests.drills.http import Balanced, Watched
from tests.drills.leader import FrozenLeader
from tests.drills.person import Person
from tests.drills.plan import TOLD_LONGER, any_scene, plan
from tests.drills.prepare import CLAIM, LOG, SLEEP, SLOTS, TIMES, Preparation, prepare, trading_of
from tests.drills.troubles import Trouble, Troubles
from tests.drills.victims import Victims
from tests.rig.rolling import Rolling
from tests.rig.servers import own_servers
from tests.rig.town import new_town, odoo_of, setup

MORE = (*goods.TRADED, *goods.BOLTS)


def drill(wanted: Asked, tell: Callable[[str], None], console: Console) -> bool:
    place, orders = new_town(), plan(wanted.orders, goods.BOLTS, TOLD_LONGER)
    odoo, wms = Odoo(odoo_of(place)), Wms(place.wms_url)
    with own_servers("drill") as stack, Rolling(LOG / "kills") as processes:
        local = stack.local("drill")
        env = place.environment(local.environment()) | CLAIM
        for stand_in in (place.odoo, place.wms):
            processes.start(stand_in)
        people = open_up(odoo, wms, wanted.orders)
        shop, trade = people.shop, people.trade
        others = Errands(people, errands.plan(wanted.orders))
        beside = Beside(people, others.doings, latest_movement(odoo))
        token = prepare(Preparation(setup(place) | trading_of(trade), TIMES | SLOTS, bolts=True), env)
        permits = stack.place.state / "permits"
        crew = Crew(processes, place, env, permits)
        web = Balanced(crew.urls(), token)
        crossdock = Watched(web, place.wms_slug)
        person = Person(web, crossdock)
        deploy, not_run = deploys(crew, web, quick=wanted.quick)
        leader = Trouble("the leading beat stands still, and wakes", 0.3, FrozenLeader(local.database_url))
        crew.start()
        tell("Two of web, two of beat, three workers, a sandbox Odoo and a sandbox warehouse run")
        of_each = wanted.each_flow
        failpoints = Failpoints(permits, wanted.hits, crew, sleep=SLEEP, writers=WRITERS, of_each=of_each)
        victims = Victims(crew, failpoints, wanted.kill_every)
        troubles = Troubles(stack, local.redis_url, odoo, wms, more=[leader, *deploy], quick=wanted.quick)
        troubles.cut()
        day.ship_a_stray(wms)
        hands = Hands(orders, wms, Sales(odoo, shop), wanted.backlog, any_scene)
        load = Load(wanted, odoo, wms, crossdock, person, hands, crew, failpoints, victims, troubles, errands=others)
        folder = LOG / "kills" / "remains"
        with remains.kept(folder, local.database_url, wms, tell):
            seconds = load.run(tell)
        same = agreed.look(env, local.database_url, wms, tell, *SITES)
        found = evidence.look(orders, hands.sold_at, shop, odoo, wms, crossdock, local.database_url, beside)
        found.wrong += same.wrong
        run = report.Run(found, crew, failpoints, victims, troubles, person, seconds, not_run)
        report.show(run, console, agreed.table(same))
        if not run.good:
            remains.keep(folder, local.database_url, wms)
            tell(f"What is left to look at is in {folder}")
        return run.good


def open_up(odoo: Odoo, wms: Wms, orders: int) -> People:
    """Fills both systems with goods."""
    shop = goods.open_shop(odoo, orders, more=MORE)
    trade = open_trade(odoo, shop, orders)
    goods.stock_warehouse(wms, orders, more=MORE)
    goods.fill_shelves(wms, MAIN, orders, more=MORE)
    goods.fill_shelves(wms, DEPOT, orders, more=MORE, away=True)
    wms.answer_on_request()
    return People(odoo, wms, shop, trade)
