"""The four sides that go down in turn, and how long."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from config.local.stack import Stack
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.wms import Wms
from tests.drills.crew import NAMES, Crew

SCALE = 1 / 60  # of every retry and breaker interval
LONGEST = 900 * SCALE  # of them: the ceiling of the back-off
LASTS = LONGEST * 1.4  # longer than any of them
LONG, OVER = {"seconds": 3600}, {"seconds": 0}  # until it is told to be over
SCALED = {
    "ENGINE_TIME_SCALE": str(SCALE),
    "ENGINE_RETRY_BASE_SECONDS": "5",
    "ENGINE_RETRY_CAP_SECONDS": "900",
    "ENGINE_RECHECK_SECONDS": "300",
    "ENGINE_BREAKER_PROBE_SECONDS": "15",
    "ENGINE_BREAKER_FAILURES": "5",
    "MISSING_GRACE_SECONDS": "30",  # not by the factor: a message takes as long as ever
}


@dataclass(frozen=True)
class Side:
    """``by_hand``: when the form is loaded, while the side is down or after it. ``sells``: Odoo takes orders
    meanwhile."""

    name: str
    begin: Callable[[], None]
    end: Callable[[], None]
    by_hand: str
    sells: bool = True


def sides(odoo: Odoo, wms: Wms, crew: Crew, stack: Stack) -> Sequence[Side]:
    def kill_all() -> None:
        for name in NAMES:
            crew.kill_only(name)

    def start_all() -> None:
        for name in NAMES:
            crew.up(name)

    def stop_servers() -> None:
        stack.valkey.stop()
        stack.postgres.stop()

    def start_servers() -> None:
        stack.postgres.start()
        stack.valkey.start()

    return (
        Side("Odoo", lambda: odoo.control("down", LONG), lambda: odoo.control("down", OVER), "meanwhile", sells=False),
        Side(
            "the warehouse's system", lambda: wms.control("down", LONG), lambda: wms.control("down", OVER), "meanwhile"
        ),
        Side("Crossdock", kill_all, start_all, "after"),
        Side("database and broker", stop_servers, start_servers, "after"),
    )
