"""What we have posted to Odoo, and the warehouse may not have done: twice, or on Odoo's side alone."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q, QuerySet, Sum

from integration.models import StockEvent
from integration.reconcile.evidence.scope import Found, Scope
from integration.rules.claims import Claim, Sure, Why
from integration.rules.places import Slot

Kind = StockEvent.Kind
SAME_DAY = timedelta(days=1)  # between two adjustments that may be one
REPEATED = (Kind.SHIPPED, Kind.RECEIVED, Kind.RETURNED, Kind.ADJUSTED, Kind.MOVED)
ALONE = (Kind.ADJUSTED, Kind.COUNTED, Kind.MOVED)
LINE = ("document", "kind", "product_id", "lot", "condition", "location", "quantity")


def find(scope: Scope) -> Iterator[Found]:
    rows = StockEvent.objects.filter(
        warehouse=scope.look.warehouse,
        product_id__in=scope.products,
        happened_at__lte=scope.at,
        happened_at__gt=scope.horizon,
    )
    by_source: defaultdict[str, list[StockEvent]] = defaultdict(list)
    for event in suspects(rows).order_by("applied_at", "pk"):
        by_source[event.source].append(event)
    documents = list(by_source.values())
    yield from _twice(documents, scope)
    yield from _alone(documents, scope)


def suspects(rows: QuerySet[StockEvent]) -> QuerySet[StockEvent]:
    """Those of sources that say what another one says, and what was adjusted or counted: of three months of a product
    that ships all day nearly all is neither, and stays in the database."""
    alike = rows.filter(kind__in=REPEATED).order_by().values(*LINE)
    several = alike.annotate(many=Count("source", distinct=True), named=ArrayAgg("source", distinct=True))
    found = {source for named in several.filter(many__gt=1).values_list("named", flat=True) for source in named}
    return rows.filter(Q(source__in=found) | Q(kind__in=ALONE, document=None))


def _twice(documents: Sequence[list[StockEvent]], scope: Scope) -> Iterator[Found]:
    """The same goods of the same document, or adjusted within a day, under two numbers: the later one is too much."""
    alike: defaultdict[object, list[list[StockEvent]]] = defaultdict(list)
    for events in documents:
        if all(event.kind in REPEATED for event in events):
            alike[_content(events)].append(events)
    several = [group for group in alike.values() if len(group) > 1]
    whole = _whole([events[0].source for group in several for events in group])
    for group in several:
        for number, events in enumerate(group[1:], 1):
            if any(
                _is_one(before, events) and whole[before[0].source] == whole[events[0].source]
                for before in group[:number]
            ):
                yield _found(Why.DUPLICATE, Sure.LIKELY, events, scope)


def _content(events: Sequence[StockEvent]) -> object:
    lines = sorted((e.kind, e.product_id, e.lot, e.condition, e.location, e.quantity) for e in events)
    return events[0].document_id, tuple(lines)


def _is_one(before: Sequence[StockEvent], after: Sequence[StockEvent]) -> bool:
    return after[0].document_id is not None or abs(after[0].happened_at - before[0].happened_at) <= SAME_DAY


def _whole(sources: Sequence[str]) -> dict[str, tuple[int, Decimal]]:
    """How many lines the documents have and what they come to, with products that are not looked at."""
    if not sources:
        return {}
    rows = StockEvent.objects.filter(source__in=sources).order_by().values("source")
    return {
        row["source"]: (row["lines"], row["units"]) for row in rows.annotate(lines=Count("pk"), units=Sum("quantity"))
    }


def _alone(documents: Sequence[list[StockEvent]], scope: Scope) -> Iterator[Found]:
    """An adjustment or a count that the warehouse's own stock does not show."""
    for events in documents:
        mine = [event for event in events if event.kind in ALONE and event.document_id is None]
        by_slot: defaultdict[Slot, list[StockEvent]] = defaultdict(list)
        for event in mine:
            slot = scope.slot(event.product_id, event.lot, event.condition, event.location)
            if slot is not None:
                by_slot[slot].append(event)
        for same in by_slot.values():
            yield _found(Why.ONE_SIDED, Sure.INFERRED, same, scope)


def _found(why: Why, sure: Sure, events: Sequence[StockEvent], scope: Scope) -> Found:
    units: defaultdict[Slot, Decimal] = defaultdict(Decimal)
    for event in events:
        slot = scope.slot(event.product_id, event.lot, event.condition, event.location)
        if slot is not None:
            units[slot] -= event.quantity
    last = events[-1]
    claim = Claim(why, sure, scope.moves(*units.items()), last.source.rpartition("/")[2])
    return Found(claim, last.applied_at, last.happened_at)
