"""Shipment confirmation: what left the warehouse is posted to Odoo, once in effect and exactly as shipped.

Operational impact: the customer's invoice and the stock depend on it. Seconds count, and so does every unit.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import F

from integration.adapters.base import ErpGateway
from integration.canonical.erp import Picking
from integration.canonical.events import ShipmentConfirmedEvent
from integration.canonical.shipments import ShipmentConfirmed
from integration.errors import ConfigurationError, InvalidDocument
from integration.flows import answers, releases, sites
from integration.flows.events import event_of
from integration.jobs import capture, configuration, effects, locks, mappings, outbox, rows, shipments, sql
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import (
    Document,
    DocumentLine,
    Effect,
    ExceptionCase,
    ExternalReference,
    InboundMessage,
    OutboundMessage,
    StockEvent,
    SyncJob,
    Warehouse,
)
from integration.rules import shipping as rules

VERB = "ship"
CALL_SECONDS = 4  # a posting may take so many times the connection's read timeout
Told = OutboundMessage.State

_COUNT = f"""
UPDATE {DocumentLine._meta.db_table} AS line SET ordered = COALESCE(asked, line.ordered),
  shipped = line.shipped + share.quantity,
  over = GREATEST(0, line.shipped + share.quantity - COALESCE(asked, line.ordered))
FROM (SELECT %s::bigint AS document) AS here,
  unnest(%s::text[], %s::numeric[], %s::numeric[]) AS share(line, quantity, asked)
WHERE line.document_id = here.document AND line.line = share.line"""  # noqa: S608  (a table name of our own)


# Shipments of the delivery that are booked, or that a person has ended.
_OTHERS = f"""
SELECT count(DISTINCT message.reference) FROM {InboundMessage._meta.db_table} AS message
JOIN {SyncJob._meta.db_table} AS job ON job.inbound_id = message.id
WHERE message.document_id = %s AND message.type = 'shipment.confirmed' AND message.reference <> %s
  AND job.state IN ('succeeded', 'cancelled')"""  # noqa: S608

_END = f"""
UPDATE {Document._meta.db_table} SET shipment_count = COALESCE(%(count)s, shipment_count),
  state = CASE WHEN %(ends)s THEN 'shipped' ELSE 'part_shipped' END,
  shipments_due_at = CASE WHEN NOT %(ends)s AND COALESCE(%(count)s, shipment_count) IS NOT NULL
    THEN now() + %(patience)s::float8 * interval '1 second' END
WHERE id = %(document)s"""  # noqa: S608

# Of what the warehouse was told something is not answered; and somebody was told that Odoo asks for something else.
_LOOSE_ENDS = f"""
SELECT EXISTS (
    SELECT FROM {OutboundMessage._meta.db_table}
    WHERE document_id = %(document)s AND type = 'order.release' AND state NOT IN ('accepted', 'superseded')),
  EXISTS (
    SELECT FROM {ExceptionCase._meta.db_table}
    WHERE document_id = %(document)s AND code = 'CD-4004' AND state IN ('open', 'waiting'))"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything about the shipment in hand."""

    message: InboundMessage
    shipment: ShipmentConfirmed
    delivery: Document
    warehouse: Warehouse
    facts: rules.Facts
    shares: tuple[rules.ShippedQuantity, ...]

    @property
    def source(self) -> str:
        """The partner's document, whatever message brought it: the key of everything that it causes."""
        return f"shipment/{self.message.connection.slug}/{self.delivery.reference}/{self.shipment.shipment}"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.shipment.model_dump_json().encode()).hexdigest()


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
    return Outcome(f"{case.shipment.shipment} on {effect.result['picking']}", partial(_commit, case, effect))


def _understand(message: InboundMessage) -> _Case:
    event = event_of(message)
    assert isinstance(event, ShipmentConfirmedEvent)  # noqa: S101  (the inbox routes by type)
    shipment, partner = event.data, message.connection
    delivery = _delivery(message, shipment)
    assert delivery.warehouse_id is not None  # noqa: S101  (deliveries are made with one)
    delivery.warehouse = warehouse = configuration.warehouse(delivery.warehouse_id)
    if warehouse.shipment_mode != Warehouse.Mode.LIVE:
        raise ConfigurationError("CD-2011", connection=partner.name, flow="shipment confirmation", warehouse=warehouse)
    facts = rules.Facts(
        connection=partner.name,
        release=delivery.reference,
        lines=sites.released_lines(delivery),
        book=mappings.load(partner, _codes(shipment)),
        rules=sites.rules_of(warehouse),
        mark=f"{partner.slug}/{shipment.shipment}",
        is_last=_is_last(delivery, shipment),
        cancel_rest=warehouse.remainder == Warehouse.Remainder.CANCEL,
        notify_customer=warehouse.notify_customer,
    )
    return _Case(message, shipment, delivery, warehouse, facts, rules.translate(shipment, facts))


