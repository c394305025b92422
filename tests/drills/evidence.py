"""What a drill proves: both sides compared by their own books, and how long each crashed job took to be done."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

import psycopg

from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.goods import Shop
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.proof import Case, Evidence, judge
from integration.sandbox.day.scenes import STRAY_CODE
from integration.sandbox.day.sides import read_odoo, read_wms
from integration.sandbox.day.wms import Wms
from tests.drills import plan

CRASHES = """
SELECT EXTRACT(EPOCH FROM job.finished_at - attempt.started_at)::float
FROM integration_jobattempt attempt JOIN integration_syncjob job ON job.id = attempt.job_id
WHERE attempt.outcome = 'crashed' AND job.finished_at IS NOT NULL"""


@dataclass(frozen=True)
class Findings:
    """``lost`` and ``doubled`` count releases and shipments; ``differ`` counts order lines."""

    orders: int
    lines: int
    pieces: int
    releases: int
    shipments: int
    booked: int
    lost: int
    doubled: int
    differ: int
    twice: int
    crashes: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.differ or self.wrong)

    def recovery(self) -> tuple[float, float]:
        """Seconds from the start of a try that was killed to the end of its job: median and longest."""
        return (median(self.crashes), max(self.crashes)) if self.crashes else (0.0, 0.0)


def look(
    orders: list[PlannedOrder], shop: Shop, odoo: Odoo, wms: Wms, crossdock: Crossdock, database_url: str
) -> Findings:
    books = wms.books()
    ours, line_of = read_odoo(odoo, [order.id for order in orders], shop)
    theirs = read_wms(books["orders"], line_of)
    releases = {held["release"]: held["order"] for held in books["orders"]}
    stuck = [f"{job['subject']} is {job['state']}" for job in [*crossdock.moving(), *crossdock.waiting()]]
    stuck += [f"{order.name or order.reference} got stuck half-way" for order in orders if not order.is_over]
    planned = [job for job in stuck if not job.startswith("shipment.confirmed SHP-STRAY is ")]
    verdict = judge(Evidence(orders, ours, theirs, books["strays"], releases, crossdock.cases(), planned))
    shipped = Counter({held["release"]: len(held["shipments"]) for held in books["orders"]})
    booked = _bookings(odoo, [order.id for order in orders])
    by_order: Counter[str] = Counter()
    for release, count in shipped.items():
        by_order[releases[release]] += count
    held = Counter(releases.values())
    wanted = Counter({order.name: plan.releases([order]) for order in orders})
    return Findings(
        orders=len(orders),
        lines=verdict.lines,
        pieces=int(verdict.units),
        releases=held.total(),
        shipments=by_order.total(),
        booked=booked.total(),
        lost=(by_order - booked).total() + (wanted - held).total(),
        doubled=(booked - by_order).total() + (held - wanted).total(),
        differ=len([wrong for wrong in verdict.wrong if wrong.order]) + len(verdict.explained),
        twice=sum(each["answers"].count("200") for each in wms.deliveries()["deliveries"]),
        crashes=_crashes(database_url),
        wrong=[wrong.text for wrong in verdict.wrong] + _unplanned(verdict.cases),
    )


def _unplanned(cases: Sequence[Case]) -> list[str]:
    return [f"{case['code']} {case['cause']}" for case in cases if case["code"] != STRAY_CODE]


def _bookings(odoo: Odoo, ids: list[int]) -> Counter[str]:
    """Done deliveries of each order, by Odoo."""
    names = {row["id"]: row["name"] for row in odoo.rows("sale.order", [["id", "in", ids]], ["name"])}
    done = odoo.rows("stock.picking", [["sale_id", "in", ids], ["state", "=", "done"]], ["sale_id"])
    return Counter(names[row["sale_id"]] for row in done)


def _crashes(database_url: str) -> list[float]:
    with psycopg.connect(database_url) as connection:
        return [row[0] for row in connection.execute(CRASHES).fetchall()]
