"""Shipment confirmation: what left the warehouse is posted to Odoo, once in effect and exactly as shipped.

Operational impact: the customer's invoice and the stock depend on it. Seconds count, and so does every unit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from integration.adapters.base import ErpGateway
from integration.canonical.erp import Picking
from integration.canonical.events import ShipmentConfirmedEvent
from integration.canonical.shipments import ShipmentConfirmed
from integration.errors import InvalidDocument
from integration.flows import (
    backorders,
    bookings,
    freight,
    intents,
    raised,
    releases,
    shadow,
    sites,
    substitution,
    typed,
)
from integration.flows.bookings import Case
from integration.flows.events import event_of
from integration.flows.intents import Goods
from integration.jobs import configuration, effects, locks, mappings, recount, rollout, rows, sources, sql
from integration.jobs.remote import open_erp
from integration.jobs.rollout import Wanted
from integration.jobs.work import Outcome, Work
from integration.models import (
    Document,
    Effect,
    InboundMessage,
    Mode,
    RolloutFlow,
    StockEvent,
    Warehouse,
)
from integration.rules import shipping as rules
from integration.rules import substitutes
from integration.rules.business.outcomes import Allowed

VERB = "ship"

# Other shipments of the delivery that are booked.
_OTHERS = f"""
SELECT count(DISTINCT source) FROM {StockEvent._meta.db_table} WHERE document_id = %s AND source <> %s"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Booked:
    """The shipment as Odoo's order has it: what went in a line's place is a line of its own there."""

    shares: Sequence[rules.ShippedQuantity]
    facts: rules.Facts
    pickings: Sequence[Picking]


def handle(work: Work) -> Outcome:
    [message] = rows.find(InboundMessage, "id = %s", [work.job.payload["message"]])
    message.connection = work.connection = configuration.connection(message.connection_id)
    try:
        case = _understand(work, message)
    except rules.Refused:
        return Outcome("refused by a person: nothing of it is posted", partial(recount.gone, [work.job.pk]))
    if same := typed.twin(case):
        note = f"{case.shipment.shipment} is the same goods as on {same.effect.result['picking']}"
        return Outcome(note, partial(typed.matched, case, same))
    if work.mode == Mode.SHADOW:
        return shadow.only(
            work, partial(_wanted, case), partial(_book, work, case), keyed=partial(_is_keyed, work, case)
        )
    if rollout.stays(case.warehouse, [_flow(case.delivery)], _key(case), case.source):
        return Outcome(shadow.STAYS)
    return _book(work, case)


def _book(work: Work, case: Case) -> Outcome:
    effect = effects.of(case.warehouse.erp, case.source)
    _same_as_before(case, effect)
    if effect is None or effect.state != Effect.State.LANDED:
        work.connection = case.warehouse.erp
        with locks.held(work, _stock(case)), open_erp(case.warehouse.erp, work) as erp:
            effect = _post(work, case, erp, effect)
    return Outcome(f"{case.shipment.shipment} on {effect.result['picking']}", partial(_commit, case, effect))


def _wanted(case: Case) -> Wanted:
    """People key a delivery, in however many shipments it left."""
    told = case.shipment
    packages = [package.tracking_number for package in told.packages if package.tracking_number]
    return Wanted(
        warehouse=case.warehouse,
        flow=_flow(case.delivery),
        key=_key(case),
        reference=case.delivery.reference,
        source=case.source,
        lines=[[share.sku, share.lot or "", format(share.quantity, "f")] for share in case.shares],
        happened_at=told.shipped_at,
        document=case.delivery,
        message=case.message,
        tracking=sorted({*told.tracking_numbers, *packages}),
    )


def _key(case: Case) -> str:
    return f"delivery/{case.delivery.pk}"


def _is_keyed(work: Work, case: Case) -> bool:
    work.connection = case.warehouse.erp
    with open_erp(case.warehouse.erp, work) as erp:
        return rules.is_closed(erp.delivery(case.delivery.erp_id))


def _flow(delivery: Document) -> RolloutFlow:
    return rollout.flow_of(delivery, RolloutFlow.SHIPMENT)


def _commit(case: Case, effect: Effect) -> None:
    bookings.commit(case, effect)
    if typed.is_typed(case):
        typed.booked(case)


def _understand(work: Work, message: InboundMessage) -> Case:
    shipment, delivery, facts = look(message)
    warehouse = delivery.warehouse
    assert warehouse is not None  # noqa: S101  (``look`` puts it there)
    rollout.enter(work, warehouse, [_flow(delivery)], says="shipment confirmation", partner=message.connection.name)
    return Case(message, shipment, delivery, warehouse, facts, rules.translate(shipment, facts))


