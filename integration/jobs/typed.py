"""What people type in after a downtime: shown row by row first, then by the same door as the warehouse's messages."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now

from integration.canonical.shipments import ShipmentConfirmed
from integration.errors import InvalidDocument
from integration.jobs import acts, inbox, outbox
from integration.jobs.acts import Actor, NotAllowed
from integration.models import Document, DocumentLine, MessageKey, TypedShipment, Warehouse
from integration.rules import shipment_sheet
from integration.rules.mapping_sheet import Fault
from integration.rules.shipment_sheet import Line, Typed
from integration.rules.units import plain

Rows = Sequence[tuple[int, Sequence[str]]]
OTHERWISE = "it was loaded before with other content: give another parcel another number"


@dataclass(slots=True)
class Preview:
    """``new``: what would be loaded; ``known``: what was, with the same content. Of ``faults`` nothing is; ``doubts``
    are of what is new, and would stop at a person or be recognised."""

    new: list[Typed] = field(default_factory=list)
    known: list[Typed] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    doubts: list[Fault] = field(default_factory=list)
    empty: int = 0


def preview(warehouse: Warehouse, heads: Sequence[str], rows: Rows) -> Preview:
    lines = _lines(warehouse, shipment_sheet.named(heads, rows))
    plan = shipment_sheet.plan(heads, rows, lines, zone=warehouse.time_zone, now=now())
    made = Preview(faults=plan.faults, empty=plan.empty)
    numbers = {_number(warehouse, each.shipment): each for each in plan.shipments}
    keys = MessageKey.objects.filter(connection=warehouse.wms_id, external_id__in=numbers)
    before = {number: bytes(digest) for number, digest in keys.values_list("external_id", "body_sha256")}
    for number, each in numbers.items():
        if number not in before:
            made.new.append(each)
        elif before[number] == hashlib.sha256(body(each.shipment)).digest():
            made.known.append(each)
        else:
            made.faults.append(Fault(each.rows[0], "shipment", OTHERWISE))
    made.doubts = list(_doubts(warehouse, made.new))
    return made


def digest(made: Preview) -> str:
    """Of what a person agrees to."""
    return hashlib.sha256(repr([(each.before, body(each.shipment)) for each in made.new]).encode()).hexdigest()


def load(warehouse: Warehouse, heads: Sequence[str], rows: Rows, agreed: str, actor: Actor) -> int:
    """Takes what is right of the sheet; returns how many shipments are new. Raises NotAllowed when the sheet would do
    something else by now.

    Each shipment commits by itself, with its row of the audit log: what was taken is recognised when the same sheet
    comes again.
    """
    made = preview(warehouse, heads, rows)
    if digest(made) != agreed:
        raise NotAllowed("Some of it was loaded, or has changed, since this was shown: look at it again.")
    return sum(_take(warehouse, each, actor) for each in sorted(made.new, key=lambda each: each.shipment.release))


def body(shipment: ShipmentConfirmed) -> bytes:
    """The same shipment always gives the same bytes, by which a second upload is recognised."""
    data = shipment.model_dump(mode="json", exclude_defaults=True) | {"final": shipment.final}
    message = {"type": "shipment.confirmed", "timestamp": data["shipped_at"], "data": data}
    return json.dumps(message, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _take(warehouse: Warehouse, each: Typed, actor: Actor) -> bool:
    """False: somebody else was quicker with the same. Raises NotAllowed when it was with something else."""
    shipment = each.shipment
    with transaction.atomic():
        try:
            number = _number(warehouse, shipment)
            receipt = inbox.receive_typed(warehouse.wms, number, body(shipment), actor.name[:150])
        except InvalidDocument as wrong:
            raise NotAllowed(f"{shipment.release} {shipment.shipment}: {wrong.cause}") from wrong
        if receipt.duplicate:
            return False
        TypedShipment.objects.create(
            warehouse=warehouse,
            partner=warehouse.wms,
            release=shipment.release,
            shipment=shipment.shipment,
            shipments_before=each.before,
            message_id=receipt.message_id,
            actor=actor.name[:150],
            user=actor.user,
        )
        _tell_no_more(warehouse, shipment)
        told = f"{shipment.release} {shipment.shipment}"
        acts.note(actor, "load typed shipment", told, site=warehouse.site, message=receipt.message_id)
    return True


def _tell_no_more(warehouse: Warehouse, shipment: ShipmentConfirmed) -> None:
    """A release that never went out, because the warehouse's system was down, must not have the goods picked again.

    What it has got already is for the people there to close.
    """
    about = {"warehouse": warehouse, "kind": Document.Kind.DELIVERY, "reference": shipment.release}
    delivery = Document.objects.filter(**about).order_by("-pk").first()
    if delivery is not None and (shipment.final or _is_all(delivery, shipment)):
        outbox.withdraw(warehouse.wms, delivery, "order.release")


def _is_all(delivery: Document, shipment: ShipmentConfirmed) -> bool:
    """In the warehouse's units."""
    left = {row.line: (row.released - row.gone) * row.factor / row.per for row in delivery.lines.all()}
    for line in shipment.lines:
        if line.line in left:
            left[line.line] -= line.quantity
    return all(quantity <= 0 for quantity in left.values())


def _doubts(warehouse: Warehouse, new: Sequence[Typed]) -> Iterator[Fault]:
    """What has left already, and more than is open; all shipments of a release together."""
    lines: defaultdict[str, list[DocumentLine]] = defaultdict(list)
    for row in _told(warehouse, {each.shipment.release for each in new}):
        lines[row.document.reference].append(row)
    typed: defaultdict[int, Decimal] = defaultdict(Decimal)
    for each in new:
        release = each.shipment.release
        is_over = any(row.document.state == Document.State.SHIPPED for row in lines[release])
        if is_over:
            yield Fault(each.rows[0], "release", f"{release} has left already: the same goods are not booked again")
        for row in lines[release]:
            added = sum((line.quantity for line in each.shipment.lines if line.line == row.line), Decimal(0))
            typed[row.pk] += added
            most = row.released if is_over else row.released - row.gone
            if added and typed[row.pk] > most * row.factor / row.per:
                yield Fault(each.rows[0], "quantity", _too_much(row, typed[row.pk]))


def _too_much(row: DocumentLine, typed: Decimal) -> str:
    """In the warehouse's units."""
    left = max(row.released - row.gone, Decimal(0)) * row.factor / row.per
    return f"{plain(typed)} {row.partner_unit} of {row.partner_sku} are typed in: {plain(left)} are open"


def _number(warehouse: Warehouse, shipment: ShipmentConfirmed) -> str:
    return f"typed/{warehouse.site}/{shipment.release}/{shipment.shipment}"


def _lines(warehouse: Warehouse, releases: set[str]) -> dict[str, list[Line]]:
    found: defaultdict[str, list[Line]] = defaultdict(list)
    for row in _told(warehouse, releases):
        found[row.document.reference].append(Line(row.line, row.partner_sku, row.partner_unit, row.tracking))
    return dict(found)


def _told(warehouse: Warehouse, releases: set[str]) -> QuerySet[DocumentLine]:
    told = DocumentLine.objects.filter(
        document__warehouse=warehouse,
        document__kind=Document.Kind.DELIVERY,
        document__reference__in=releases,
        document__version__gt=0,
    )
    return told.select_related("document").order_by("document", "pk")
