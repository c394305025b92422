"""Waves in words: what waits for one, and when it goes."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import ngettext

from integration.console import links
from integration.console.reach import scoped
from integration.console.waiting import Wait
from integration.models import Document, Wave, WaveOrder

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open wave in words: ``clock`` by the warehouse's own time; ``full``: as soon as it holds so many."""

    wave: Wave
    clock: str
    orders: int
    full: int | None


def of_today(request: HttpRequest) -> list[Waiting]:
    """The open waves that the user sees, the next one first."""
    rows = scoped(request, Wave.objects.filter(Wave.OPEN)).select_related("warehouse", "rule")
    counted = rows.annotate(waits=Count("waiting")).filter(waits__gt=0).order_by("due_at", "pk")
    return [_waiting(wave, wave.waits) for wave in counted[:SHOWN]]


def of_order(request: HttpRequest, order: Document) -> list[Wait]:
    """What its deliveries that are in an open wave wait for."""
    rows = scoped(request, WaveOrder.objects.filter(document=order, wave__state=Wave.State.OPEN))
    return [_wait(row) for row in rows.select_related("wave__warehouse")]


def _wait(row: WaveOrder) -> Wait:
    orders = row.wave.waiting.count()
    text = ngettext(
        "{release} waits for wave {wave}, which goes at {clock} with {n} delivery.",
        "{release} waits for wave {wave}, which goes at {clock} with {n} deliveries.",
        orders,
    )
    told = {"release": row.release, "wave": row.wave.number, "clock": clock(row.wave, row.wave.due_at), "n": orders}
    return Wait(text.format(**told), "waiting", "", links.page(row.wave))


def clock(wave: Wave, moment: datetime) -> str:
    """By the warehouse's clock; with the day where it is another one."""
    zone = ZoneInfo(wave.warehouse.time_zone)
    here = moment.astimezone(zone)
    return f"{here:%H:%M}" if here.date() == now().astimezone(zone).date() else f"{here:%Y-%m-%d %H:%M}"


def _waiting(wave: Wave, orders: int) -> Waiting:
    return Waiting(wave, clock(wave, wave.due_at), orders, wave.size)
