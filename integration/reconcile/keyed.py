"""What people keyed of a document, from what was read of both sides anyway: nothing is asked for it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from integration.canonical.erp import Agreed, Move, Picking
from integration.canonical.shipments import ShipmentConfirmed
from integration.errors import InvalidDocument
from integration.jobs import bodies
from integration.jobs.looks import MODELS, SNAPSHOTS
from integration.models import CapturedRecord, Document, DocumentLine, InboundMessage, ShadowDocument, StockDifference
from integration.rules.rollout import Line

RELEASE = "release/"  # how the key of a release begins
CLOSED = ("done", "cancel")
EARLY = timedelta(days=1)  # people may key a return a little before the warehouse says so
SKEW = timedelta(minutes=5)  # of the two clocks
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Keyed:
    """``closed``: nothing more is to be keyed. ``at``: the latest of it; None: nothing was keyed yet.

    ``claims``: sources of movements that belong to no other document.
    """

    lines: Sequence[Line] = ()
    tracking: str = ""
    at: datetime | None = None
    closed: bool = False
    claims: Sequence[str] = field(default_factory=list)


def in_odoo(row: ShadowDocument) -> Keyed:
    """Of goods that left or came in: what people have done in the transfers."""
    document = row.document
    seen = _snapshot(document) if document is not None else None
    if document is None or seen is None:
        return Keyed()
    pickings = _returns(seen, row) if document.kind == Document.Kind.ORDER else _chain(document, seen)
    done = [picking for picking in pickings if picking.state == "done" and picking.mark is None]
    return Keyed(
        lines=[line for picking in done for move in picking.moves for line in _lines(move)],
        tracking=" ".join(picking.tracking_reference for picking in done),
        at=max((picking.done_at for picking in done if picking.done_at), default=row.told_at if done else None),
        closed=bool(pickings) and all(picking.state in CLOSED for picking in pickings),
    )


def at_warehouse(row: ShadowDocument) -> Keyed:
    """Of a release: what the warehouse knows of it, by what it shipped and what it said that it will not find."""
    messages = InboundMessage.objects.filter(document=row.document, type="shipment.confirmed").order_by("pk")
    told = [(message, shipment) for message in messages if (shipment := _shipment(message)) is not None]
    if row.document is None or not told:
        return Keyed()
    lines = {line.line: line for line in row.document.lines.all()}
    known = [[_asked_for(part.line, part.substitute, part.sku, lines), "", str(part.quantity)]
             for _, shipment in told for part in shipment.lines]  # fmt: skip
    short = [[line.partner_sku, "", str(line.short * line.factor / line.per)] for line in lines.values() if line.short]
    return Keyed(lines=[*known, *short], at=told[-1][0].received_at, closed=_all_there([each for _, each in told]))


def movements(rows: Sequence[ShadowDocument], *, loosely: bool) -> dict[int, Keyed]:
    """Of documents of stock of one warehouse, by their number: which of the movements that people made are theirs.

    ``loosely``: of what has nobody that fits exactly, the first of the same product.
    """
    free = _unclaimed(rows)
    return {row.pk: found for row in rows if (found := _claimed(row, free, loosely=loosely)) is not None}


def _claimed(row: ShadowDocument, free: list[StockDifference], *, loosely: bool) -> Keyed | None:
    mine: list[StockDifference] = []
    for sku, lot, quantity in _wanted(row):
        since = row.happened_at - SKEW
        theirs = [each for each in free if each.sku == sku and each not in mine and each.happened_at >= since]
        exact = [each for each in theirs if (each.lot, each.quantity) == (lot, Decimal(quantity))]
        later = [each for each in theirs if each.happened_at >= row.happened_at.replace(microsecond=0)]
        mine += (exact or (later if loosely else []))[:1]
    if not mine or (not loosely and len(mine) < len(_wanted(row))):
        return None
    for each in mine:
        free.remove(each)
    lines = [[each.sku, each.lot, str(each.quantity)] for each in mine]
    at = max(each.happened_at for each in mine)
    return Keyed(lines=lines, at=at, closed=True, claims=[each.source for each in mine])


def _unclaimed(rows: Sequence[ShadowDocument]) -> list[StockDifference]:
    """What people changed since the first of these documents, the oldest first."""
    if not rows:
        return []
    warehouse, since = rows[0].warehouse_id, min(row.happened_at for row in rows) - SKEW
    others = ShadowDocument.objects.filter(warehouse=warehouse, flow=rows[0].flow, keyed_at__gte=since)
    others = others.exclude(pk__in=[row.pk for row in rows])
    taken = {source for keyed in others.values_list("keyed", flat=True) for source in keyed.get("claims", ())}
    found = StockDifference.objects.filter(
        warehouse=warehouse, kind=StockDifference.Kind.IN_ODOO, happened_at__gte=since
    )
    return [row for row in found.order_by("happened_at", "pk") if row.source not in taken]


def _wanted(row: ShadowDocument) -> list[Line]:
    return [line for told in row.wanted.values() for line in told["lines"]]


def _snapshot(document: Document) -> Agreed | None:
    """None: it is being read again."""
    agreed = document.parent or document
    model = MODELS.get(agreed.kind, "")
    record = CapturedRecord.objects.filter(connection=agreed.connection_id, model=model, record_id=agreed.erp_id)
    found = record.exclude(content_hash="").first()
    return SNAPSHOTS[model].model_validate(found.snapshot) if found is not None else None


def _chain(document: Document, seen: Agreed) -> list[Picking]:
    """The transfer and its backorders, but for those that are documents of their own."""
    ids = [picking.id for picking in seen.pickings]
    known = Document.objects.filter(connection=document.connection_id, kind=document.kind, erp_id__in=ids)
    foreign = set(known.values_list("erp_id", flat=True)) - {document.erp_id}
    mine: list[Picking] = []
    for picking in sorted(seen.pickings, key=lambda each: each.id):
        follows = picking.backorder_of in {each.id for each in mine}
        if picking.id not in foreign and (picking.id == document.erp_id or follows):
            mine.append(picking)
    return mine


def _returns(seen: Agreed, row: ShadowDocument) -> list[Picking]:
    """What came back of an order, but for what was announced: the warehouse told that by itself."""
    since = row.happened_at - EARLY
    announced = Document.objects.filter(parent=row.document, kind=Document.Kind.RETURN, shadows__flow=row.flow)
    apart = {picking.id for document in announced.distinct() for picking in _chain(document, seen)}
    back = [picking for picking in seen.pickings if picking.return_of is not None and picking.id not in apart]
    return [picking for picking in back if picking.done_at is None or picking.done_at >= since]


def _lines(move: Move) -> Iterator[Line]:
    sku = move.sku or move.product
    lots: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in move.lines:
        lots[line.lot or ""] += line.done
    if move.tracking == "none" or not lots:
        lots = defaultdict(Decimal, {"": move.done})
    yield from ([sku, lot, str(quantity)] for lot, quantity in lots.items())


def _shipment(message: InboundMessage) -> ShipmentConfirmed | None:
    """None: it is no document of the contract any more, or names another release."""
    try:
        data = bodies.parsed(message, bodies.in_force(message)).event.data
    except InvalidDocument:
        return None
    return data if isinstance(data, ShipmentConfirmed) else None


def _asked_for(line: str | None, substitute: bool, sku: str, lines: dict[str, DocumentLine]) -> str:
    """What went in a line's place counts for the line."""
    return lines[line].partner_sku if substitute and line in lines else sku


def _all_there(told: Iterable[ShipmentConfirmed]) -> bool:
    shipments = {each.shipment: each for each in told}
    last = next((each for each in shipments.values() if each.final), None)
    return last is not None and len(shipments) >= (last.shipment_count or 1)
