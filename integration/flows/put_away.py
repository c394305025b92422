"""Put-away: where received goods lie is kept, and moved in Odoo where its bins are known.

Never holds up a receipt: it runs in a stream of its own, and waits for the receipt that it overtook.
Operational impact: people look for goods in the wrong bin; minutes count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.db.models import Q

from integration.adapters.base import ErpGateway
from integration.canonical.erp import PutAwayMove
from integration.canonical.events import PutAwayEvent
from integration.canonical.receipts import PutAway, PutAwayLine
from integration.errors import (
    Causes,
    ConfigurationError,
    InvalidDocument,
    Locked,
    MappingMissing,
    Permanent,
    Rejected,
)
from integration.flows import intents, shadow, sites
from integration.flows.events import event_of
from integration.flows.intents import Goods
from integration.jobs import configuration, effects, mappings, recount, rollout, rows, sources
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import (
    Document,
    DocumentLine,
    Effect,
    ExternalReference,
    InboundMessage,
    Mode,
    RolloutFlow,
    ShadowDocument,
    StockEvent,
    Warehouse,
)
from integration.rules.codes import CodeBook, CodeKind
from integration.rules.units import Inexact, to_odoo

VERB = "put away"
PATIENT_TRIES, PAUSE = 3, 20.0
GOOD = "good"
RECEIPTS = ("receipt.confirmed", "return.received")
FLOWS = (RolloutFlow.RECEIPT, RolloutFlow.RETURN, RolloutFlow.TRANSFER)

_WAREHOUSE = "wms_id = %s AND site = %s AND owner_code = %s"
_BOOKED = "partner_id = %s AND document_type IN ('receipt', 'return') AND reference = %s"
_PRODUCT = f"""
sku = %s AND document_id IN (
  SELECT document.id FROM {Document._meta.db_table} AS document
  JOIN {Warehouse._meta.db_table} AS warehouse ON warehouse.id = document.warehouse_id
  WHERE warehouse.erp_id = %s AND warehouse.company_id = %s)
ORDER BY id DESC LIMIT 1"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Moved:
    """A line in Odoo's words."""

    line: PutAwayLine
    sku: str
    unit: str
    quantity: Decimal
    from_id: int | None
    to_id: int | None

    @property
    def moves_in_odoo(self) -> bool:
        return self.from_id != self.to_id


def handle(work: Work) -> Outcome:
    [message] = rows.find(InboundMessage, "id = %s", [work.job.payload["message"]])
    message.connection = work.connection = configuration.connection(message.connection_id)
    event = event_of(message)
    assert isinstance(event, PutAwayEvent)  # noqa: S101  (the inbox routes by type)
    told = event.data
    warehouse = warehouse_of(message, told)
    if rollout.enter(work, warehouse, FLOWS, says="put-away", partner=message.connection.name) == Mode.SHADOW:
        return Outcome(shadow.NOTE)
    if told.receipt is not None and not rows.exists(ExternalReference, _BOOKED, [message.connection_id, told.receipt]):
        if _stays(message, told.receipt, warehouse):
            return Outcome(shadow.STAYS)
        _wait_for_receipt(work, message, told)
    moved = understand(message, told, warehouse)
    source = sources.of(warehouse.wms, told)
    if _is_kept(message, told, source, moved):
        return Outcome(f"{told.put_away} is known")
    products, effect = _products(warehouse, moved), None
    in_odoo = [each for each in moved if each.moves_in_odoo]
    if in_odoo or set(products) != {each.sku for each in moved}:
        work.connection = warehouse.erp
        with open_erp(warehouse.erp, work) as erp:
            products |= _asked(erp, warehouse, moved, products)
            effect = _put_away(work, erp, warehouse, told, in_odoo, products) if in_odoo else None
    name = effect.result["picking"] if effect else "kept"
    return Outcome(f"{told.put_away}: {name}", partial(_commit, warehouse, told, source, moved, products, effect))


def warehouse_of(message: InboundMessage, told: PutAway) -> Warehouse:
    found = rows.first(Warehouse, _WAREHOUSE, [message.connection_id, told.site, told.owner])
    if found is None:
        partner = message.connection.name
        raise ConfigurationError("CD-2011", connection=partner, flow="put-away", warehouse=told.site)
    return configuration.warehouse(found.pk)


def _stays(message: InboundMessage, receipt: str, warehouse: Warehouse) -> bool:
    """People book its receipt, because it came in shadow."""
    told = InboundMessage.objects.filter(connection=message.connection_id, reference=receipt, type__in=RECEIPTS)
    kept = ShadowDocument.objects.filter(document__in=told.values("document"), warehouse=warehouse, flow__in=FLOWS)
    return kept.exclude(Q(decision=ShadowDocument.Decision.TAKEN) | Q(key__startswith="release/")).exists()


def _wait_for_receipt(work: Work, message: InboundMessage, told: PutAway) -> None:
    """Of goods that are not in the books nothing can be moved there. Raises Locked CD-1004, Rejected CD-7017."""
    name = message.connection.name
    if work.job.tries <= PATIENT_TRIES:
        raise Locked("CD-1004", connection=name, document=f"receipt {told.receipt}", retry_after=PAUSE)
    raise Rejected("CD-7017", connection=name, partner=name, put_away=told.put_away, receipt=told.receipt)


