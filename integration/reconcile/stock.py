"""What a warehouse has by Odoo, beside what is under way and what the warehouse says: figures that stand apart.

A walk through all products by their ids, some at a time, so that nothing has to be held in memory and a walk that is
cut off goes on where it was. What the warehouse has of codes that nobody knows comes at its end.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

from django.db.models import QuerySet
from django.db.models.functions import Now

from integration.adapters.base import ErpGateway
from integration.errors import IntegrationError
from integration.flows import stock_site
from integration.flows.pending import Look
from integration.flows.stock_site import Site
from integration.jobs import configuration, inventories, sql
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import ReconciliationRun, StockSnapshot, Warehouse
from integration.reconcile import availability, levels, slots, unchanged, variances
from integration.reconcile.availability import Looked, Row
from integration.reconcile.slots import Compared
from integration.reconcile.unchanged import SNAPSHOT, News
from integration.rules import findings
from integration.rules.findings import Facts

AT_ONCE, AT_MOST = 250, 1_000  # products
ROWS_AT_ONCE = 25_000  # of as many products as have them
CODES_AT_ONCE = 1_000
KEPT_DAYS = 30  # a walk: there are some each hour
SLICE_SECONDS = 20.0
STOCK = ReconciliationRun.Subject.STOCK
# Of a run's sums, beside those of ``unchanged``: how many products were left out because they moved all the time, how
# many are looked at next, and how far it is in the warehouse's codes once it is through the products.
LEFT, NEXT, CODE = "left", "next", "code"


def handle(work: Work) -> Outcome:
    """A part of the walk; the rest is a job of its own."""
    warehouse = configuration.warehouse(work.job.payload["warehouse"])
    with open_erp(warehouse.erp, work) as erp:
        site, ends = stock_site.look(warehouse, erp), time.monotonic() + SLICE_SECONDS
        run = _run(site, erp)
        news = unchanged.news(site, erp, run)
        run = _step(site, erp, run, news)
        while run.ended_at is None and time.monotonic() < ends:
            run = _step(site, erp, run, news)
    again = run.ended_at is None or run.sums[SNAPSHOT] != _snapshot_id(warehouse)
    said = f"{run.compared} rows{'' if run.ended_at else ' so far'}, {run.different} that differ"
    return Outcome(said, partial(inventories.start_read, warehouse) if again else None)


def forget() -> int:
    """Walks that are long over; returns how many."""
    old = ReconciliationRun.objects.filter(subject=STOCK, ended_at__lt=Now() - timedelta(days=KEPT_DAYS))
    return old.delete()[0]


def _run(site: Site, erp: ErpGateway) -> ReconciliationRun:
    """The one that is under way, or a new one."""
    open_one = {"subject": STOCK, "warehouse": site.warehouse, "ended_at": None}
    known = ReconciliationRun.objects.filter(**open_one).first()
    if known is not None:
        return known
    sums = {LEFT: 0, **unchanged.begin(site, erp, _snapshot_id(site.warehouse))}
    begun = {"day": datetime.now(UTC).date(), "sums": sums}
    return ReconciliationRun.objects.get_or_create(**open_one, defaults=begun)[0]


def _latest(warehouse: Warehouse) -> QuerySet[StockSnapshot]:
    return StockSnapshot.objects.filter(warehouse=warehouse, complete=True).order_by("-taken_at")


def _snapshot_id(warehouse: Warehouse) -> int | None:
    return _latest(warehouse).values_list("pk", flat=True).first()


def _step(site: Site, erp: ErpGateway, run: ReconciliationRun, news: News | None) -> ReconciliationRun:
    return _codes(site, erp, run) if CODE in run.sums else _products(site, erp, run, news)


def _products(site: Site, erp: ErpGateway, run: ReconciliationRun, news: News | None = None) -> ReconciliationRun:
    """The next products, if there are any."""
    warehouse, snapshot = site.warehouse, _latest(site.warehouse).first()
    at_once = run.sums.get(NEXT, AT_ONCE)
    products = erp.stock.products_after(warehouse.company_id, run.after, at_once)
    same = unchanged.still(site, products, snapshot, news)
    others = [product for product in products if product.id not in same]
    found = slots.compare(site, erp, others, snapshot) if others else Compared()
    with sql.soon():
        now = _held(run)
        if _place(now) != _place(run):
            return now  # somebody else went on with it
        if products:
            now.after = products[-1].id
            still = {product.id for product in others} - found.moving
            if snapshot and found.look:
                variances.keep(found.look, found.known, snapshot, found.gaps, still)
            looked = Looked(run.after, now.after, still, found.moving | same, found.quiet - found.moving)
            availability.keep(warehouse, looked, found.rows, snapshot)
            unchanged.left(site, found.moving)
            if snapshot:
                availability.keep_strange(warehouse, _strange(site, found.unknown), snapshot.taken_at)
        else:
            now.sums[CODE] = ""
        now.compared += len(found.rows)
        now.different += sum(bool(row.difference) for row in found.rows)
        now.sums[LEFT] += len(found.moving)
        now.sums[NEXT] = _pace(at_once, len(found.rows))
        now.save()
    return now


def _pace(at_once: int, rows: int) -> int:
    """What each part asks and looks up costs the same whether it has few rows or many."""
    return max(1, min(at_once * ROWS_AT_ONCE // max(rows, 1), 2 * at_once, AT_MOST))


def _codes(site: Site, erp: ErpGateway, run: ReconciliationRun) -> ReconciliationRun:
    """The next of the warehouse's codes: those that no product of Odoo's stands for."""
    warehouse, snapshot = site.warehouse, _latest(site.warehouse).first()
    codes = levels.codes_after(snapshot, run.sums[CODE], CODES_AT_ONCE) if snapshot else []
    facts = stock_site.facts(site, warehouse.name, codes, erp)
    sums = levels.sums(snapshot, _unknown(codes, facts)) if snapshot and codes else {}
    with sql.soon():
        now = _held(run)
        if _place(now) != _place(run):
            return now
        if snapshot and codes:
            gaps = [slots.strange(code, quantity, site.places.layout.main) for code, quantity in sums.items()]
            variances.keep(Look(warehouse, facts, {}), slots.NOTHING_KNOWN, snapshot, gaps, ())
            availability.keep_strange(warehouse, _strange(site, sums), snapshot.taken_at)
            now.sums[CODE] = codes[-1]
        else:
            availability.forget_strange(warehouse, now.began_at)
            variances.forget_strange(warehouse, now.began_at)
            now.ended_at = datetime.now(UTC)
        now.save()
    return now


def _held(run: ReconciliationRun) -> ReconciliationRun:
    """As it is now, and stays until the transaction ends."""
    return ReconciliationRun.objects.select_for_update(no_key=True).get(pk=run.pk)


def _place(run: ReconciliationRun) -> tuple[object, ...]:
    return run.after, run.sums.get(CODE), run.ended_at


def _unknown(codes: Sequence[str], facts: Facts) -> list[str]:
    known = facts.by_code()
    return [code for code in codes if code not in known or not _stands_for_one(code, known[code])]


def _stands_for_one(code: str, facts: Facts) -> bool:
    try:
        findings.product_of(code, facts)
    except IntegrationError:
        return False
    return True


def _strange(site: Site, sums: Mapping[str, Decimal]) -> list[Row]:
    place = site.places.layout.main
    name, condition = site.places.name(place)[:200], site.places.condition(place)
    return [Row(0, code, "", place, name, condition, reported=quantity) for code, quantity in sorted(sums.items())]
