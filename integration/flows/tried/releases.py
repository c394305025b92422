"""Orders and transfers: what was decided of their deliveries, and what is not kept of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Exists, OuterRef
from pydantic import ValidationError

from integration.canonical.erp import Order
from integration.canonical.orders import OrderRelease
from integration.errors import Causes, IntegrationError
from integration.flows import order_release, order_rules
from integration.flows.releases import Delivery
from integration.flows.tried.bench import Bench, Looked, Phase, Subject, both
from integration.models import DecidedDelivery, OutboundMessage
from integration.rules.business.outcomes import RuleKind, Wave
from integration.rules.business.waves import goes_at_once
from integration.rules.otherwise import Course, Untold, stopped, turn
from integration.rules.units import plain

KIND = "order.release"
ASKED = frozenset({"order_rules", "mappings"})  # sections that a release is decided by
ALSO = frozenset({"allow_fraction"})  # kinds of business rules
UNREADABLE = "What it was decided on cannot be read any more."
ELSEWHERE = "Another rule would say where it leaves from, and what the warehouses held then is not kept."
NOT_KEPT = "What it was decided on is not kept: it went before such things were."


def wanted(bench: Bench) -> bool:
    return bool(bench.sections & ASKED or bench.kinds & ALSO)


def rows(bench: Bench, after: int, most: int) -> Sequence[DecidedDelivery]:
    found = DecidedDelivery.objects.filter(pk__gt=after, last_at__gte=bench.tried.since, warehouse__in=bench.warehouses)
    return list(found.select_related("document", "warehouse__erp", "warehouse__wms").order_by("pk")[:most])


def look(bench: Bench, row: DecidedDelivery) -> Looked:
    """As of the moment that it was decided last, when it went or still stood; else as of the first one."""
    subject = Subject(KIND, row.release, row.last_at, row.warehouse_id, row.document_id)
    try:
        delivery = _delivery(row)
    except Untold as why:
        return Looked(subject, why=str(why))
    for at in dict.fromkeys((row.last_at, row.first_at)):
        before, after = both(bench, lambda at=at: course(delivery, at, bench.now, ruled=row.ruled))  # type: ignore[misc]
        if turn(before, after):
            return Looked(Subject(KIND, row.release, at, row.warehouse_id, row.document_id), before, after)
    return Looked(subject, before, after, why=_elsewhere(bench, row, delivery))


def _elsewhere(bench: Bench, row: DecidedDelivery, delivery: Delivery) -> str:
    """Why it cannot be told where it would have left from; empty: from where it did."""
    if RuleKind.ROUTE not in bench.kinds or not row.ruled:
        return ""
    here, there = both(bench, lambda: order_rules.route_as_of(delivery, row.last_at, bench.now))
    return ELSEWHERE if here != there else ""


def _delivery(row: DecidedDelivery) -> Delivery:
    try:
        order = Order.model_validate(row.snapshot)
    except (ValidationError, ImproperlyConfigured):
        raise Untold(UNREADABLE) from None
    picking = next((each for each in order.pickings if each.name == row.release), None)
    if picking is None:
        raise Untold(UNREADABLE)
    return Delivery(order, picking, row.document, row.warehouse, None)


def course(delivery: Delivery, at: datetime, now: datetime, *, ruled: bool) -> Course:
    """Whether a person let it go later counts for neither side."""
    judged = order_rules.judge_as_of(delivery, at, now, _nobody) if ruled else order_rules.Judged()
    against: list[IntegrationError] = list(judged.against)
    try:
        decided = order_release.decide(delivery, judged.ways)
    except Causes as wrong:
        against += wrong.causes
    return stopped(against) if against else Course(says=said(decided.document) | _beside(judged))


def _beside(judged: order_rules.Judged) -> dict[str, str]:
    """What rules decide beside what the warehouse is told: when it goes, and what becomes of the rest."""
    rest, rule = judged.ways.rest, judged.wave
    waits = rule is not None and isinstance(rule.outcome, Wave) and not goes_at_once(rule.outcome, judged.ways.priority)
    return {
        "backorder": str(rest.backorder),
        "substitutes": str(rest.substitutes),
        "wave": f"{rule.name} ({_way(rule.outcome)})" if waits and rule is not None else "",
        "rank": str(judged.rank),
    }


def _way(says: Any) -> str:
    """Such as ``10:00, 14:00``, ``-45 min``, ``20 / 30 min``."""
    if says.size is not None:
        return f"{says.size} / {says.minutes} min"
    return ", ".join(says.times) if says.times else f"-{says.before_cutoff} min"


def said(document: OrderRelease) -> dict[str, str]:
    """What of a release rules and mappings decide."""
    by, lines = document.carrier, {f"line {line.line}": line for line in document.lines}
    return {
        "carrier": by.code if by else "",
        "service": by.service if by else "",
        "account": (by.account or "") if by else "",
        "packing": document.notes,
        "labels": ", ".join(document.labels or ()),
        "priority": str(document.priority),
        **{name: f"{plain(line.quantity)} {line.unit} {line.sku}" for name, line in lines.items()},
    }


def _nobody(_sources: Sequence[str]) -> set[str]:
    return set()


def unkept(bench: Bench, after: int, most: int) -> Sequence[OutboundMessage]:
    """Releases that went out in these days, the first message of each, of which nothing is kept."""
    sent = OutboundMessage.objects.filter(type=KIND, created_at__gte=bench.tried.since)
    kept = DecidedDelivery.objects.filter(document=OuterRef("document__parent"), release=OuterRef("reference"))
    earlier = sent.filter(document=OuterRef("document"), pk__lt=OuterRef("pk"))
    found = sent.filter(~Exists(kept), ~Exists(earlier), pk__gt=after, document__warehouse__in=bench.warehouses)
    return list(found.select_related("document").defer("body").order_by("pk")[:most])


def look_at_unkept(_bench: Bench, sent: OutboundMessage) -> Looked:
    document: Any = sent.document
    return Looked(
        Subject(KIND, sent.reference, sent.created_at, document.warehouse_id, document.parent_id), why=NOT_KEPT
    )


PHASES = (Phase("releases", wanted, rows, look), Phase("releases not kept", wanted, unkept, look_at_unkept))
