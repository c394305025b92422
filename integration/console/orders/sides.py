"""What the three sides say of each line: Odoo as it was last read, what is booked here, what the warehouse sent.

Nothing is asked for: the page shows what has been kept. All quantities are in Odoo's unit of the line.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from integration.canonical.erp import Picking
from integration.canonical.events import Event
from integration.console.orders import ended
from integration.console.words import quantity
from integration.errors import IntegrationError
from integration.flows import backorders, sites
from integration.flows.events import event_of
from integration.jobs import mappings
from integration.jobs.looks import SNAPSHOTS
from integration.models import CapturedRecord, Document, DocumentLine, InboundMessage
from integration.rules import advices
from integration.rules.codes import CodeKind
from integration.rules.shipping import ReleasedLine, factor_of
from integration.rules.units import Inexact, to_odoo

# Messages that say what has moved, and the field with the number that stays the same when one is sent again.
CONFIRMING = {"shipment.confirmed": "shipment", "receipt.confirmed": "receipt", "return.received": "receipt"}
MOST = 100  # messages of an order that are read for its page
NONE = Decimal(0)


@dataclass(slots=True)
class Side:
    """One line. None: that side has said nothing about it, or it is not kept any more."""

    asked: Decimal | None = None
    done: Decimal | None = None
    booked: Decimal = NONE
    substituted: Decimal = NONE
    told: Decimal | None = None
    given_up: Decimal = NONE

    @property
    def by_hand(self) -> Decimal:
        """What the warehouse has said and Odoo has done, and was not booked from here: a person has seen to it."""
        return max(NONE, min(self.told or NONE, (self.done or NONE) + self.substituted) - self.booked)

    @property
    def nowhere(self) -> Decimal:
        """What the warehouse has said and nobody has booked, also where a person has ended it."""
        return max(NONE, (self.told or NONE) - self.booked - self.by_hand)

    @property
    def ended(self) -> Decimal:
        """Of that, what a person has ended: it is not to be booked any more."""
        return min(self.nowhere, self.given_up)

    @property
    def unbooked(self) -> Decimal:
        """Of that, what is still to be booked."""
        return self.nowhere - self.ended

    @property
    def differs(self) -> bool:
        """Odoo has done something else than what was booked from here; a substitute has a line of its own there."""
        return self.done is not None and self.done != self.booked - self.substituted


@dataclass(frozen=True, slots=True)
class Sides:
    """By line. ``strays``: goods that the warehouse spoke of and that fit no line, for people."""

    lines: Mapping[int, Side]
    strays: Sequence[str]


def of(documents: Iterable[Document], read: Iterable[CapturedRecord], lines: Sequence[DocumentLine]) -> Sides:
    """``read``: the order as Odoo was last read; ``lines``: of all the documents."""
    by_document: dict[int, list[DocumentLine]] = defaultdict(list)
    for line in lines:
        by_document[line.document_id].append(line)
    sides = {line.pk: Side(booked=booked(line), substituted=line.substituted) for line in lines}
    moving = [document for document in documents if document.pk in by_document]
    pickings = _pickings(read)
    for document in moving:
        _odoo(document, by_document[document.pk], pickings, sides)
    told = _events(moving)
    strays = [
        text for document in moving for text in _warehouse(document, told[document.pk], by_document[document.pk], sides)
    ]
    return Sides(sides, strays)


def lines_of(documents: Iterable[Document]) -> list[DocumentLine]:
    """Each with its document as it is known already."""
    known = {document.pk: document for document in documents}
    lines = list(DocumentLine.objects.filter(document__in=known).order_by("id"))
    for line in lines:
        line.document = known[line.document_id]
    return lines


def booked(line: DocumentLine) -> Decimal:
    return line.received if line.document.kind in Document.COMES_IN else line.gone


def left(line: DocumentLine, side: Side) -> Decimal:
    """What is still to leave of a line, or to come in."""
    rest: Decimal = line.ordered - line.cancelled - booked(line) - side.by_hand
    return max(NONE, rest)


def _pickings(read: Iterable[CapturedRecord]) -> Sequence[Picking]:
    record = next((record for record in read if record.snapshot), None)
    try:
        return SNAPSHOTS[record.model].model_validate(record.snapshot).pickings if record else ()
    except ValidationError:
        return ()  # an older release wrote it; it is read anew with the next change


def _odoo(document: Document, lines: Sequence[DocumentLine], known: Sequence[Picking], sides: dict[int, Side]) -> None:
    first = next((picking for picking in known if picking.id == document.erp_id), None)
    if first is None:
        return
    rows, released = {line.line: line for line in lines}, sites.as_released(lines)
    for picking in backorders.own(document, advices.family(first, known)):
        for move in picking.moves:
            line = advices.line_for(move, released)
            if line is None or move.state == "cancel":
                continue
            side = sides[rows[line.line].pk]
            side.asked = (side.asked or NONE) + move.demand
            side.done = (side.done or NONE) + (move.done if move.state == "done" else NONE)


def _warehouse(
    document: Document, events: Iterable[tuple[Event, bool]], lines: Sequence[DocumentLine], sides: dict[int, Side]
) -> Iterator[str]:
    """Adds what the warehouse said; yields what fits no line."""
    rows, released = {line.line: line for line in lines}, sites.as_released(lines)
    for event, is_ended in events:
        for told in getattr(event.data, "lines", ()):
            line = _line(told, released, document)
            share = _in_odoo_units(told, line, document) if line is not None else None
            if line is None or share is None:
                if not is_ended:
                    yield f"{quantity(told.quantity)} {told.unit} x {told.sku}"
                continue
            side = sides[rows[line.line].pk]
            side.told = (side.told or NONE) + share
            side.given_up += share if is_ended else NONE


def _events(documents: Sequence[Document]) -> Mapping[int, Iterable[tuple[Event, bool]]]:
    """What was confirmed, by document, and whether a person has ended it. Each once: a message that was sent again says
    the same, or says it better, and the same goods may have been told by a sheet, too."""
    found: dict[int, dict[tuple[str, str], tuple[Event, bool]]] = {document.pk: {} for document in documents}
    rows = InboundMessage.objects.filter(document__in=documents, type__in=CONFIRMING).select_related("connection")
    messages = sorted(rows.order_by("-id")[:MOST], key=lambda row: row.pk)
    twice = ended.told_twice(messages)
    said = list(_readable(messages))
    by_people = ended.by_people(said)
    for message, event in said:
        number = getattr(event.data, CONFIRMING[event.type])
        if (message.document_id, number) not in twice:
            found[message.document_id or 0][event.type, number] = (event, message.pk in by_people)
    return {document: events.values() for document, events in found.items()}


def _readable(messages: Iterable[InboundMessage]) -> Iterator[tuple[InboundMessage, Event]]:
    """Of one that is not its own page says what is wrong with it."""
    for message in messages:
        with suppress(IntegrationError):
            yield message, event_of(message)


def _line(told: Any, lines: Sequence[ReleasedLine], document: Document) -> ReleasedLine | None:
    """The line that it names; without one, the only line of that product."""
    named = [line for line in lines if line.line == told.line]
    fits = (
        named or [line for line in lines if told.sku in (line.partner_sku, line.sku)] or _mapped(told, lines, document)
    )
    return fits[0] if len(fits) == 1 else None


def _mapped(told: Any, lines: Sequence[ReleasedLine], document: Document) -> list[ReleasedLine]:
    """Lines that were made of goods which nobody had announced: they know Odoo's code alone."""
    assert document.warehouse is not None  # noqa: S101  (what has lines has one)
    code = mappings.load(document.warehouse.wms, {told.sku}).to_odoo(CodeKind.PRODUCT, told.sku)
    return [line for line in lines if code is not None and line.sku == code.odoo]


def _in_odoo_units(told: Any, line: ReleasedLine, document: Document) -> Decimal | None:
    """None: the unit cannot be told."""
    assert document.warehouse is not None  # noqa: S101  (what has lines has one)
    try:
        if told.unit == line.partner_unit:
            return to_odoo(told.quantity, line.factor)
        return to_odoo(told.quantity, factor_of(told.unit, line, mappings.load(document.warehouse.wms, {told.unit})))
    except (IntegrationError, Inexact):
        return None
