"""What a return that Odoo has booked changes in our tables. Call inside the transaction that settles the job."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F

from integration.flows import arriving, books, inspection, transits
from integration.flows.books import Moved
from integration.flows.origins import Origin
from integration.flows.returning import Case
from integration.jobs import capture, recount, rows, shipments
from integration.jobs.looks import MODELS
from integration.models import Document, DocumentLine, Effect, ExternalReference, InboundMessage, StockEvent
from integration.rules.posting import BookKind
from integration.rules.returns import Target, target

Kind, State = StockEvent.Kind, Document.State
NOTHING = Decimal(0)
Booked = Mapping[str, Any]


def commit(case: Case, origin: Origin | None, done: Sequence[Effect]) -> None:
    """Once, however many messages and jobs brought it. ``done``: an effect for each transfer."""
    for effect in done:
        document = _document(case, origin, effect)
        events = list(_events(case, document, effect))
        added = len(rows.add(events, "DO NOTHING"))
        if added not in (0, len(events)):
            raise RuntimeError(f"{added} of {len(events)} movements of {case.source} are new")
        if added:
            recount.after(events)
            _count(document, effect.result["booked"])
            _count_left(origin, effect.result["booked"])
            _refer(case, document, effect)
        InboundMessage.objects.filter(pk=case.message.pk).update(document=document)
    if case.advised is not None:
        _close(case, case.advised)
    _follow(case, origin.order if origin else None)


def judged(case: Case, document: Document, moved: Sequence[tuple[Booked, Decimal, Effect]], digest: str) -> None:
    """What an inspection moved: so much of these booked shares, by that effect."""
    source = f"{case.source}/judged/{digest}"
    each = enumerate(moved)
    events = [event for number, one in each for event in _judged_events(case, document, source, number, one)]
    if not events or not rows.add(events, "DO NOTHING"):
        return
    recount.after(events)
    for booked, quantity, effect in moved:
        _, condition, disposition, _ = effect.intent["judged"]
        fit = target(condition, disposition) == Target.GOOD
        line = DocumentLine.objects.filter(pk=_line_of(document, booked).pk)
        line.update(inspected=F("inspected") + quantity, damaged=F("damaged") - (quantity if fit else 0))
    _follow(case, document.parent)


def _document(case: Case, origin: Origin | None, effect: Effect) -> Document:
    """That of the advice, whichever of its transfers it is; else one of its own, made with the return."""
    if case.advised is not None and effect.result.get("advised"):
        return case.advised
    values = {
        "reference": effect.result["picking"],
        "parent": origin.order if origin else None,
        "warehouse": case.warehouse,
        "state": State.RECEIVED,
    }
    key = {"connection": case.warehouse.erp, "kind": Document.Kind.RETURN, "erp_id": effect.result["picking_id"]}
    document, made = Document.objects.get_or_create(**key, defaults=values)
    if not made:
        Document.objects.filter(pk=document.pk).update(state=State.RECEIVED)
    return document


def _close(case: Case, advised: Document) -> None:
    """The last message ends the advice, and so does one after which nothing is expected."""
    rows.add([_reference(case, advised.erp_id, "return", case.told.receipt)], "DO NOTHING")
    [held] = rows.find(Document, "id = %s FOR NO KEY UPDATE", [advised.pk])
    if held.state == State.CANCELLED:
        return
    ends = case.is_last or held.state == State.RECEIVED or not transits.short_of(advised)
    arriving.come(advised, case.partner, State.RECEIVED if ends else State.PART_RECEIVED, case.announced)
    if ends:
        shipments.arrived(advised, case.partner)
    if advised.parent is not None:
        capture.read_again(case.warehouse.erp, advised.parent.erp_id, MODELS[advised.parent.kind])


def _events(case: Case, document: Document, effect: Effect) -> Iterator[StockEvent]:
    """What is scrapped came in, and left the stock again at once."""
    for number, booked in enumerate(effect.result["booked"]):
        place = target(booked["condition"], booked["disposition"])
        condition = booked["condition"] if place == Target.SCRAP else place.value
        quantity, source = Decimal(booked["quantity"]), case.source
        name = f"{effect.result['picking_id']}/{number}"
        yield _event(case, document, booked, effect, Kind.RETURNED, condition, quantity, source, name)
        if place == Target.SCRAP:
            yield _event(case, document, booked, effect, Kind.ADJUSTED, condition, -quantity, source, f"{name}/scrap")


def _judged_events(
    case: Case, document: Document, source: str, number: int, moved: tuple[Booked, Decimal, Effect]
) -> Iterator[StockEvent]:
    booked, quantity, effect = moved
    _, condition, disposition, _ = effect.intent["judged"]
    place, waiting = target(condition, disposition), Target.QUARANTINE.value
    if place == Target.QUARANTINE:  # it stays: nothing moves, and the row says that somebody has looked
        yield _event(case, document, booked, effect, Kind.MOVED, waiting, Decimal(0), source, f"{number}/stays")
        return
    yield _event(case, document, booked, effect, Kind.MOVED, waiting, -quantity, source, f"{number}/out")
    if place != Target.SCRAP:
        yield _event(case, document, booked, effect, Kind.MOVED, place.value, quantity, source, f"{number}/in")


def _event(
    case: Case,
    document: Document,
    booked: Booked,
    effect: Effect,
    kind: StockEvent.Kind,
    condition: str,
    quantity: Decimal,
    source: str,
    line: str,
) -> StockEvent:
    """What was judged moves when that is said, not when it came in."""
    return StockEvent(
        warehouse=case.warehouse,
        document=document,
        kind=kind,
        condition=condition,
        product_id=booked["product"],
        sku=booked["sku"],
        lot=booked["lot"],
        quantity=quantity,
        source=source,
        line=line,
        happened_at=case.said_at if kind == Kind.MOVED else case.told.received_at,
        effect=effect,
    )


def _count(document: Document, booked: Sequence[Booked]) -> None:
    by_move: defaultdict[int, list[Booked]] = defaultdict(list)
    for share in booked:
        by_move[share["move"]].append(share)
    for shares in by_move.values():
        total, first = _sum(shares), shares[0]
        seen = _sum([share for share in shares if share["disposition"]])
        unfit = _sum([share for share in shares if target(share["condition"], share["disposition"]) != Target.GOOD])
        line = _line_of(document, first, total)
        DocumentLine.objects.filter(pk=line.pk).update(
            received=F("received") + total, inspected=F("inspected") + seen, damaged=F("damaged") + unfit
        )


def _line_of(document: Document, booked: Booked, ordered: Decimal = NOTHING) -> DocumentLine:
    """The line that was announced, also for a backorder's move; else one of its own."""
    name = str(booked["move"])
    alike = document.lines.filter(sale_line_id=booked["sale_line"], product_id=booked["product"], released__gt=0)
    known = document.lines.filter(line=name).first() or alike.order_by("pk").first()
    if known is not None:
        return known
    return DocumentLine.objects.create(
        document=document,
        line=name,
        product_id=booked["product"],
        sale_line_id=booked["sale_line"],
        sku=booked["sku"],
        unit=booked["unit"],
        tracking=booked["tracking"],
        partner_sku=booked["sku"],
        partner_unit=booked["unit"],
        ordered=ordered,
    )


