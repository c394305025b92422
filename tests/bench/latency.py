"""From a warehouse's POST until it is posted in Odoo, at steady rates and at the greatest that can be kept up.

Once with the stand-in for Odoo, which is one Python process, and once with a partner that answers at once.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from config.local.stack import Stack
from config.local.supervisor import Supervisor
from tests.bench import arrivals, posts, report
from tests.bench.arrivals import Arrivals
from tests.bench.depot import Depot
from tests.bench.report import Row

SECTION = "webhook to posted"
RATES = (10.0, 50.0, 100.0)  # events a second
EVENTS = 100  # at each of them
ORDERS = 680
ODOO, AT_ONCE = "stand-in for Odoo", "instant partner"
BURST = {ODOO: 60, AT_ONCE: 1000}  # posted at once: how fast they leave is where the search for saturation begins
MOST = {ODOO: 100, AT_ONCE: 2000}  # events, in a try to keep up a rate for so many seconds
KEPT_UP_SECONDS = 5.0
LESS = 0.85  # of the rate before, when that was too much
TRIES = 3
SATURATION = "saturation"

Found = dict[str, Arrivals]


class Latency:
    def __init__(self, stack: Stack, processes: Supervisor, env: Mapping[str, str]) -> None:
        self._stack, self._processes, self._env = stack, processes, env

    def measure(self, rounds: int, tell: Callable[[str], None]) -> list[Row]:
        depot = Depot(self._stack, self._processes, self._env)
        depot.open()
        depot.start_short_worker()
        short = [_all(depot, AT_ONCE, _strangers(), tell) for _ in range(rounds)]
        depot.stop_worker()
        depot.start_worker()
        real = [self._real(depot, tell) for _ in range(rounds)]
        depot.close()
        return [*_rows(ODOO, real), *_rows(AT_ONCE, short)]

    def _real(self, depot: Depot, tell: Callable[[str], None]) -> Found:
        """Raises RuntimeError unless Odoo's books have what was posted."""
        tell(f"{SECTION}: {ORDERS} orders are sold and released")
        orders, before = depot.release(ORDERS), depot.posted()
        bodies = iter([posts.shipment(*order) for order in orders])
        found = _all(depot, ODOO, bodies, tell)
        sent = ORDERS - len(list(bodies))
        if (posted := depot.posted() - before) != sent:
            raise RuntimeError(f"{posted} of {sent} shipments were posted")
        return found


def _all(depot: Depot, way: str, bodies: Iterator[bytes], tell: Callable[[str], None]) -> Found:
    def run(name: str, count: int, rate: float | None) -> Arrivals:
        got = arrivals.run(depot, list(islice(bodies, count)), rate)
        shares = ", ".join(f"{who} {share:.0%}" for who, share in got.shares.items())
        tell(f"{way}, {name}: p50 {got.percentile(0.5):,.0f} ms, p99 {got.percentile(0.99):,.0f} ms; CPU {shares}")
        return got

    run("warm", 10, 5.0)
    rate = run("burst", BURST[way], None).drained_per_second
    found: Found = {}
    for _ in range(TRIES):
        count = min(int(rate * KEPT_UP_SECONDS) + 1, MOST[way])
        found[SATURATION] = run(f"{rate:.1f}/s", count, rate)
        if found[SATURATION].sustained:
            break
        rate *= LESS
    for fixed in RATES:
        found[f"{fixed:g}/s"] = run(f"{fixed:g}/s", EVENTS, fixed)
    return found


def _strangers() -> Iterator[bytes]:
    while True:
        yield posts.shipment()


def _rows(way: str, rounds: list[Found]) -> list[Row]:
    saturated = [found[SATURATION] for found in rounds]
    cores = [each.shares["sandbox-odoo"] * 100 for each in saturated]
    rows = [report.figure(SECTION, f"{way}: saturation", "/s", [each.rate for each in saturated])]
    if way == ODOO:
        rows.append(report.figure(SECTION, f"{ODOO}: its share of one core there", "%", cores))
    for name in rounds[0]:
        each = [found[name] for found in rounds]
        note = "" if all(one.sustained for one in each) else "above saturation"
        for share, label in ((0.5, "p50"), (0.99, "p99")):
            times = tuple(one.percentile(share) for one in each)
            rows.append(Row(SECTION, f"{way}, {label} at {name}", "ms", times, note))
    return rows
