"""For customer service: one search box, and the order's state in words that can be read out to the customer.

No cases, jobs or codes, and nothing that can be changed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet, Sum
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from integration.console.find import LONGEST, MOST, orders
from integration.console.reach import scoped
from integration.console.words import quantity
from integration.models import Document, DocumentLine, ExceptionCase, Parcel, Stage, TrackingPage
from integration.models.carriers import NUMBER

RIGHT = "integration.view_order_status"
State = Document.State
SHOWN = 5  # orders that are told whole


@dataclass(frozen=True, slots=True)
class Tracked:
    """``page``: the carrier's, empty where nobody has said where it is."""

    parcel: Parcel
    page: str


@dataclass(frozen=True, slots=True)
class Told:
    """An order as it is told to a customer."""

    order: Document
    words: Sequence[str]
    goods: Sequence[tuple[str, str]]
    parcels: Sequence[Tracked]


def view(request: HttpRequest) -> HttpResponseBase:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
    term = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    found = [order for order in orders(request, term) if order.kind == Document.Kind.ORDER] if term else []
    context = admin.site.each_context(request) | {
        "title": _("Order status"),
        "term": term,
        "told": [tell(request, order) for order in found[:SHOWN]],
        "more": found[SHOWN:],
        "full": len(found) == MOST,
    }
    return TemplateResponse(request, "console/service.html", context)


def tell(request: HttpRequest, order: Document) -> Told:
    deliveries = list(scoped(request, Document.objects.filter(parent=order, kind=Document.Kind.DELIVERY)))
    lines = DocumentLine.objects.filter(document__in=deliveries)
    parcels = Parcel.objects.filter(document__in=deliveries).select_related("document").defer("signed_by")
    pages = dict(TrackingPage.objects.values_list("carrier", "url"))
    return Told(
        order=order,
        words=list(_words(order, deliveries)),
        goods=[(row["sku"], _left(row["left"], row["asked"])) for row in _goods(lines)],
        parcels=[Tracked(parcel, _page(parcel, pages)) for parcel in parcels.order_by("-status_at")[:MOST]],
    )


def _goods(lines: QuerySet[DocumentLine]) -> Iterable[Any]:
    """By product, over all deliveries."""
    sums = lines.order_by("sku").values("sku")
    return sums.annotate(asked=Sum(F("ordered") - F("cancelled")), left=Sum(F("shipped") + F("substituted")))[:MOST]


def _left(left: Decimal, ordered: Decimal) -> str:
    return _("{left} of {ordered} have left").format(left=quantity(left), ordered=quantity(ordered))


def _words(order: Document, deliveries: Sequence[Document]) -> Iterator[str]:
    """What matters most first."""
    yield _progress(order, deliveries)
    held = ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED)
    documents = [order, *deliveries]
    if held.filter(document__in=documents).exists() or held.filter(waiting__job__document__in=documents).exists():
        yield _("Something about it has to be cleared up first; our people are on it.")


def _progress(order: Document, deliveries: Sequence[Document]) -> str:
    if order.progress == State.CANCELLED:
        return _("The order is cancelled.")
    if order.progress == State.SHIPPED:
        return _("All of it has left the warehouse.")
    if order.progress == State.PART_SHIPPED:
        return _("A part of it has left the warehouse; the rest is still to come.")
    if order.progress == State.REJECTED:
        return _("The warehouse could not take it yet.")
    at_work = {delivery.stage for delivery in deliveries}
    if at_work & {Stage.PACKED}:
        return _("It is packed and leaves soon.")
    if at_work & {Stage.PICKING, Stage.PICKED}:
        return _("The warehouse is putting it together.")
    if order.progress in (State.RELEASED, State.ACCEPTED):
        return _("The warehouse has the order and will put it together.")
    return _("The order is here and has not gone to the warehouse yet.")


def _page(parcel: Parcel, pages: dict[str, str]) -> str:
    url = pages.get(parcel.document.carrier) or pages.get("", "")
    return url.replace(NUMBER, quote(parcel.number, safe=""))
