"""Invoices, bills and credit notes: when rules want them made of what was booked. What Odoo made of it is not asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from integration.flows.tried.bench import Bench, Looked, Phase, Subject, both
from integration.jobs import configuration
from integration.models import Document, InboundMessage, SyncJob
from integration.rules.otherwise import Course, turn
from integration.rules.posting import BookKind, choose

KINDS = frozenset(kind.value for kind in BookKind)
MADE_OF: Mapping[str, BookKind] = {
    "shipment.confirmed": BookKind.INVOICE,
    "receipt.confirmed": BookKind.VENDOR_BILL,
    "return.received": BookKind.CREDIT_NOTE,
}
ORDERS = (Document.Kind.ORDER, Document.Kind.PURCHASE)
SEVERAL = "A rule names a customer or supplier who may be the one that is billed: only Odoo knows."


@dataclass(frozen=True, slots=True)
class _Billed:
    company_id: int
    partners: frozenset[int]


def wanted(bench: Bench) -> bool:
    return bool(bench.kinds & KINDS)


def rows(bench: Bench, after: int, most: int) -> Sequence[InboundMessage]:
    """Messages whose goods were booked on an order."""
    types = [name for name, kind in MADE_OF.items() if kind.value in bench.kinds]
    booked = SyncJob.objects.filter(inbound=OuterRef("pk"), state=SyncJob.State.SUCCEEDED)
    found = InboundMessage.objects.filter(
        Exists(booked),
        pk__gt=after,
        type__in=types,
        received_at__gte=bench.tried.since,
        document__warehouse__in=bench.warehouses,
        document__parent__kind__in=ORDERS,
    )
    return list(found.select_related("document__parent", "document__warehouse").defer("body").order_by("pk")[:most])


def look(bench: Bench, message: InboundMessage) -> Looked:
    """Whoever a rule names may be the one who is billed beside the customer, such as his head office."""
    document = message.document
    assert document is not None and document.parent is not None  # noqa: S101, PT018  (by what ``rows`` asks for)
    kind = MADE_OF[message.type]
    subject = Subject(
        kind.value, message.reference, message.received_at, document.warehouse_id, document.parent_id, message.pk
    )
    answers = [both(bench, lambda who=who: _course(kind, document, who)) for who in _who(bench, document)]  # type: ignore[misc]
    if len({turn(*each) for each in answers}) > 1:
        return Looked(subject, why=SEVERAL)
    return Looked(subject, *answers[0])


def _who(bench: Bench, document: Document) -> Iterator[frozenset[int]]:
    assert document.parent is not None and document.warehouse_id is not None  # noqa: S101, PT018
    own = frozenset({document.parent.erp_partner_id or 0})
    named = both(bench, lambda: {rule.partner_id for rule in configuration.posting_rules(document.warehouse_id or 0)})
    yield own
    yield from (own | {other} for other in sorted(each for each in named[0] | named[1] if each) if other not in own)


def _course(kind: BookKind, document: Document, partners: frozenset[int]) -> Course:
    assert document.warehouse is not None  # noqa: S101
    rules = configuration.posting_rules(document.warehouse.pk)
    choice = choose(kind, rules, _Billed(document.warehouse.company_id, partners))
    return Course(says={"when": choice.when.value, "posted": "yes" if choice.posted else "no"})


PHASES = (Phase("books", wanted, rows, look),)
