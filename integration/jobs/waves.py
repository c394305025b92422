"""Deliveries join a wave, leave it, and are released with it: none is in two, and none is forgotten.

A wave's row is locked by who joins it, in share, and by who releases it: who joins is either seen by the release, or
finds the wave gone and looks again.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from integration.jobs import acts, looks, queue, routes, rows, sql
from integration.jobs.acts import Actor, NotAllowed
from integration.models import Document, OrderRule, Warehouse, Wave, WaveOrder
from integration.rules.business.waves import Spot

FLOW = "wave_release"
FIRST = ("-rank", "-priority", "promised_at", "id")
HEAD_START = 5.0  # seconds that a rank has before the next one
WAVE, WAITS = Wave._meta.db_table, WaveOrder._meta.db_table
_OPEN = f"""
INSERT INTO {WAVE} (warehouse_id, rule_id, rule_version, key, carrier, state, size, due_at, hurried_by, reason)
VALUES (%(warehouse)s, %(rule)s, %(version)s, %(key)s, %(carrier)s, 'open', %(size)s,
  COALESCE(%(due)s::timestamptz, now() + %(minutes)s * interval '1 minute'), '', '')
ON CONFLICT (warehouse_id, key) WHERE state = 'open' DO NOTHING"""  # noqa: S608  (table names of our own)
# Two who join one that goes by its size must count each other.
_HOLD = f"SELECT id FROM {WAVE} WHERE warehouse_id = %(warehouse)s AND key = %(key)s AND state = 'open' FOR "  # noqa: S608
_COUNT = f"SELECT count(*) FROM {WAITS} WHERE wave_id = %s"  # noqa: S608
_JOIN = ("wave_id", "release", "document_id", "rank", "priority", "promised_at")
_CLOSE = f"UPDATE {WAVE} SET state = 'released', released_at = now() WHERE id = %s AND state = 'open'"  # noqa: S608
_IN = f"SELECT one.wave_id, wave.state FROM {WAITS} AS one JOIN {WAVE} AS wave ON wave.id = one.wave_id"  # noqa: S608
_OF_PICKING = f"{_IN} WHERE one.connection_id = %s AND one.picking_id = %s"
_LEAVE = f"""
DELETE FROM {WAITS} AS one USING {WAVE} AS wave
WHERE wave.id = one.wave_id AND wave.state = 'open' AND one.document_id = %s AND one.picking_id <> ALL(%s::int[])"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Turn:
    """By what some of a wave go before others: what rules say of it."""

    rank: int = 0
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """What joins: a delivery of an order. ``order``: our document of it."""

    warehouse: Warehouse
    order: Document
    picking_id: int
    release: str
    turn: Turn
    promised_at: datetime | None


def wave_of(connection: int, picking_id: int) -> Wave | None:
    """The wave that the delivery is in."""
    where = f"id = (SELECT wave_id FROM {WAITS} WHERE connection_id = %s AND picking_id = %s)"  # noqa: S608
    return rows.first(Wave, where, [connection, picking_id])


def join(place: Place, spot: Spot) -> None:
    """Call inside the transaction that settles the look at its order."""
    found = sql.rows(_OF_PICKING, [place.warehouse.erp_id, place.picking_id])
    wave = _held(place.warehouse, spot) if not any(state == Wave.State.RELEASED for _id, state in found) else None
    if wave is None:  # it was released meanwhile, with this delivery or without it
        queue.enqueue(looks.release_job(place.order))
        return
    row = WaveOrder(
        wave_id=wave,
        connection_id=place.warehouse.erp_id,
        picking_id=place.picking_id,
        release=place.release,
        document=place.order,
        rank=place.turn.rank,
        priority=place.turn.priority,
        promised_at=place.promised_at,
    )
    rows.add([row], rows.taking_over(_JOIN, "connection_id, picking_id"))
    if spot.size is not None and sql.rows(_COUNT, [wave])[0][0] >= spot.size:
        _start([wave])


