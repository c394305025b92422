"""Whether what moved of an order line is billed, where a rule has invoices, bills and credit notes made here.

Odoo says what it would bill now. That is a difference if the rules bill it, all of it moved by what is booked here,
an invoice of ours was made of the order before, and no work is left that could make one.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F

from integration.adapters.base import ErpGateway
from integration.canonical.books import OrderBooks, OrderedLine
from integration.jobs import configuration
from integration.models import Document, DocumentLine, Effect, SyncJob, Warehouse
from integration.reconcile.booked import Side
from integration.reconcile.comparing import Booked, Differs, Pair
from integration.rules import posting
from integration.rules.posting import BookKind, When

POSTING = "posting"
GOODS = ("shipment_confirmation", "receipt_confirmation", "return_receipt")
KINDS: Mapping[str, Document.Kind] = {"sale.order": Document.Kind.ORDER, "purchase.order": Document.Kind.PURCHASE}
AT_ONCE = 50  # orders of a page whose books are read; the others' turn comes when these are billed


@dataclass(frozen=True, slots=True)
class Look:
    """``moving``: lines of which nothing can be said yet."""

    differs: Sequence[Differs]
    moving: frozenset[int]


def look(side: Side, warehouse: Warehouse, erp: ErpGateway, pairs: Sequence[Pair]) -> Look:
    """``pairs``: lines that agree, and of which Odoo would bill something now."""
    ours = {pair.line.id: pair.booked[0] for pair in pairs if pair.line is not None}
    lines = defaultdict[int, set[int]](set)
    for pair in pairs:
        if pair.line is not None:
            lines[pair.line.order_id].add(pair.line.id)
    differs, moving = list[Differs](), set[int]()
    for number, order in enumerate(_billed_here(side, warehouse, lines)):
        books = erp.books(side.model, order.erp_id) if number < AT_ONCE else None
        if books is None or _at_work(order, warehouse):
            moving |= lines[order.erp_id]
        else:
            differs += _of_order(order, books, warehouse, ours)
    return Look(differs, frozenset(moving))


def _billed_here(side: Side, warehouse: Warehouse, orders: Collection[int]) -> Sequence[Document]:
    """Those of which an invoice of ours was made before."""
    if not orders or not any(rule.when != When.BY_HAND for rule in configuration.posting_rules(warehouse.pk)):
        return ()
    made = SyncJob.objects.filter(flow=POSTING, effects__state=Effect.State.LANDED, document__erp_id__in=orders)
    known = Document.objects.filter(connection=warehouse.erp, kind=KINDS[side.model], erp_id__in=orders)
    return list(known.filter(pk__in=made.values("document")).order_by("pk"))


def _at_work(order: Document, warehouse: Warehouse) -> bool:
    """Something of it is being booked or billed, or waits to be. A return may not know its order yet."""
    active = SyncJob.objects.filter(state__in=SyncJob.ACTIVE)
    mine = active.filter(document=order, flow=POSTING)
    goods = active.filter(document__parent=order, flow__in=GOODS)
    strays = active.filter(document=None, flow__in=GOODS, inbound__connection=warehouse.wms)
    return mine.exists() or goods.exists() or strays.exists()


def _of_order(
    order: Document, books: OrderBooks, warehouse: Warehouse, ours: Mapping[int, Booked]
) -> Sequence[Differs]:
    rules = configuration.posting_rules(warehouse.pk)
    due = {kind for kind in BookKind if _is_due(kind, posting.choose(kind, rules, books).when, books, order)}
    lines = [line for line in books.lines if line.id in ours and _kind_of(line, books) in due]
    return [
        Differs(ours[line.id], line.booked, max(line.booked, line.moved) if line.by_order else line.moved)
        for line in lines
        if (line.moved > line.booked if line.by_order else line.open)
    ]


def _kind_of(line: OrderedLine, books: OrderBooks) -> BookKind:
    if books.model == "purchase.order":
        return BookKind.VENDOR_BILL
    return BookKind.INVOICE if line.open > 0 else BookKind.CREDIT_NOTE


def _is_due(kind: BookKind, when: When, books: OrderBooks, order: Document) -> bool:
    """By now the rule has made it."""
    if when == When.BY_HAND or books.state == "cancel":
        return False
    if kind == BookKind.CREDIT_NOTE and _waits_for_a_look(order):
        return False
    return when == When.ON_MOVE or not (books.returning if kind == BookKind.CREDIT_NOTE else books.outstanding)


def _waits_for_a_look(order: Document) -> bool:
    """Something came back that nobody has inspected: it is credited afterwards."""
    back = DocumentLine.objects.filter(document__parent=order, document__kind=Document.Kind.RETURN)
    return back.filter(inspected__lt=F("received")).exists()
