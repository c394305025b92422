"""What is compared beside Odoo, one sort after the other, and how each of them is walked through."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from integration.adapters.base import ErpGateway
from integration.models import ReconciliationRun, Warehouse
from integration.reconcile import booked, legs, orders, standing, transfers
from integration.reconcile.booked import PURCHASES, SALES, Side
from integration.reconcile.noting import Compared


@dataclass(frozen=True, slots=True)
class Sort:
    """``page``: how many at once. ``page_after``: the ids of the walk's next page behind one, and what they came to.
    ``touched``: those of which something has moved since then."""

    walk: ReconciliationRun.Subject
    page: Callable[[], int]
    page_after: Callable[[Warehouse, ErpGateway, int], tuple[Sequence[int], Compared]]
    count: Callable[[Warehouse], int]
    touched: Callable[[Warehouse, datetime, int], Sequence[int]]
    compare: Callable[[Warehouse, ErpGateway, Sequence[int]], Compared]


Following = Callable[[Warehouse, int, int], Sequence[int]]
Compare = Callable[[Warehouse, ErpGateway, Sequence[int]], Compared]


def _walked(
    following: Following,
    compare: Compare,
    page: Callable[[], int],
    warehouse: Warehouse,
    erp: ErpGateway,
    after: int,
) -> tuple[Sequence[int], Compared]:
    """By what is known here."""
    ids = following(warehouse, after, page())
    return ids, compare(warehouse, erp, ids) if ids else Compared()


def _orders_page() -> int:
    return orders.PAGE


def _transfers_page() -> int:
    return transfers.PAGE


def _of_side(side: Side) -> Sort:
    compare = partial(orders.compare, side)
    return Sort(
        walk=side.walk,
        page=_orders_page,
        page_after=partial(_walked, partial(booked.following, side), compare, _orders_page),
        count=partial(booked.count, side),
        touched=partial(booked.touched, side),
        compare=compare,
    )


def _unknown_count(_warehouse: Warehouse) -> int:
    """Nobody here knows how many there are."""
    return 0


SORTS = (
    _of_side(SALES),
    _of_side(PURCHASES),
    Sort(
        walk=ReconciliationRun.Subject.TRANSFERS,
        page=_transfers_page,
        page_after=partial(_walked, legs.following, transfers.compare, _transfers_page),
        count=legs.count,
        touched=legs.touched,
        compare=transfers.compare,
    ),
    Sort(
        walk=ReconciliationRun.Subject.CONFIRMED,
        page=lambda: standing.PAGE,
        page_after=standing.page_after,
        count=_unknown_count,
        touched=standing.touched,
        compare=standing.compare,
    ),
)
