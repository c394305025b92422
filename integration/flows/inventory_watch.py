"""Stock that people changed in Odoo itself: the warehouse does not know of it, so somebody has to tell it.

Counts, scrap and transfers made by hand. A transfer between places that Odoo keeps apart and the warehouse does not is
nobody's business but Odoo's.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings

from integration.adapters.base import ErpGateway
from integration.canonical.stock import StockMove
from integration.errors import Rejected
from integration.flows import stock_site
from integration.flows.stock_site import Site
from integration.jobs import configuration, inventories, ownership
from integration.jobs.differences import BY_HAND
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import CaptureCursor, Mode, StockDifference
from integration.rules.places import Places
from integration.rules.units import plain

PAGE = 200
State = StockDifference.State


def handle(work: Work) -> Outcome:
    warehouse = configuration.warehouse(work.job.payload["warehouse"])
    with open_erp(warehouse.erp, work) as erp:
        site = stock_site.look(warehouse, erp)
        now, since = erp.now(), _read_to(site)
        met = list(_met(site, erp, since)) if since is not None else []
    return Outcome(f"{len(met)} changes by hand", partial(_keep, site, met, now))


def _read_to(site: Site) -> datetime | None:
    """None: it was never looked before, and begins now. What was done before that is how it was when it began."""
    cursor = CaptureCursor.objects.filter(**inventories.cursor_of(site.warehouse)).first()
    if cursor is None:
        return None
    since = cursor.read_to - timedelta(seconds=settings.CAPTURE["overlap_seconds"])
    return max(since, cursor.swept_at) if cursor.swept_at is not None else since


def _met(site: Site, erp: ErpGateway, since: datetime) -> Iterator[StockDifference]:
    after_id = 0
    while page := erp.stock.by_hand(site.places.layout, since, after_id=after_id, limit=PAGE):
        after_id = max(move.id for move in page)
        known = set(
            StockDifference.objects.filter(source__in=[_source(site, move) for move in page]).values_list(
                "source", flat=True
            )
        )
        fresh = [move for move in page if _source(site, move) not in known]
        yield from filter(None, (_row(site, move) for move in fresh))


def _row(site: Site, move: StockMove) -> StockDifference | None:
    places: Places = site.places
    taken, put = (places.holding(end) if end is not None else None for end in (move.from_id, move.to_id))
    if taken == put or not move.quantity:
        return None
    place = taken if taken is not None else put
    assert place is not None  # noqa: S101  (they differ)
    moved = taken is not None and put is not None
    return StockDifference(
        warehouse=site.warehouse,
        kind=StockDifference.Kind.IN_ODOO,
        state=State.WAITING,
        source=_source(site, move),
        number=move.text[:64] or f"move {move.id}",
        line="0",
        product_id=move.product_id,
        sku=move.sku,
        lot=move.lot,
        condition=places.condition(place),
        place=place,
        to_place=put if moved else None,
        to_condition=places.condition(put) if moved and put is not None else "",
        quantity=move.quantity if moved or taken is None else -move.quantity,
        note=f"{move.text} by {move.by}"[:500],
        happened_at=move.done_at,
    )


def _source(site: Site, move: StockMove) -> str:
    return f"odoo/{site.warehouse.erp.slug}/{site.warehouse.pk}/{move.id}"


def _keep(site: Site, met: Sequence[StockDifference], now: datetime) -> None:
    shadow = site.warehouse.in_force("inventory") == Mode.SHADOW
    for row in met if shadow else ():
        row.state = State.TOLD  # people change it because the warehouse said so: it is compared with that
    StockDifference.objects.bulk_create(met, ignore_conflicts=True)
    for row in () if shadow else met:
        ownership.tell(_changed(site, row), site.warehouse.erp)
    began = {"read_to": now, "swept_at": now}
    cursor = inventories.cursor_of(site.warehouse)
    CaptureCursor.objects.update_or_create(**cursor, defaults={"read_to": now}, create_defaults=began)


def _changed(site: Site, row: StockDifference) -> Rejected:
    lot = f", lot {row.lot}" if row.lot else ""
    if row.to_place is not None:
        direction = f"moved from {site.places.name(row.place)} to {site.places.name(row.to_place)}"
    else:
        direction = f"{'added at' if row.quantity > 0 else 'taken from'} {site.places.name(row.place)}"
    text, _, user = row.note.rpartition(" by ")
    return Rejected(
        BY_HAND,
        connection=site.warehouse.erp.name,
        move=row.source.rpartition("/")[2],
        source=row.source,
        warehouse=site.warehouse.name,
        user=user or "Somebody",
        text=text,
        quantity=plain(abs(row.quantity)),
        sku=f"{row.sku}{lot}",
        direction=direction,
    )