def _count_left(origin: Origin | None, booked: Sequence[Booked]) -> None:
    """On the line of the delivery that the goods left with; a backorder's move stands for its order's line."""
    lines = DocumentLine.objects.filter(document__in=origin.deliveries if origin else ())
    for share in booked:
        if share["left_with"] is None:
            continue
        named = lines.filter(line=str(share["left_with"])).first()
        alike = lines.filter(sale_line_id=share["sale_line"], product_id=share["product"])
        line = named or alike.order_by("pk").first()
        if line is not None:
            DocumentLine.objects.filter(pk=line.pk).update(returned=F("returned") + Decimal(share["quantity"]))


def _refer(case: Case, document: Document, effect: Effect) -> None:
    """The transfer and its backorders belong to the advice; every number of the parcel leads to the transfer."""
    picking_id, told = effect.result["picking_id"], case.told
    known = [(picking_id, "return", told.receipt)]
    if told.tracking_number:
        known.append((picking_id, "tracking", told.tracking_number[:64]))
    if effect.result.get("advised"):
        known += [(each, "advice", document.reference) for each in (picking_id, *effect.result["backorders"])]
    rows.add([_reference(case, *one) for one in known], "DO NOTHING")


def _reference(case: Case, picking_id: int, kind: str, number: str) -> ExternalReference:
    return ExternalReference(
        erp=case.warehouse.erp,
        model="stock.picking",
        record_id=picking_id,
        partner=case.partner,
        document_type=kind,
        reference=number,
    )


def _follow(case: Case, order: Document | None) -> None:
    """The credit note comes when everything of the order that came back was judged: Odoo credits all of it."""
    if order is None or order.kind != Document.Kind.ORDER:
        return
    capture.read_again(case.warehouse.erp, order.erp_id, MODELS[Document.Kind.ORDER])
    if inspection.waits(order):
        return
    for document, source, number in inspection.returns_of(order):
        lines = [line.sale_line_id for line in document.lines.all() if line.sale_line_id]
        moved = Moved(
            BookKind.CREDIT_NOTE, case.warehouse, order, source, number, document.reference, case.told.received_at,
            lines,
        )  # fmt: skip
        books.follow(moved)


def _sum(shares: Sequence[Booked]) -> Decimal:
    return sum((Decimal(share["quantity"]) for share in shares), Decimal(0))