def _delivery(message: InboundMessage, shipment: ShipmentConfirmed) -> Document:
    found = releases.known_at(message.connection, shipment.release)
    if found is None:
        name = message.connection.name
        number, release = shipment.shipment, shipment.release
        raise InvalidDocument("CD-5001", connection=name, partner=name, shipment=number, release=release)
    found.parent = rows.first(Document, "id = %s", [found.parent_id])
    return found


def _is_last(delivery: Document, shipment: ShipmentConfirmed) -> bool:
    """A final one may have overtaken others; one that it overtook is the last one then."""
    count = _count_of(shipment) or delivery.shipment_count
    if count is None:
        return shipment.final
    return int(sql.rows(_OTHERS, [delivery.pk, shipment.shipment])[0][0]) + 1 >= count


def _count_of(shipment: ShipmentConfirmed) -> int | None:
    return shipment.shipment_count if shipment.final else None


def _codes(shipment: ShipmentConfirmed) -> set[str]:
    codes = {code for line in shipment.lines for code in (line.sku, line.unit)}
    return codes | ({shipment.carrier} if shipment.carrier else set())


def _same_as_before(case: _Case, effect: Effect | None) -> None:
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


def _stock(case: _Case) -> list[str]:
    """The stock that the posting takes from: one posting at a time writes it."""
    return sorted({f"stock/{case.warehouse.pk}/{share.line.product_id}" for share in case.shares})


def _post(work: Work, case: _Case, erp: ErpGateway, before: Effect | None) -> Effect:
    """Restarts from the pickings as they are now. Already marked as ours: found, and nothing is sent."""
    pickings = erp.delivery(case.delivery.erp_id)
    connection = case.warehouse.erp
    found = rules.shipped_before(case.facts.mark, pickings)
    if found is not None:
        return effects.found(work, connection, case.source, VERB, _intent(case), _result(found, pickings))
    if before is not None:
        effects.wait_until_settled(connection, case.source, VERB)
    plan = rules.plan(case.shipment, case.shares, _of_this_release(case, pickings), case.facts)
    write = effects.Write(
        key=case.source,
        verb=VERB,
        intent={**_intent(case), "asked": {line: format(demand, "f") for line, demand in plan.asked.items()}},
        send=partial(_ship, erp, plan),
        seconds=CALL_SECONDS * connection.read_timeout,
    )
    return effects.make(work, connection, write)


def _of_this_release(case: _Case, pickings: Sequence[Picking]) -> list[Picking]:
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


def _ship(erp: ErpGateway, plan: rules.Plan) -> dict[str, Any]:
    posted = erp.ship(plan.picking, plan.posting)
    return {"picking": posted.picking.name, "picking_id": posted.picking.id, "backorders": list(posted.backorders)}


def _result(found: Picking, pickings: Sequence[Picking]) -> dict[str, Any]:
    later = [picking.id for picking in pickings if picking.backorder_of == found.id]
    return {"picking": found.name, "picking_id": found.id, "backorders": later}


def _intent(case: _Case) -> dict[str, Any]:
    return {"digest": case.digest, "mark": case.facts.mark, "lines": _lines(case)}


def _lines(case: _Case) -> list[list[str]]:
    return [
        [share.line.sku, format(share.quantity, "f"), share.lot or "", share.package or ""] for share in case.shares
    ]


def _summary(lines: list[list[str]]) -> str:
    return ", ".join(f"{quantity} {sku}" for sku, quantity, *_ in lines)