def look(message: InboundMessage) -> tuple[ShipmentConfirmed, Document, rules.Facts]:
    """What it says, of which delivery, and what it is judged by. Raises what stands against it."""
    event = event_of(message)
    assert isinstance(event, ShipmentConfirmedEvent)  # noqa: S101  (the inbox routes by type)
    shipment, partner = event.data, message.connection
    delivery = _delivery(message, shipment)
    assert delivery.warehouse_id is not None  # noqa: S101  (deliveries are made with one)
    delivery.warehouse = warehouse = configuration.warehouse(delivery.warehouse_id)
    known = sites.rules_of(warehouse)
    facts = rules.Facts(
        connection=partner.name,
        release=delivery.reference,
        lines=sites.released_lines(delivery),
        book=mappings.load(partner, _codes(shipment)),
        rules=known,
        mark=f"{partner.slug}/{shipment.shipment}",
        is_over=delivery.state == Document.State.SHIPPED,
        is_last=_is_last(delivery, shipment, sources.of(partner, shipment)),
        cancel_rest=(delivery.remainder or warehouse.remainder) == Warehouse.Remainder.CANCEL,
        notify_customer=warehouse.notify_customer,
        keep_freight=warehouse.freight_policy == Warehouse.Freight.TRANSFER,
        customer=sites.customer_of(delivery) if known.by_customer else None,
        source=sources.of(partner, shipment),
        decided=substitution.decided(message, shipment),
        substitutes=Allowed(delivery.substitutes) if delivery.substitutes else None,
    )
    return shipment, delivery, facts


def _delivery(message: InboundMessage, shipment: ShipmentConfirmed) -> Document:
    found = releases.known_at(message.connection, shipment.release)
    if found is None:
        name = message.connection.name
        number, release = shipment.shipment, shipment.release
        raise InvalidDocument("CD-5001", connection=name, partner=name, shipment=number, release=release)
    found.parent = rows.first(Document, "id = %s", [found.parent_id])
    return found


def _is_last(delivery: Document, shipment: ShipmentConfirmed, source: str) -> bool:
    """A final one may have overtaken others; one that it overtook is the last one then. The first count stands."""
    count = delivery.shipment_count or bookings.announced(shipment)
    if count is None:
        return shipment.final
    return count == 1 or int(sql.rows(_OTHERS, [delivery.pk, source])[0][0]) + 1 >= count


def _codes(shipment: ShipmentConfirmed) -> set[str]:
    codes = {code for line in shipment.lines for code in (line.sku, line.unit)}
    return codes | ({shipment.carrier} if shipment.carrier else set())


def _same_as_before(case: Case, effect: Effect | None) -> None:
    """One shipment number, two contents: a person decides which one is true."""
    before = effect.intent.get("digest") if effect is not None else None
    if effect is None or effect.state == Effect.State.REFUSED or before in (None, case.digest):
        return
    if sorted(effect.intent["lines"]) == sorted(_lines(case)):  # the same, written otherwise
        return
    difference = f"posted on {effect.result.get('picking', 'an unknown picking')} as {_summary(effect.intent['lines'])}"
    now = _summary(_lines(case))
    raise InvalidDocument(
        "CD-5012",
        connection=case.facts.connection,
        partner=case.facts.connection,
        shipment=case.shipment.shipment,
        release=case.facts.release,
        difference=f"{difference}, now {now}",
    )


def _stock(case: Case) -> list[str]:
    """The stock that the posting takes from: one posting at a time writes it."""
    return sorted({f"stock/{case.warehouse.pk}/{share.line.product_id}" for share in case.shares})


def _post(work: Work, case: Case, erp: ErpGateway, before: Effect | None) -> Effect:
    """Restarts from the pickings as they are now. Already marked as ours: found, and nothing is sent."""
    pickings = _pickings(case, erp)
    connection = case.warehouse.erp
    found = rules.shipped_before(case.facts.mark, pickings)
    if found is not None:
        result = _result(case, found, pickings) | substitution.found(work, case, erp)
        more = raised.since(erp, case.shares, case.warehouse.company_id)
        result["asked"] |= {line: format(quantity, "f") for line, quantity in more.items()}
        return effects.found(work, connection, case.source, VERB, _intent(case), result)
    if before is not None:
        effects.wait_until_settled(connection, case.source, VERB)
    booked = _as_booked(work, case, erp, backorders.own(case.delivery, pickings))
    plan = rules.plan(case.shipment, booked.shares, booked.pickings, booked.facts)
    write = effects.Write(
        key=case.source,
        verb=VERB,
        intent=_intent(case),
        send=partial(_ship, case, erp, plan, booked, again=before is not None),
        at=plan.picking.name,
    )
    return effects.make(work, connection, write)


