"""Finds an order by any number that somebody has in hand; one hit opens its page.

What the warehouse says about goods may belong to no order, such as a count, or a return that nobody can place yet: its
message is found by its number, and a case by the lot or the code that it names. A trace's messages and jobs are found
by its number.
"""

from collections.abc import Iterator

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from integration.console import links, traced
from integration.console.guard import may_view, site_context
from integration.console.reach import scoped
from integration.models import (
    CaseJob,
    CodeMapping,
    Connection,
    Document,
    DocumentLine,
    ExceptionCase,
    ExternalReference,
    InboundMessage,
    OutboundMessage,
    Parcel,
    StockEvent,
    SyncJob,
)

MOST = 50
LINES = 1000  # the newest of a product that are looked at for those of one warehouse
TOLD_BY_PARTNER = ("shipment", "tracking")  # types of references that a shipment leaves
DELIVERY = "stock.picking"
LONGEST = 200
NAMED = ("lot", "lots", "code", "sku")  # what cases name of goods
BY_DOCUMENT = (  # table and indexed column: each leads to a document
    (DocumentLine, "sku"),
    (DocumentLine, "partner_sku"),
    (StockEvent, "package"),
    (StockEvent, "lot"),
    (Parcel, "number"),
    (OutboundMessage, "reference"),
    (OutboundMessage, "partner_reference"),
    (InboundMessage, "reference"),
)


def view(request: HttpRequest) -> HttpResponseBase:
    context = site_context(request, Document)
    term = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    of_trace = traced.find(request, term)
    found = list(orders(request, term)) if term and not of_trace else []
    if len(found) == 1:
        return HttpResponseRedirect(links.timeline(found[0]))
    loose = list(messages(request, term)) if term and not found and not of_trace else []
    look_at_cases = term and not found and not of_trace and may_view(request, ExceptionCase)
    named = list(cases(request, term)) if look_at_cases else []
    context |= {"title": _("Find"), "term": term, "found": found, "full": len(found) == MOST}
    context |= {"loose": loose, "cases": named, "of_trace": of_trace}
    return TemplateResponse(request, "console/find.html", context)


def orders(request: HttpRequest, term: str) -> QuerySet[Document]:
    """The orders that the number leads to, newest first, of those that the user sees."""
    documents = scoped(request, Document.objects.filter(pk__in=set(_documents(request, [term, term.upper()]))))
    ids = {parent or pk for pk, parent in documents.values_list("pk", "parent")}
    return Document.objects.with_progress().filter(pk__in=ids).select_related("connection").order_by("-id")[:MOST]


def messages(request: HttpRequest, term: str) -> QuerySet[InboundMessage]:
    """What came in by this number and belongs to no document, newest first, as far as the user sees it."""
    numbered = Q(connection__in=Connection.objects.values("pk"), external_id=term)
    rows = scoped(request, InboundMessage.objects.filter(Q(reference=term) | numbered, document=None))
    jobs = Prefetch("jobs", SyncJob.objects.order_by("-id"))
    return rows.select_related("connection").defer("body").prefetch_related(jobs).order_by("-id")[:MOST]


def cases(request: HttpRequest, term: str) -> QuerySet[ExceptionCase]:
    """Those that name such a lot, code or SKU, newest first, of those that the user sees."""
    return scoped(request, ExceptionCase.objects.filter(naming(term))).order_by("-id")[:MOST]


def naming(term: str) -> Q:
    """Cases that name such goods."""
    named = Q()
    for name in NAMED:
        for each in {term, term.upper()}:
            named |= Q(context__contains={name: [each] if name == "lots" else each})
    return named


def _documents(request: HttpRequest, terms: list[str]) -> Iterator[int]:
    """One look-up in an index for each sort of number; of each the newest that the user sees."""
    for column in ("reference", "customer_reference"):
        documents = scoped(request, Document.objects.filter(**{f"{column}__in": terms}))
        yield from documents.values_list("pk", flat=True)[:MOST]
    for table, column in BY_DOCUMENT:
        rows = scoped(request, table.objects.filter(**{f"{column}__in": terms}, document__isnull=False)).order_by("-id")
        yield from rows.values_list("document", flat=True)[:MOST]
    yield from _referred(terms)
    yield from _mapped(request, terms)
    yield from _of_cases(request, terms)


def _mapped(request: HttpRequest, terms: list[str]) -> Iterator[int]:
    """With a line of what a warehouse's SKU stands for, at that warehouse: aliases, and codes that are not sent yet."""
    rows = scoped(request, CodeMapping.objects.filter(kind="product", partner_code__in=terms, valid_to=None))
    named = rows.filter(partner__in=Connection.objects.values("pk")).order_by()
    for partner, code in named.values_list("partner", "odoo_code")[:MOST]:
        newest = DocumentLine.objects.filter(sku=code).order_by("-id").values("pk")[:LINES]
        lines = DocumentLine.objects.filter(pk__in=newest, document__warehouse__wms=partner).order_by("-id")
        yield from scoped(request, lines).values_list("document", flat=True)[:MOST]


def _of_cases(request: HttpRequest, terms: list[str]) -> Iterator[int]:
    """That a case of these goods is about, or that wait for it."""
    found = dict(cases(request, terms[0]).values_list("pk", "document"))
    yield from filter(None, found.values())
    waiting = CaseJob.objects.filter(case__in=found, job__document__isnull=False).order_by("-job")
    yield from waiting.values_list("job__document", flat=True)[:MOST]


def _referred(terms: list[str]) -> Iterator[int]:
    """Deliveries whose Odoo record is known to the partner by this number."""
    partners = Connection.objects.values("pk")
    named = ExternalReference.objects.filter(
        partner__in=partners, model=DELIVERY, document_type__in=TOLD_BY_PARTNER, reference__in=terms
    )
    for erp, partner, record in named.values_list("erp", "partner", "record_id")[:MOST]:
        told = {"erp": erp, "model": DELIVERY, "record_id": record, "document_type": "release"}
        releases = ExternalReference.objects.filter(**told)
        deliveries = Document.objects.filter(connection=erp, warehouse__wms=partner, kind=Document.Kind.DELIVERY)
        yield from deliveries.filter(reference__in=releases.values("reference")).values_list("pk", flat=True)