def _is_kept(message: InboundMessage, told: PutAway, source: str, moved: Sequence[Moved]) -> bool:
    """Raises InvalidDocument CD-7022 for a number that was used for another movement."""
    kept = rows.find(StockEvent, "source = %s", [source])
    before = {(row.line, row.sku, row.lot, row.location, row.quantity) for row in kept}
    now = {
        (f"{number}{way}", each.sku, each.line.lot or "", place or "", quantity)
        for number, each in enumerate(moved)
        for way, place, quantity in _ways(each)
    }
    if before and before != now:
        name = message.connection.name
        raise InvalidDocument("CD-7022", connection=name, partner=name, put_away=told.put_away)
    return bool(before)


def _ways(each: Moved) -> tuple[tuple[str, str | None, Decimal], tuple[str, str | None, Decimal]]:
    """Out of one place and into the other one."""
    return ("-", each.line.from_location, -each.quantity), ("+", each.line.to_location, each.quantity)


def understand(message: InboundMessage, told: PutAway, warehouse: Warehouse) -> list[Moved]:
    book = mappings.load(message.connection, {code for line in told.lines for code in (line.sku, line.unit)})
    places = {place: pk for (condition, place), pk in sites.places_of(warehouse).items() if condition == GOOD}
    against: list[Permanent] = []
    moved: list[Moved] = []
    for line in told.lines:
        try:
            moved.append(_in_odoo_s_words(line, book, places))
        except Permanent as wrong:
            against.append(wrong)
    if against:
        raise Causes(against)
    return moved


def _in_odoo_s_words(line: PutAwayLine, book: CodeBook, places: dict[str, int]) -> Moved:
    product = book.to_odoo(CodeKind.PRODUCT, line.sku)
    if product is None:
        raise MappingMissing("CD-3002", scope=book.scope, partner=book.partner, code=line.sku)
    unit = book.unit_of(line.unit, product.odoo)
    if unit is None:
        raise MappingMissing("CD-3004", scope=book.scope, partner=book.partner, code=line.unit)
    try:
        quantity = to_odoo(line.quantity, unit.factor)
    except Inexact:
        about = {"connection": book.partner, "receipt": line.to_location, "sku": product.odoo}
        raise InvalidDocument("CD-7016", **about, quantity=line.quantity, unit=line.unit) from None  # type: ignore[arg-type]
    from_id, to_id = places.get(line.from_location or ""), places.get(line.to_location)
    return Moved(line, product.odoo, unit.odoo, quantity, from_id, to_id)


def _products(warehouse: Warehouse, moved: Sequence[Moved]) -> dict[str, int]:
    """Odoo's ids of products that we have met before. Two companies may each have one of the code."""
    here = [warehouse.erp_id, warehouse.company_id]
    found = {sku: rows.first(DocumentLine, _PRODUCT, [sku, *here]) for sku in {each.sku for each in moved}}
    return {sku: line.product_id for sku, line in found.items() if line is not None}


def _asked(erp: ErpGateway, warehouse: Warehouse, moved: Sequence[Moved], known: dict[str, int]) -> dict[str, int]:
    unknown = sorted({each.sku for each in moved} - set(known))
    found = dict(erp.products(unknown, warehouse.company_id)) if unknown else {}
    missing = [sku for sku in unknown if sku not in found]
    if missing:
        detail = f"no single product has the code {missing[0]}"
        about = {"connection": warehouse.erp.name, "receipt": "put-away", "picking": "an internal transfer"}
        raise Rejected("CD-7009", **about, detail=detail)  # type: ignore[arg-type]
    return found


def _put_away(
    work: Work,
    erp: ErpGateway,
    warehouse: Warehouse,
    told: PutAway,
    moved: Sequence[Moved],
    products: dict[str, int],
) -> Effect:
    parts = [
        PutAwayMove(
            product_id=products[each.sku],
            unit=each.unit,
            quantity=each.quantity,
            lot=each.line.lot,
            from_id=each.from_id,
            to_id=each.to_id,
        )
        for each in moved
    ]
    source = sources.of(warehouse.wms, told)
    mark = f"Crossdock {source}"
    write = effects.Write(
        key=source,
        verb=VERB,
        intent={"mark": mark, **intents.moving(warehouse, told.at, _goods(moved, products))},
        send=lambda: {"picking": erp.put_away(warehouse.erp_warehouse_id, mark, parts)},
        probe=lambda: {"picking": name} if (name := erp.moved(mark)) else None,
        calls=4,
    )
    return effects.once(work, warehouse.erp, write)


def _goods(moved: Sequence[Moved], products: dict[str, int]) -> Iterator[Goods]:
    for each in moved:
        of = (products[each.sku], each.sku)
        yield Goods(*of, -each.quantity, each.line.lot or "", location=each.line.from_location or "")
        yield Goods(*of, each.quantity, each.line.lot or "", location=each.line.to_location)


def _commit(
    warehouse: Warehouse,
    told: PutAway,
    source: str,
    moved: Sequence[Moved],
    products: dict[str, int],
    effect: Effect | None,
) -> None:
    events = [
        StockEvent(
            warehouse=warehouse,
            kind=StockEvent.Kind.MOVED,
            location=place or "",
            product_id=products[each.sku],
            sku=each.sku,
            lot=each.line.lot or "",
            quantity=quantity,
            source=source,
            line=f"{number}{way}",
            happened_at=told.at,
            effect=effect,
        )
        for number, each in enumerate(moved)
        for way, place, quantity in _ways(each)
    ]
    if rows.add(events, "DO NOTHING"):
        recount.after(events)