def _commit(case: _Case, effect: Effect) -> None:
    """What the shipment did, in our tables: once, however many messages and jobs brought it."""
    if case.message.document_id != case.delivery.pk:
        InboundMessage.objects.filter(pk=case.message.pk).update(document=case.delivery)
    [held] = rows.find(Document, "id = %s FOR NO KEY UPDATE", [case.delivery.pk])
    if not rows.exists(StockEvent, "source = %s", [case.source]):
        rows.add([_event(case, effect, number) for number in range(len(case.shares))])
        _count(case, {line: Decimal(demand) for line, demand in effect.intent.get("asked", {}).items()})
        _refer(case, effect)
    elif _count_of(case.shipment) in (None, held.shipment_count):
        return
    ends = case.facts.is_last or held.state == Document.State.SHIPPED or _all_left(case.delivery)
    _close(case, ends=ends, cancelled=case.facts.cancel_rest and not effect.result["backorders"])


def _all_left(delivery: Document) -> bool:
    """Of what the warehouse was asked for nothing is open: whatever Odoo still asks for was never told to it."""
    return not delivery.lines.filter(shipped__lt=F("released")).exists()


def _event(case: _Case, effect: Effect, number: int) -> StockEvent:
    share = case.shares[number]
    return StockEvent(
        warehouse=case.warehouse,
        document=case.delivery,
        product_id=share.line.product_id,
        sku=share.line.sku,
        lot=share.lot or "",
        package=share.package or "",
        quantity=-share.quantity,
        source=case.source,
        line=str(number),
        happened_at=case.shipment.shipped_at,
        effect=effect,
    )


def _count(case: _Case, asked: Mapping[str, Decimal]) -> None:
    """``asked``: by line, what Odoo asked for when it was posted."""
    quantities: defaultdict[str, Decimal] = defaultdict(Decimal, dict.fromkeys(asked, Decimal(0)))
    for share in case.shares:
        quantities[share.line.line] += share.quantity
    sql.run(_COUNT, [case.delivery.pk, list(quantities), list(quantities.values()), list(map(asked.get, quantities))])


def _refer(case: _Case, effect: Effect) -> None:
    """The picking and its backorders belong to the release; every number of the shipment leads to the picking."""
    picking_id, shipment = effect.result["picking_id"], case.shipment
    numbers = [*shipment.tracking_numbers, *(package.tracking_number for package in shipment.packages)]
    known = [
        *((each, "release", case.delivery.reference) for each in [picking_id, *effect.result["backorders"]]),
        (picking_id, "shipment", shipment.shipment),
        *((picking_id, "tracking", number[:64]) for number in dict.fromkeys(numbers) if number),
    ]
    erp, partner = case.warehouse.erp, case.message.connection
    references = [
        ExternalReference(
            erp=erp, model="stock.picking", record_id=pk, partner=partner, document_type=kind, reference=reference
        )
        for pk, kind, reference in known
    ]
    rows.add(references, "DO NOTHING")


def _close(case: _Case, *, ends: bool, cancelled: bool) -> None:
    """The last shipment ends the release, also for a part that it overtook unseen, and so does one after which
    nothing is open at the warehouse; what is left was ``cancelled`` with it, or is released anew.

    The snapshot was taken before the shipment: it still shows goods as open that have left.
    """
    partner = case.message.connection
    end = {"document": case.delivery.pk, "ends": ends, "count": _count_of(case.shipment)}
    sql.run(_END, {**end, "patience": partner.acknowledge_seconds})
    if ends and cancelled:
        short = case.delivery.lines.filter(shipped__lt=F("ordered"))
        short.update(cancelled=F("ordered") - F("shipped"))
    untold, differs = sql.rows(_LOOSE_ENDS, {"document": case.delivery.pk})[0]
    if untold:
        _told(case, ends=ends)
    if differs:
        releases.shipped(case.delivery)
    if not ends:
        return
    shipments.arrived(case.delivery, partner)
    if case.delivery.parent is not None:
        capture.read_again(case.warehouse.erp, case.delivery.parent.erp_id)


def _told(case: _Case, *, ends: bool) -> None:
    """What the warehouse was told about the delivery: it has accepted that, and is told nothing more after the end."""
    messages = list(OutboundMessage.objects.filter(document=case.delivery, type="order.release").order_by("-version"))
    if ends and any(message.state == Told.QUEUED for message in messages):
        outbox.supersede(case.message.connection, case.delivery)
    latest = next((message for message in messages if message.state not in (Told.QUEUED, Told.SUPERSEDED)), None)
    if latest is not None and latest.state != Told.ACCEPTED:
        latest.document = case.delivery
        answers.accepted(latest)
