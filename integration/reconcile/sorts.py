"""What is compared beside Odoo, one sort after the other, and how each of them is walked through."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from integration.adapters.base import ErpGateway
from integration.models import ReconciliationRun, Warehouse
from integration.reconcile import booked, legs, orders, transfers
from integration.reconcile.booked import PURCHASES, SALES, Side
from integration.reconcile.noting import Compared


@dataclass(frozen=True, slots=True)
class Sort:
    """``page``: how many at once. ``following``: a page's ids, behind one. ``touched``: those of which something has
    moved since then."""

    walk: ReconciliationRun.Subject
    page: Callable[[], int]
    following: Callable[[Warehouse, int, int], Sequence[int]]
    count: Callable[[Warehouse], int]
    touched: Callable[[Warehouse, datetime, int], Sequence[int]]
    compare: Callable[[Warehouse, ErpGateway, Sequence[int]], Compared]


def _of_side(side: Side) -> Sort:
    return Sort(
        walk=side.walk,
        page=lambda: orders.PAGE,
        following=partial(booked.following, side),
        count=partial(booked.count, side),
        touched=partial(booked.touched, side),
        compare=partial(orders.compare, side),
    )


SORTS = (
    _of_side(SALES),
    _of_side(PURCHASES),
    Sort(
        walk=ReconciliationRun.Subject.TRANSFERS,
        page=lambda: transfers.PAGE,
        following=legs.following,
        count=legs.count,
        touched=legs.touched,
        compare=transfers.compare,
    ),
)
