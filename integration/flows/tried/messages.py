"""What warehouses said: read again by the codes and rules as they are, and as they would be.

Of shipments, receipts and put-aways all that it takes is kept here; of stock and of what came back Odoo is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from integration.canonical.base import Part
from integration.errors import InvalidDocument, OutcomeUnknown, Throttled, Transient
from integration.flows import put_away, receipt_confirmation, shipment_confirmation
from integration.flows.events import event_of
from integration.flows.tried import excess, returned, sent, stock_lines
from integration.flows.tried.bench import Bench, Looked, Phase, Subject, both, or_stopped
from integration.jobs import configuration
from integration.models import InboundMessage, SyncJob, Warehouse
from integration.rules import received, shipping
from integration.rules.codes import CodeKind
from integration.rules.otherwise import Course, Untold, turn
from integration.rules.units import plain

SHIPPED, RECEIVED, PUT_AWAY, RETURNED = "shipment.confirmed", "receipt.confirmed", "receipt.put_away", "return.received"
ADJUSTED, COUNTED = "inventory.adjusted", "inventory.counted"
MAPPED = frozenset({SHIPPED, RECEIVED, PUT_AWAY, RETURNED, ADJUSTED, COUNTED})  # whose codes are looked up
RULED: Mapping[str, str] = {  # kinds of business rules, and what they decide
    "over_percent": SHIPPED,
    "over_units": SHIPPED,
    "substitute": SHIPPED,
    "receive_over_percent": RECEIVED,
    "receive_over_units": RECEIVED,
}
PATIENCE = 10.0  # seconds: a longer pause of a system is told, a shorter one is waited for
NO_DOCUMENT = "The message is no document of the contract any more."
AWAY = "{code}: the system that has to be asked is away."
NOT_AS_THEN = "It went through then, and what it was judged by is not as it was: {code}."


def wanted(bench: Bench) -> bool:
    return bool(_types(bench))


def _types(bench: Bench) -> frozenset[str]:
    mapped = MAPPED if "mappings" in bench.sections else frozenset()
    return mapped | {RULED[kind] for kind in bench.kinds if kind in RULED and "rules" in bench.sections}


def rows(bench: Bench, after: int, most: int) -> Sequence[InboundMessage]:
    """Of the partners of the warehouses that it is tried for."""
    partners = Warehouse.objects.filter(pk__in=bench.warehouses).values("wms")
    since = InboundMessage.objects.filter(received_at__gte=bench.tried.since)
    if not after:  # numbers and times grow together: what is older is not walked through
        first = since.order_by("received_at", "pk").values_list("pk", flat=True).first()
        after = first - 1 if first else 0
    found = since.filter(pk__gt=after, type__in=_types(bench), connection__in=partners)
    return list(found.select_related("document").order_by("pk")[:most])


def look(bench: Bench, message: InboundMessage) -> Looked:
    """Raises Throttled."""
    message.connection = configuration.connection(message.connection_id)
    about = message.document
    subject = Subject(message.type, message.reference, message.received_at, None, message.document_id, message.pk)
    if about is not None:
        subject = replace(subject, warehouse=about.warehouse_id)
    try:
        document = event_of(message).data
    except InvalidDocument:
        return Looked(subject, why=NO_DOCUMENT)
    subject = replace(subject, warehouse=subject.warehouse or _site(message, document))
    if not _ours(bench, message, subject):
        return Looked(subject, ours=False)
    if "rules" not in bench.sections and not bench.codes & codes(document):
        return Looked(subject)  # neither side would look up one of the changed codes
    return _looked(bench, message, document, subject)


def _looked(bench: Bench, message: InboundMessage, document: Part, subject: Subject) -> Looked:
    try:
        before, after = _both(bench, message, document)
    except Untold as why:
        return Looked(subject, why=str(why))
    except Throttled as pause:
        if (pause.retry_after or 0.0) <= PATIENCE:
            raise
        return Looked(subject, why=AWAY.format(code=pause.code))
    except (Transient, OutcomeUnknown) as wrong:
        return Looked(subject, why=AWAY.format(code=wrong.code))
    if before.stops and not turn(before, after) and _went_through(message):
        return Looked(subject, why=NOT_AS_THEN.format(code=before.stops[0].code))
    return Looked(subject, before, after)


def _both(bench: Bench, message: InboundMessage, document: Part) -> tuple[Course, Course]:
    if message.type in ASKED:
        return ASKED[message.type](bench, message, document)
    return both(bench, lambda: or_stopped(lambda: READ[message.type](bench, message)))


def _shipment(bench: Bench, message: InboundMessage) -> Course:
    shipment, delivery, facts = shipment_confirmation.look(message)
    sent.as_it_was(bench, message.connection, delivery)
    judged = replace(facts, decided={})
    shares = shipping.translate(shipment, judged)
    excess.shipped(shipment, delivery, shares, judged)
    said = {f"line {number}": _shipped(share) for number, share in enumerate(shares, start=1)}
    carrier = facts.book.to_odoo(CodeKind.CARRIER, shipment.carrier) if shipment.carrier else None
    return Course(says={**said, "carrier": carrier.odoo if carrier else ""})


def _shipped(share: shipping.ShippedQuantity) -> str:
    instead = f", in place of {share.line.sku}" if share.substitute else ""
    return f"{plain(share.quantity)} {share.sku}{_lot(share.lot)}{instead}"


def _receipt(bench: Bench, message: InboundMessage) -> Course:
    receipt, document, facts = receipt_confirmation.look(message)
    sent.as_it_was(bench, message.connection, document)
    judged = replace(facts, decided={})
    shares = received.translate(receipt, judged)
    excess.came_in(receipt, document, shares, judged)
    said = {
        f"line {share.number + 1}": f"{plain(share.quantity)} {share.sku}{_lot(share.lot)} ({share.condition})"
        for share in shares
    }
    return Course(says=said)


def _put_away(_bench: Bench, message: InboundMessage) -> Course:
    told: Any = event_of(message).data
    moved = put_away.understand(message, told, put_away.warehouse_of(message, told))
    return Course(says={f"line {n}": f"{plain(each.quantity)} {each.sku}" for n, each in enumerate(moved, start=1)})


ASKED = {RETURNED: returned.both, ADJUSTED: stock_lines.both, COUNTED: stock_lines.both}  # Odoo is asked, too
READ = {SHIPPED: _shipment, RECEIVED: _receipt, PUT_AWAY: _put_away}


def _lot(lot: str | None) -> str:
    return f", lot {lot}" if lot else ""


def codes(document: Part) -> set[str]:
    """The partner's codes that are looked up for it."""
    lines: Sequence[Any] = getattr(document, "lines", ())
    found = {code for line in lines for code in (line.sku, line.unit)}
    return found | ({carrier} if (carrier := getattr(document, "carrier", "")) else set())


def _site(message: InboundMessage, document: Part) -> int | None:
    site, owner = getattr(document, "site", None), getattr(document, "owner", "")
    found = Warehouse.objects.filter(wms=message.connection_id, site=site, owner_code=owner) if site else None
    return found.values_list("pk", flat=True).first() if found is not None else None


def _ours(bench: Bench, message: InboundMessage, subject: Subject) -> bool:
    """One of no warehouse that is known is told to who is told of all of its sender's."""
    if subject.warehouse is not None:
        return subject.warehouse in bench.warehouses
    others = Warehouse.objects.filter(wms=message.connection_id).exclude(pk__in=bench.warehouses)
    return not others.exists()


def _went_through(message: InboundMessage) -> bool:
    return SyncJob.objects.filter(inbound=message, state=SyncJob.State.SUCCEEDED).exists()


PHASES = (Phase("messages", wanted, rows, look),)
