"""Which products a look at stock need not read again: both sides agreed, nothing was under way, and nothing is new.

Odoo says what was written there since the walk before began. It cannot say what was removed: once a day, when there is
a new snapshot, and when codes or places are others, all is read. docs/reference/reconciliation.md has the reasons.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Q

from integration.adapters.base import ErpGateway
from integration.canonical.stock import Product
from integration.flows import known_movements, stock_site
from integration.flows.pending import Look
from integration.flows.stock_site import Site
from integration.models import CodeMapping, ReconciliationRun, StockLook, StockSnapshot
from integration.reconcile import slots

WHOLE_EVERY = timedelta(days=1)
# Of a run's sums: when it began by Odoo's clock, from when on what is written there counts as new (None: all is read),
# when all was read last, and what the places were.
SNAPSHOT, AT, SINCE, WHOLE, PLACES = "snapshot", "at", "since", "whole", "places"


class News(NamedTuple):
    """Products of which something was written in Odoo, and their codes: another one may have the same by now."""

    products: frozenset[int]
    skus: frozenset[str]


def begin(site: Site, erp: ErpGateway, snapshot: int | None) -> dict[str, Any]:
    """The sums of a new walk."""
    now, places = erp.now(), _places(site)
    last = _last(site)
    since = _since(site, last, snapshot, places, now) if last else None
    whole = last.sums[WHOLE] if last and since else now.isoformat()
    return {SNAPSHOT: snapshot, AT: now.isoformat(), SINCE: since, WHOLE: whole, PLACES: places}


def news(site: Site, erp: ErpGateway, run: ReconciliationRun) -> News | None:
    """What was written in Odoo since the walk before; None: all is looked at."""
    since = run.sums.get(SINCE)
    if not since:
        return None
    written = erp.stock.written(site.places.layout, datetime.fromisoformat(since))
    named = erp.stock.products(site.warehouse.company_id, ids=sorted(written)) if written else ()
    return News(written, frozenset(product.sku for product in named if product.sku))


def still(site: Site, products: Sequence[Product], snapshot: StockSnapshot | None, news: News | None) -> frozenset[int]:
    """Those of ``products`` that are as they were."""
    if news is None:
        return frozenset()
    ids = [each.id for each in products if each.id not in news.products and each.sku not in news.skus]
    looks = StockLook.objects.filter(warehouse=site.warehouse, product_id__in=ids, quiet=True)
    quiet = frozenset(looks.filter(reported_at=_taken(snapshot)).values_list("product_id", flat=True))
    return quiet - _under_way(site, [each for each in products if each.id in quiet], snapshot) if quiet else quiet


def left(site: Site, moving: frozenset[int]) -> None:
    """Of these nothing could be said: they are looked at the next time. Call inside a transaction."""
    if moving:
        StockLook.objects.filter(warehouse=site.warehouse, product_id__in=moving).update(quiet=False)


def _under_way(site: Site, products: Sequence[Product], snapshot: StockSnapshot | None) -> frozenset[int]:
    look = Look(
        site.warehouse, stock_site.facts_of(site, site.warehouse.name, products), {each.id: each for each in products}
    )
    return known_movements.read(look, _taken(snapshot) or slots.NEVER).products | slots.asked_for(site, look)


def _taken(snapshot: StockSnapshot | None) -> datetime | None:
    return snapshot.taken_at if snapshot else None


def _last(site: Site) -> ReconciliationRun | None:
    ended = ReconciliationRun.objects.filter(subject=ReconciliationRun.Subject.STOCK, warehouse=site.warehouse)
    return ended.filter(ended_at__isnull=False, sums__has_key=AT).order_by("-pk").first()


def _since(site: Site, last: ReconciliationRun, snapshot: int | None, places: str, now: datetime) -> str | None:
    """None: all is read."""
    same = (last.sums[SNAPSHOT], last.sums[PLACES]) == (snapshot, places)
    overlap = timedelta(seconds=settings.CAPTURE["overlap_seconds"])
    recent = now - datetime.fromisoformat(last.sums[WHOLE]) < WHOLE_EVERY
    if not same or not recent or _other_codes(site, last.began_at - overlap):
        return None
    return (datetime.fromisoformat(last.sums[AT]).astimezone(UTC) - overlap).isoformat()


def _other_codes(site: Site, since: datetime) -> bool:
    changed = Q(valid_from__gte=since) | Q(valid_to__gte=since)
    return CodeMapping.objects.filter(changed, partner=site.warehouse.wms).exists()


def _places(site: Site) -> str:
    """Which location stands for which, in short."""
    layout = site.places.layout.model_dump_json()
    return hashlib.sha256(f"{layout}{sorted(site.places.named.items())}".encode()).hexdigest()[:16]