def _pickings(case: Case, erp: ErpGateway) -> Sequence[Picking]:
    """The delivery with its backorders, and what was made for this shipment where Odoo had cancelled them."""
    pickings = erp.delivery(case.delivery.erp_id)
    if not rules.is_closed(pickings) or rules.shipped_before(case.facts.mark, pickings):
        return pickings
    cancelled = [picking for picking in pickings if picking.state == "cancel"]
    return [*pickings, *erp.revived((cancelled or list(pickings))[-1], case.facts.mark)]


def _as_booked(work: Work, case: Case, erp: ErpGateway, pickings: Sequence[Picking]) -> _Booked:
    """What went in a line's place is put on the order first; the delivery then asks for it."""
    if not substitution.any_in(case):
        return _Booked(case.shares, case.facts, pickings)
    swapped = substitution.make(work, case, erp, pickings)
    shares, facts = substitutes.booked_as(case.shares, swapped, case.facts)
    return _Booked(shares, facts, backorders.own(case.delivery, erp.delivery(case.delivery.erp_id)))


def _ship(case: Case, erp: ErpGateway, plan: rules.Plan, booked: _Booked, *, again: bool) -> dict[str, Any]:
    """``again``: an earlier try may have made the new moves already, and not have lived to say so."""
    withdrawn = _withdrawn(case, plan.picking) if plan.revive or again else {}
    if plan.revive:
        revived = erp.revive(plan.picking, plan.revive, case.facts.mark)
        plan = rules.plan(case.shipment, booked.shares, [revived], booked.facts)
    posted = erp.ship(plan.picking, plan.posting)
    asked = _asked(case, plan.picking) | _asked(case, posted.picking) | withdrawn
    asked |= substitution.asked(case, plan.picking)
    result = {"picking": posted.picking.name, "picking_id": posted.picking.id, "backorders": list(posted.backorders)}
    result |= {**freight.said(case.shipment, posted.picking), **substitution.known(case)}
    return {**result, "asked": asked, **_anew(case, posted.picking, booked.pickings)}


def _result(case: Case, found: Picking, pickings: Sequence[Picking]) -> dict[str, Any]:
    later = [picking.id for picking in pickings if picking.backorder_of == found.id]
    asked = _asked(case, found) | _withdrawn(case, found)
    result = {"picking": found.name, "picking_id": found.id, "backorders": later}
    result |= freight.said(case.shipment, found)
    return {**result, "asked": asked, **_anew(case, found, pickings)}


def _anew(case: Case, posted: Picking, pickings: Sequence[Picking]) -> dict[str, Any]:
    """What else is to be kept where Odoo had cancelled the delivery: what it asks for says the cancelled one."""
    if posted.made_for is None:
        return {}
    cancelled = [picking for picking in pickings if picking.state == "cancel"]
    return {"anew": True, "asked": _withdrawn(case, cancelled[-1])} if cancelled else {"asked": {}}


def _withdrawn(case: Case, picking: Picking) -> dict[str, str]:
    return {line: format(left, "f") for line, left in rules.withdrawn(picking, case.shares).items()}


def _asked(case: Case, picking: Picking) -> dict[str, str]:
    return {line: format(demand, "f") for line, demand in rules.asked(picking, case.facts).items()}


def _intent(case: Case) -> dict[str, Any]:
    """A substitute's product is on no line of the release by which its message would be found."""
    known = {"digest": case.digest, "mark": case.facts.mark, "lines": _lines(case)}
    if not substitution.any_in(case):
        return known
    return known | intents.moving(case.warehouse, case.shipment.shipped_at, _goods(case))


def _goods(case: Case) -> Iterator[Goods]:
    for share in case.shares:
        product = 0 if share.substitute else share.line.product_id
        yield Goods(product, share.sku, -share.quantity, share.lot or "")


def _lines(case: Case) -> list[list[str]]:
    return [[share.sku, format(share.quantity, "f"), share.lot or "", share.package or ""] for share in case.shares]


def _summary(lines: list[list[str]]) -> str:
    return ", ".join(f"{quantity} {sku}" for sku, quantity, *_ in lines)
