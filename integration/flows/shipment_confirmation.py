"""Shipment confirmation: what left the warehouse is posted to Odoo, once in effect and exactly as shipped.

Operational impact: the customer's invoice and the stock depend on it. Seconds count, and so does every unit.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from integration.adapters.base import ErpGateway
from integration.canonical.erp import Picking
from integration.canonical.events import ShipmentConfirmedEvent
from integration.canonical.shipments import ShipmentConfirmed
from integration.errors import ConfigurationError, InvalidDocument
from integration.flows import bookings, releases, sites
from integration.flows.bookings import Case
from integration.flows.events import event_of
from integration.jobs import configuration, effects, locks, mappings, rows, sql
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import (
    Document,
    Effect,
    InboundMessage,
    StockEvent,
    Warehouse,
)
from integration.rules import shipping as rules

VERB = "ship"
CALL_SECONDS = 4  # a posting may take so many times the connection's read timeout

# Other shipments of the delivery that are booked.
_OTHERS = f"""
SELECT count(DISTINCT source) FROM {StockEvent._meta.db_table} WHERE document_id = %s AND source <> %s"""  # noqa: S608


def handle(work: Work) -> Outcome:
    [message] = rows.find(InboundMessage, "id = %s", [work.job.payload["message"]])
    message.connection = work.connection = configuration.connection(message.connection_id)
    case = _understand(message)
    effect = effects.of(case.warehouse.erp, case.source)
    _same_as_before(case, effect)
    if effect is None or effect.state != Effect.State.LANDED:
        work.connection = case.warehouse.erp
        with locks.held(work, _stock(case)), open_erp(case.warehouse.erp, work) as erp:
            effect = _post(work, case, erp, effect)
    return Outcome(f"{case.shipment.shipment} on {effect.result['picking']}", partial(bookings.commit, case, effect))


def _understand(message: InboundMessage) -> Case:
    event = event_of(message)
    assert isinstance(event, ShipmentConfirmedEvent)  # noqa: S101  (the inbox routes by type)
    shipment, partner = event.data, message.connection
    delivery = _delivery(message, shipment)
    assert delivery.warehouse_id is not None  # noqa: S101  (deliveries are made with one)
    delivery.warehouse = warehouse = configuration.warehouse(delivery.warehouse_id)
    transfer = delivery.parent is not None and delivery.parent.kind == Document.Kind.TRANSFER
    if (warehouse.transfer_mode if transfer else warehouse.shipment_mode) != Warehouse.Mode.LIVE:
        raise ConfigurationError("CD-2011", connection=partner.name, flow="shipment confirmation", warehouse=warehouse)
    facts = rules.Facts(
        connection=partner.name,
        release=delivery.reference,
        lines=sites.released_lines(delivery),
        book=mappings.load(partner, _codes(shipment)),
        rules=sites.rules_of(warehouse),
        mark=f"{partner.slug}/{shipment.shipment}",
        is_last=_is_last(delivery, shipment, bookings.source_of(message, shipment)),
        cancel_rest=warehouse.remainder == Warehouse.Remainder.CANCEL,
        notify_customer=warehouse.notify_customer,
    )
    return Case(message, shipment, delivery, warehouse, facts, rules.translate(shipment, facts))


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
        return effects.found(work, connection, case.source, VERB, _intent(case), _result(case, found, pickings))
    if before is not None:
        effects.wait_until_settled(connection, case.source, VERB)
    plan = rules.plan(case.shipment, case.shares, _of_this_release(case, pickings), case.facts)
    write = effects.Write(
        key=case.source,
        verb=VERB,
        intent=_intent(case),
        send=partial(_ship, case, erp, plan, pickings),
        seconds=CALL_SECONDS * connection.read_timeout,
    )
    return effects.make(work, connection, write)


def _pickings(case: Case, erp: ErpGateway) -> Sequence[Picking]:
    """The delivery with its backorders, and what was made for this shipment where Odoo had cancelled them."""
    pickings = erp.delivery(case.delivery.erp_id)
    if not rules.is_cancelled(pickings):
        return pickings
    cancelled = [picking for picking in pickings if picking.state == "cancel"]
    return [*pickings, *erp.revived(cancelled[-1], case.facts.mark)]


def _of_this_release(case: Case, pickings: Sequence[Picking]) -> list[Picking]:
    """A backorder that was released anew is another delivery, with its own backorders."""
    others = [picking.id for picking in pickings if picking.id != case.delivery.erp_id]
    if not others:
        return list(pickings)
    known = Document.objects.filter(connection=case.warehouse.erp, kind=Document.Kind.DELIVERY, erp_id__in=others)
    foreign = set(known.values_list("erp_id", flat=True))
    own: list[Picking] = []
    for picking in pickings:
        if picking.id in foreign or picking.backorder_of in foreign:
            foreign.add(picking.id)
        else:
            own.append(picking)
    return own


def _ship(case: Case, erp: ErpGateway, plan: rules.Plan, pickings: Sequence[Picking]) -> dict[str, Any]:
    withdrawn = _withdrawn(case, plan.picking) if plan.revive else {}
    if plan.revive:
        revived = erp.revive(plan.picking, plan.revive, case.facts.mark)
        plan = rules.plan(case.shipment, case.shares, [revived], case.facts)
    posted = erp.ship(plan.picking, plan.posting)
    asked = _asked(case, plan.picking) | _asked(case, posted.picking) | withdrawn
    result = {"picking": posted.picking.name, "picking_id": posted.picking.id, "backorders": list(posted.backorders)}
    return {**result, "asked": asked, **_anew(case, posted.picking, pickings)}


def _result(case: Case, found: Picking, pickings: Sequence[Picking]) -> dict[str, Any]:
    later = [picking.id for picking in pickings if picking.backorder_of == found.id]
    asked = _asked(case, found) | _withdrawn(case, found)
    result = {"picking": found.name, "picking_id": found.id, "backorders": later}
    return {**result, "asked": asked, **_anew(case, found, pickings)}


def _anew(case: Case, posted: Picking, pickings: Sequence[Picking]) -> dict[str, Any]:
    """What else is to be kept where Odoo had cancelled the delivery: what it asks for says the cancelled one."""
    if posted.made_for is None:
        return {}
    cancelled = [picking for picking in pickings if picking.state == "cancel"]
    return {"anew": True, "asked": _withdrawn(case, cancelled[-1])}


def _withdrawn(case: Case, picking: Picking) -> dict[str, str]:
    return {line: format(left, "f") for line, left in rules.withdrawn(picking, case.shares).items()}


def _asked(case: Case, picking: Picking) -> dict[str, str]:
    return {line: format(demand, "f") for line, demand in rules.asked(picking, case.facts).items()}


def _intent(case: Case) -> dict[str, Any]:
    return {"digest": case.digest, "mark": case.facts.mark, "lines": _lines(case)}


def _lines(case: Case) -> list[list[str]]:
    return [
        [share.line.sku, format(share.quantity, "f"), share.lot or "", share.package or ""] for share in case.shares
    ]


def _summary(lines: list[list[str]]) -> str:
    return ", ".join(f"{quantity} {sku}" for sku, quantity, *_ in lines)
