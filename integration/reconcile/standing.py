"""What Odoo has confirmed at a warehouse and nobody here knows: what the polls have never met.

Once a day all that is open there, or was done lately, is looked for here, page by page. What is not known is read as if
a poll had met it; what is still not known a while later is written down, with a case, until it is.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from integration.adapters.base import ErpGateway
from integration.canonical.agreed import Confirmed
from integration.errors import Rejected
from integration.jobs import cases, sql
from integration.models import ReconciliationRun, Variance, Warehouse
from integration.reconcile import known, noting
from integration.reconcile.booked import AGAIN_SECONDS
from integration.reconcile.noting import Compared

PAGE = 500  # of Odoo's transfers
MOST = 1_000  # that a day's walk asks for again
LATELY = timedelta(days=7)  # a walk that was left out is made up for by the next ones
AGAIN = timedelta(seconds=AGAIN_SECONDS)
CODE = "CD-8209"
UNKNOWN, CONFIRMED = Variance.Subject.UNKNOWN, ReconciliationRun.Subject.CONFIRMED
RESOLVED = "It is known by now, or is confirmed no more."


def page_after(warehouse: Warehouse, erp: ErpGateway, after: int) -> tuple[Sequence[int], Compared]:
    """The next of Odoo's transfers, and what they came to: what is not known is asked for again."""
    since = max(warehouse.erp.created_at, erp.now() - LATELY)
    page = erp.agreed.confirmed(warehouse.erp_warehouse_id, since, after_id=after, limit=PAGE)
    strangers = known.strangers(warehouse.erp, erp, _settled(page, erp))
    known.read_again(warehouse.erp, strangers)
    ids, unknown = [each.id for each in page], {each.id for each in strangers}
    passed = _between(_open(warehouse), after, ids[-1] if ids else None)
    gone = [row.pk for row in passed if int(row.line) not in unknown]
    return ids, Compared(len(ids), asked=sorted(unknown), also=partial(_keep, warehouse, (), gone))


def touched(warehouse: Warehouse, _since: datetime, most: int) -> list[int]:
    """What was asked for again a while ago, and now and then what was still unknown then."""
    rows = _open(warehouse).filter(last_seen__lt=Now() - AGAIN)
    return sorted({*_asked(warehouse), *(int(row.line) for row in rows)})[:most]


def compare(warehouse: Warehouse, erp: ErpGateway, ids: Sequence[int]) -> Compared:
    """Whether these are known by now. Of what is still to be read nothing is said."""
    since = warehouse.erp.created_at
    page = erp.agreed.confirmed(warehouse.erp_warehouse_id, since, after_id=0, limit=len(ids), ids=ids)
    strangers = known.strangers(warehouse.erp, erp, page)
    waiting = known.still_to_be_read(warehouse.erp, strangers)
    found = [each for each in strangers if each.id not in waiting]
    unknown = {str(each.id) for each in strangers}
    looked_at = _open(warehouse).filter(line__in=[str(pk) for pk in ids])
    gone = [row.pk for row in looked_at if row.line not in unknown]
    return Compared(len(ids), others=len(found), also=partial(_settle, warehouse, found, gone, set(ids) - waiting))


def _settled(page: Sequence[Confirmed], erp: ErpGateway) -> list[Confirmed]:
    """What is so young that a poll may still meet it is left to that."""
    latest = erp.now() - timedelta(seconds=settings.CAPTURE["overlap_seconds"])
    return [each for each in page if each.written_at < latest]


def _open(warehouse: Warehouse) -> QuerySet[Variance]:
    return Variance.objects.filter(subject=UNKNOWN, warehouse=warehouse, gone_at=None).order_by("pk")


def _between(rows: QuerySet[Variance], after: int, last: int | None) -> list[Variance]:
    """Those that the page would have had."""
    return [row for row in rows if after < int(row.line) and (last is None or int(row.line) <= last)]


def _asked(warehouse: Warehouse) -> list[int]:
    """By the latest walk that is over for a while."""
    runs = ReconciliationRun.objects.filter(subject=CONFIRMED, warehouse=warehouse, ended_at__lt=Now() - AGAIN)
    run = runs.order_by("-pk").first()
    return list(run.sums.get("asked", ())) if run is not None else []


def _settle(warehouse: Warehouse, found: Sequence[Confirmed], gone: Sequence[int], answered: Collection[int]) -> None:
    """Call inside a transaction."""
    _keep(warehouse, found, gone)
    runs = ReconciliationRun.objects.filter(subject=CONFIRMED, warehouse=warehouse, ended_at__isnull=False)
    for run in runs.order_by("-pk").select_for_update(no_key=True)[:1]:
        run.sums = {**run.sums, "asked": [pk for pk in run.sums.get("asked", ()) if pk not in answered]}
        run.save(update_fields=["sums"])


def _keep(warehouse: Warehouse, found: Sequence[Confirmed], gone: Sequence[int]) -> None:
    """Call inside a transaction: two at once take turns."""
    sql.rows(noting.TURN, [])
    rows = {row.line: row for row in _open(warehouse)}
    over = [row for row in rows.values() if row.pk in gone]
    Variance.objects.filter(pk__in=[row.pk for row in over]).update(gone_at=Now())
    Variance.objects.filter(pk__in=[rows[str(each.id)].pk for each in found if str(each.id) in rows]).update(
        last_seen=Now()
    )
    new = [each for each in found if str(each.id) not in rows]
    Variance.objects.bulk_create(_row(warehouse, each) for each in new)
    cases.clear(RESOLVED, *sorted(_about(warehouse, row.line, "", "").fingerprint for row in over))
    for each in new:
        cases.open_case(_about(warehouse, str(each.id), each.name, each.order), warehouse.erp)


def _row(warehouse: Warehouse, each: Confirmed) -> Variance:
    """One transfer in Odoo, and none here."""
    name = each.name if each.order == each.name else f"{each.order}, {each.name}"
    return Variance(subject=UNKNOWN, warehouse=warehouse, line=str(each.id), place_name=name[:200], says=0, found=1)


def _about(warehouse: Warehouse, number: str, name: str, order: str) -> Rejected:
    return Rejected(
        CODE,
        connection=warehouse.erp.name,
        warehouse=warehouse.name,
        picking=number,
        release=name,
        order=order,
    )