def _held(warehouse: Warehouse, spot: Spot) -> int | None:
    """An open wave that nobody releases until this transaction ends. None: somebody just did."""
    named = {"warehouse": warehouse.pk, "rule": spot.rule, "version": spot.version, "key": spot.key}
    about = {"carrier": spot.carrier, "size": spot.size, "due": spot.due_at, "minutes": spot.minutes}
    sql.run(_OPEN, {**named, **about})
    held = sql.rows(_HOLD + ("SHARE" if spot.size is None else "NO KEY UPDATE"), named)
    return held[0][0] if held else None


def leave(order: Document, staying: Collection[int]) -> None:
    """What does not wait any more: it goes without a wave, is held, or is not wanted. ``staying``: Odoo's ids."""
    sql.run(_LEAVE, [order.pk, list(staying)])


def start_due() -> int:
    """Has the waves released whose time has come; returns how many. Call inside a transaction."""
    due = list(Wave.objects.filter(Wave.OPEN, due_at__lte=Now()).order_by("due_at").values_list("pk", flat=True))
    _start(due)
    return len(due)


def release(wave_id: int) -> None:
    """All that waits in it is looked at, and goes out as part of it.

    Each rank begins some seconds before the next one. Call inside the transaction that settles the job.
    """
    if not sql.run(_CLOSE, [wave_id]):
        return
    waiting = WaveOrder.objects.filter(wave=wave_id).select_related("document").order_by(*FIRST)
    turns = _turns(waiting)
    if not turns:
        Wave.objects.filter(pk=wave_id).delete()
        return
    Wave.objects.filter(pk=wave_id).update(orders=len(waiting))
    for turn, orders in enumerate(turns):
        queue.enqueue_all([replace(looks.release_job(order), delay=turn * HEAD_START) for order in orders])


def _turns(waiting: Iterable[WaveOrder]) -> list[list[Document]]:
    """Orders by the rank of their first delivery, the highest first; each once."""
    rank_of: dict[Document, int] = {}
    for row in waiting:
        rank_of.setdefault(row.document, row.rank)
    return [[*orders] for _rank, orders in groupby(rank_of, key=lambda order: rank_of[order])]


def release_now(wave_id: int, actor: Actor, reason: str) -> None:
    """Before its time. Raises NotAllowed."""
    with transaction.atomic():
        _start([wave_id])  # its stream before the wave, as whoever releases it
        wave = Wave.objects.select_for_update(no_key=True).get(pk=wave_id)
        if wave.state != Wave.State.OPEN:
            raise NotAllowed(f"{wave} is released already.")
        wave.due_at, wave.hurried_by, wave.reason = Now(), actor.name[:150], reason
        wave.save(update_fields=["due_at", "hurried_by", "reason"])
        acts.note(actor, "release wave", f"wave {wave} ({wave.pk})", reason=reason)


def look_again(rule: OrderRule) -> None:
    """What waits in waves where the rule counts, or by what it said before: it says otherwise now. Call inside a
    transaction."""
    there = Q(wave__warehouse=rule.warehouse_id) if rule.warehouse_id else Q(wave__isnull=False)
    there &= Q(connection=rule.erp_id) if rule.erp_id else Q()
    there |= Q(wave__rule=rule.pk)
    orders = Document.objects.filter(pk__in=WaveOrder.objects.filter(there, wave__state="open").values("document"))
    queue.enqueue_all([looks.release_job(order) for order in orders.order_by("pk")])


def _start(waves: Collection[int]) -> None:
    queue.enqueue_all([_job(wave) for wave in waves])


def _job(wave: int) -> queue.NewJob:
    return queue.NewJob(
        flow=FLOW,
        stream=f"wave:{wave}",
        lane=routes.lane_of(FLOW),
        subject=f"wave W{wave}",
        payload={"wave": wave},
        coalesce=True,
        news=False,
    )
