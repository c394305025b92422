"""For customer service: one search box, and the order's state in words that can be read out to the customer.

No cases, jobs or codes, and nothing that can be changed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import quote

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from integration.console.find import LONGEST, MOST, orders
from integration.console.orders import instead, sides
from integration.console.reach import scoped
from integration.console.story import SECRET, captured
from integration.console.words import quantity
from integration.models import Document, ExceptionCase, Parcel, Stage, TrackingPage
from integration.models.carriers import NUMBER

RIGHT = "integration.view_order_status"
State = Document.State
GONE = (State.SHIPPED, State.CANCELLED)  # of what a person has ended nothing more leaves, then
SHOWN = 3  # orders that are told whole; of the others their numbers lead on


@dataclass(slots=True)
class Goods:
    """Of one product. ``left``: as itself, and ``instead``: as another one. ``by_hand``: what the warehouse says has
    left, and a person has booked in Odoo. ``unbooked``: what it says has left, and nobody has booked. ``place_of``: by
    SKU, what left of it in that one's place."""

    ordered: Decimal = Decimal(0)
    left: Decimal = Decimal(0)
    instead: Decimal = Decimal(0)
    by_hand: Decimal = Decimal(0)
    rest: Decimal = Decimal(0)
    unbooked: Decimal = Decimal(0)
    place_of: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


@dataclass(frozen=True, slots=True)
class Tracked:
    """``page``: the carrier's, empty where nobody has said where it is."""

    parcel: Parcel
    page: str


@dataclass(frozen=True, slots=True)
class Told:
    """An order as it is told to a customer. ``state``: how far it is, with what people have booked in Odoo."""

    order: Document
    state: Document.State
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
    parts = Document.objects.filter(parent=order, kind=Document.Kind.DELIVERY)
    deliveries = list(scoped(request, parts).select_related("connection", "warehouse__wms").defer(*SECRET))
    goods = _goods(order, deliveries)
    parcels = Parcel.objects.filter(document__in=deliveries).select_related("document").defer("signed_by")
    pages = dict(TrackingPage.objects.values_list("carrier", "url"))
    state = _state(order, deliveries, goods.values())
    return Told(
        order=order,
        state=state,
        words=list(_words(order, deliveries, state, goods.values())),
        goods=[(sku, "; ".join(_left(row))) for sku, row in list(goods.items())[:MOST]],
        parcels=[Tracked(parcel, _page(parcel, pages)) for parcel in parcels.order_by("-status_at")[:MOST]],
    )


def _goods(order: Document, deliveries: Sequence[Document]) -> dict[str, Goods]:
    """By product, over all deliveries."""
    lines = sorted(sides.lines_of(deliveries), key=lambda line: line.sku)
    said = sides.of(deliveries, captured(order), lines).lines
    found: dict[str, Goods] = defaultdict(Goods)
    for line in lines:
        side, goods = said[line.pk], found[line.sku]
        goods.ordered += line.ordered - line.cancelled
        goods.left += line.shipped + side.by_hand
        goods.instead += line.substituted
        goods.by_hand += side.by_hand
        goods.rest += sides.left(line, side)
        goods.unbooked += side.unbooked if line.document.state in GONE else side.nowhere
    skus, others = {line.pk: line.sku for line in lines}, instead.of(lines)
    for pk, by_sku in others.items():
        for sku, number in by_sku.items():
            found[sku].place_of[skus[pk]] += number
    return found


def _left(goods: Goods) -> Iterator[str]:
    """What could not be stopped or changed any more has left of no number that a customer would know."""
    left, ordered = quantity(goods.left), quantity(goods.ordered)
    if goods.left + goods.instead > goods.ordered and goods.left:
        yield _("{left} have left").format(left=left)
    elif goods.ordered or not goods.place_of:
        yield _("{left} of {ordered} have left").format(left=left, ordered=ordered)
    if goods.instead:
        yield _("{number} have left as another product").format(number=quantity(goods.instead))
    for sku, number in goods.place_of.items():
        yield _("{number} have left in place of {sku}").format(number=quantity(number), sku=sku)


def _words(
    order: Document, deliveries: Sequence[Document], state: Document.State, goods: Collection[Goods]
) -> Iterator[str]:
    """What matters most first."""
    yield _progress(deliveries, state)
    if any(each.unbooked for each in goods):
        yield _("The warehouse says that goods have left which our books do not show yet.")
    held = ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED)
    documents = [order, *deliveries]
    if held.filter(document__in=documents).exists() or held.filter(waiting__job__document__in=documents).exists():
        yield _("Something about it has to be cleared up first; our people are on it.")


def _state(order: Document, deliveries: Sequence[Document], goods: Collection[Goods]) -> Document.State:
    if order.progress not in (State.CANCELLED, State.SHIPPED) and any(each.by_hand for each in goods):
        return State.SHIPPED if _is_whole(order, deliveries, goods) else State.PART_SHIPPED
    return State(order.progress)


def _progress(deliveries: Sequence[Document], state: Document.State) -> str:
    if state == State.CANCELLED:
        return _("The order is cancelled.")
    if state == State.SHIPPED:
        return _("All of it has left the warehouse.")
    if state == State.PART_SHIPPED:
        return _("A part of it has left the warehouse; the rest is still to come.")
    if state == State.REJECTED:
        return _("The warehouse could not take it yet.")
    at_work = {delivery.stage for delivery in deliveries}
    if at_work & {Stage.PACKED}:
        return _("It is packed and leaves soon.")
    if at_work & {Stage.PICKING, Stage.PICKED}:
        return _("The warehouse is putting it together.")
    if state in (State.RELEASED, State.ACCEPTED):
        return _("The warehouse has the order and will put it together.")
    return _("The order is here and has not gone to the warehouse yet.")


def _is_whole(order: Document, deliveries: Sequence[Document], goods: Collection[Goods]) -> bool:
    """Nothing is open, and no delivery is another warehouse's that the user does not see."""
    if any(each.rest for each in goods):
        return False
    others = Document.objects.filter(parent=order, kind=Document.Kind.DELIVERY)
    return not others.exclude(pk__in=[delivery.pk for delivery in deliveries]).exists()


def _page(parcel: Parcel, pages: dict[str, str]) -> str:
    url = pages.get(parcel.document.carrier) or pages.get("", "")
    return url.replace(NUMBER, quote(parcel.number, safe=""))
