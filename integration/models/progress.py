"""How far an order has come. Its own row does not say so: its deliveries do, and they change without it."""

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.aggregates import BoolAnd, BoolOr
from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from integration.models.documents import Document

LEAST_FIRST = ("rejected", "waiting", "released", "announced")  # before any goods have moved; the last one is accepted


def is_in(*states: str) -> Q:
    return Q(state__in=states)


def of_deliveries() -> Case:
    """The state of an order, over the rows of its deliveries. The first line that fits decides."""
    return Case(
        When(BoolAnd(is_in("cancelled")), then=Value("cancelled")),
        When(BoolAnd(is_in("received", "cancelled")), then=Value("received")),
        When(BoolAnd(is_in("shipped", "received", "cancelled")), then=Value("shipped")),
        When(BoolOr(is_in("shipped", "part_shipped")), then=Value("part_shipped")),
        When(BoolOr(is_in("received", "part_received")), then=Value("part_received")),
        *(When(BoolOr(is_in(state)), then=Value(state)) for state in LEAST_FIRST),
        default=Value("accepted"),
        output_field=CharField(),
    )


class Documents(QuerySet["Document"]):
    def with_progress(self) -> "QuerySet[Document, Any]":
        """Adds ``progress``: of an order by its deliveries, of a delivery its own state.

        One look-up in an index for each row that is read.
        """
        moved = self.model._default_manager.filter(parent=OuterRef("pk")).exclude(kind="return")
        deliveries = moved.order_by().values("parent")
        told = deliveries.annotate(told=of_deliveries()).values("told")
        return self.annotate(progress=Coalesce(Subquery(told), F("state")))  # type: ignore[no-redef]
