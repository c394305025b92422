"""Our own disaster: under load the database is lost, and a backup that is half an hour old is restored, by the how-to.

The half hour is shortened like every retry and breaker interval. Whatever becomes of Crossdock, people sell and buy in
Odoo, and the warehouse ships, receives, counts and tells.
"""

from collections.abc import Callable

from rich.console import Console

from integration.sandbox.day import goods
from integration.sandbox.day import troubles as day
from integration.sandbox.day.closing import SITES
from integration.sandbox.day.evidence import latest_movement
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.sales import Sales
from integration.sandbox.day.wms import Wms
from tests.drills import agreed, errands, evidence, kills, remains
from tests.drills.asked import Asked
from tests.drills.beside import Beside
from tests.drills.crew import Crew
from tests.drills.disaster import report
from tests.drills.disaster.backup import Backup
from tests.drills.disaster.business import Business
from tests.drills.disaster.clerk import Clerk
from tests.drills.disaster.course import OLD, Course
from tests.drills.disaster.desk import Desk
from tests.drills.disaster.standing import Standing
from tests.drills.errands import Errands
from tests.drills.hands import Hands
from tests.drills.http import Balanced, Watched
from tests.drills.outages.sides import SCALED
from tests.drills.patience import Patience
from tests.drills.plan import TOLD_LONGER, plan
from tests.drills.prepare import CLAIM, LOG, SLOTS, TIMES, Preparation, prepare, trading_of
from tests.rig.rolling import Rolling
from tests.rig.servers import own_servers
from tests.rig.town import new_town, odoo_of, setup

NAME = "disaster"


def drill(wanted: Asked, tell: Callable[[str], None], console: Console) -> bool:
    place, planned = new_town(), plan(wanted.few, goods.BOLTS, TOLD_LONGER)
    odoo, wms, folder = Odoo(odoo_of(place)), Wms(place.wms_url), LOG / NAME
    with own_servers(NAME) as stack, Rolling(folder) as processes:
        local = stack.local(NAME)
        env = place.environment(local.environment()) | SCALED | CLAIM
        for stand_in in (place.odoo, place.wms):
            processes.start(stand_in)
        people = kills.open_up(odoo, wms, wanted.few)
        others = Errands(people, errands.plan(wanted.few))
        beside = Beside(people, others.doings, latest_movement(odoo))
        token = prepare(Preparation(setup(place) | trading_of(people.trade), TIMES | SLOTS, bolts=True), env)
        crew = Crew(processes, place, env, stack.place.state / "permits")
        web = Balanced(crew.urls(), token)
        crossdock = Watched(web, place.wms_slug)
        crew.start()
        tell(f"All runs; half an hour is {OLD:.0f} s")
        day.ship_a_stray(wms)
        hands = Hands([], wms, Sales(odoo, people.shop), wanted.backlog)
        business = Business(people, planned, hands, others, Patience(local.database_url))
        standing = Standing(local.database_url, wms, crossdock, business)
        backup = Backup(stack.postgres, NAME, folder / "backup.dump")
        course = Course(business, backup, crew, crossdock, Desk(env), standing, tell)
        clerk = Clerk(odoo, web, crossdock)
        with remains.kept(folder / "remains", local.database_url, wms, tell):
            course.run(clerk)
        same = agreed.look(env, local.database_url, wms, tell, *SITES)
        found = evidence.look(
            hands.orders, hands.sold_at, people.shop, odoo, wms, crossdock, local.database_url, beside, standing.ended()
        )
        found.wrong += [*same.wrong, *course.wrong]
        report.show(course, clerk, found, same, console)
        if not found.good:
            remains.keep(folder / "remains", local.database_url, wms)
            tell(f"What is left to look at is in {folder / 'remains'}")
        return found.good
