"""`python -m tests.drills`: kills workers and breaks things under load; ends with 1 unless both sides agree.

Against the stand-in for Odoo, or against the Odoo that the environment names.
"""

import shutil
import sys
import time
from collections.abc import Callable, Sequence

from rich.console import Console

from config.local.errors import LocalError
from config.local.supervisor import Supervisor
from integration.sandbox.day import goods
from integration.sandbox.day import troubles as day
from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.sales import Sales
from integration.sandbox.day.wms import Wms
from tests.drills import asked, evidence, report
from tests.drills.asked import Asked
from tests.drills.drive import Load
from tests.drills.person import Person
from tests.drills.plan import plan
from tests.drills.prepare import CLAIM, LOG, TIMES, Preparation, prepare
from tests.drills.real.drill import drill as drill_a_real_one
from tests.drills.troubles import Troubles
from tests.drills.victims import Victims
from tests.rig.servers import own_servers
from tests.rig.town import new_town, odoo_of, setup


def main(arguments: Sequence[str]) -> int:
    wanted = asked.read(arguments)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else report.WIDTH)
    started = time.monotonic()
    shutil.rmtree(LOG, ignore_errors=True)

    def tell(what: str) -> None:
        console.print(f"[dim]{time.monotonic() - started:5.0f} s[/]  {what}", soft_wrap=True)

    real = asked.real_odoo()
    good = drill_a_real_one(real, wanted, tell, console) if real else _drill(wanted, tell, console)
    return 0 if good else 1


def _drill(wanted: Asked, tell: Callable[[str], None], console: Console) -> bool:
    place, orders = new_town(), plan(wanted.orders)
    odoo, wms = Odoo(odoo_of(place)), Wms(place.wms_url)
    with own_servers("drill") as stack, Supervisor(LOG) as processes:
        local = stack.local("drill")
        env = place.environment(local.environment()) | CLAIM
        for stand_in in (place.odoo, place.wms):
            processes.start(stand_in)
        shop = goods.open_shop(odoo, wanted.orders)
        goods.stock_warehouse(wms, wanted.orders)
        wms.answer_on_request()
        token = prepare(Preparation(setup(place), TIMES), env)
        crossdock = Crossdock(place.url, token, place.wms_slug)
        person = Person(place.url, token, crossdock)
        victims = Victims(processes, env, stack.place.state, wanted.hits)
        for command in place.crossdock(env)[1:]:  # beat and web; the workers are the victims
            processes.start(command)
        victims.start()
        tell("Web, beat, two workers, a sandbox Odoo and a sandbox warehouse run")
        troubles = Troubles(stack, local.redis_url, odoo, wms)
        troubles.cut()
        day.ship_a_stray(wms)
        load = Load(wanted, orders, odoo, wms, Sales(odoo, shop), crossdock, person, victims, troubles)
        seconds = load.run(tell)
        processes.check()
        found = evidence.look(orders, shop, odoo, wms, crossdock, local.database_url)
        report.show(found, victims, troubles, person.retried, seconds, console)
        return found.good and victims.enough


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except LocalError as wrong:
        sys.exit(str(wrong))
