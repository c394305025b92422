"""What a look at goods that come in changes in our tables. Call inside the transaction that settles the job."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from integration.canonical.erp import Agreed, Picking
from integration.errors import InvalidDocument
from integration.jobs import cases, looks, outbox, rows
from integration.jobs.queue import enqueue
from integration.models import Document, DocumentLine, ExternalReference, OutboundMessage, Warehouse
from integration.rules import advices as rules

ADVICE, CANCEL = "receipt.advice", "receipt.cancel"
State, Kind, Told = Document.State, Document.Kind, OutboundMessage.State
KINDS: dict[str, Document.Kind] = {"purchase": Kind.RECEIPT, "transfer": Kind.RECEIPT, "return": Kind.RETURN}
DOCUMENT_AS_ANNOUNCED = (
    "reference", "parent_id", "warehouse_id", "state", "version", "content_hash", "customer_reference",
    "erp_partner_id", "value", "currency", "updated_at",
)  # fmt: skip
LINE_AS_ANNOUNCED = (
    "sale_line_id", "purchase_line_id", "product_id", "sku", "unit", "tracking", "partner_sku", "partner_unit",
    "factor", "per", "ordered", "released",
)  # fmt: skip
TOLD_AGAIN = ("CD-7001", "CD-7002")
MOVED = (State.PART_RECEIVED,)
_RECEIPT = "connection_id = %s AND kind = %s AND erp_id = %s FOR NO KEY UPDATE"


@dataclass(frozen=True, slots=True)
class Coming:
    """Goods that come in by ``picking`` and its backorders (``chain``), as Odoo's snapshot shows them.

    ``known`` is our document of it, as it was when it was looked at; ``parent`` that of what was agreed.

    ``shadow``: people tell the warehouse; what we would send is only kept.
    """

    seen: Agreed
    picking: Picking
    chain: tuple[Picking, ...]
    parent: Document
    warehouse: Warehouse
    known: Document | None
    shadow: bool = False

    @property
    def kind(self) -> Document.Kind:
        return KINDS[rules.kind_of(self.picking)]

    def about(self, code: str, **more: object) -> InvalidDocument:
        name = self.warehouse.wms.name
        context: dict[str, Any] = {"connection": name, "partner": name, **more}
        return InvalidDocument(code, order=self.seen.name, release=self.picking.name, **context)


@dataclass(frozen=True, slots=True)
class Change:
    """Made only if nobody, such as a receipt, changed the document since it was looked at."""

    coming: Coming
    make: Callable[[Coming], None]

    def commit(self) -> None:
        named = [self.coming.warehouse.erp.pk, self.coming.kind.value, self.coming.picking.id]
        now, known = rows.first(Document, _RECEIPT, named), self.coming.known
        if (now and (now.version, now.state)) == (known and (known.version, known.state)):
            self.make(self.coming)
        else:
            enqueue(looks.advice_job(self.coming.parent))


def announce(coming: Coming, decided: rules.Advice, body: bytes, trace_id: uuid.UUID) -> None:
    """Keeps what the warehouse is to expect and queues the message. ``body`` is the message as it will be sent."""
    warehouse, picking = coming.warehouse, coming.picking
    document = _document(coming, decided)
    if coming.known is not None:
        _drop_lines(document, decided)
    _keep(document, decided.lines)
    references = [
        ExternalReference(
            erp=warehouse.erp,
            model="stock.picking",
            record_id=each.id,
            partner=warehouse.wms,
            document_type="advice",
            reference=picking.name,
        )
        for each in coming.chain
    ]
    rows.add(references, "DO NOTHING")
    new = outbox.NewMessage(warehouse.wms, ADVICE, picking.name, document, document.version, body, trace_id)
    if coming.shadow:
        outbox.keep_message(new)
    else:
        outbox.enqueue_message(new)
    if coming.known is not None:
        cases.clear("It was announced again.", *(coming.about(code).fingerprint for code in TOLD_AGAIN))


def cancel(coming: Coming, body: bytes, trace_id: uuid.UUID) -> None:
    """Taken back if it was not sent; else the warehouse is told, and answers. Nobody waits for its yes any more."""
    known, wms = coming.known, coming.warehouse.wms
    assert known is not None  # noqa: S101  (only what was announced can be cancelled)
    refused = known.state == State.REJECTED
    Document.objects.filter(pk=known.pk).update(state=State.CANCELLED)
    cases.clear("It was cancelled in Odoo.", *(coming.about(code).fingerprint for code in TOLD_AGAIN))
    if outbox.supersede(wms, known, ADVICE) or refused:
        return
    known.outbound.filter(type=ADVICE, state=Told.SENT).update(state=Told.SUPERSEDED, acknowledge_by=None)
    known.reference = coming.picking.name
    outbox.enqueue_message(outbox.NewMessage(wms, CANCEL, known.reference, known, known.version, body, trace_id))


def given_up(coming: Coming) -> None:
    """Of one that was only kept: Odoo has cancelled it."""
    _end_kept(coming, State.CANCELLED)


def came_by_hand(coming: Coming) -> None:
    """Of one that was only kept: people have taken in all of it in Odoo."""
    _end_kept(coming, State.RECEIVED)


def _end_kept(coming: Coming, state: Document.State) -> None:
    assert coming.known is not None  # noqa: S101  (only what is kept ends)
    Document.objects.filter(pk=coming.known.pk).update(state=state)
    coming.known.outbound.filter(type=ADVICE, state=Told.SHADOW).update(state=Told.SUPERSEDED)


def _document(coming: Coming, decided: rules.Advice) -> Document:
    parent, known = coming.parent, coming.known
    new = State.WAITING if coming.shadow else State.ANNOUNCED
    document = Document(
        connection=coming.warehouse.erp,
        kind=coming.kind,
        erp_id=coming.picking.id,
        reference=coming.picking.name,
        parent=parent,
        warehouse=coming.warehouse,
        state=known.state if known is not None and known.state in MOVED else new,
        version=decided.document.version,
        content_hash=decided.digest,
        customer_reference=parent.customer_reference,
        erp_partner_id=parent.erp_partner_id,
        value=parent.value,
        currency=parent.currency,
    )
    [document.pk] = rows.add([document], rows.taking_over(DOCUMENT_AS_ANNOUNCED, "connection_id, kind, erp_id"))
    return document


def _drop_lines(document: Document, decided: rules.Advice) -> None:
    """Lines of an earlier version that are gone may go, if nothing came of them."""
    gone = document.lines.exclude(line__in=[line.name for line in decided.lines])
    gone.filter(received=0).delete()
    gone.update(released=0)


def _keep(document: Document, lines: Sequence[rules.AdvisedLine]) -> None:
    rows.add([_line(document, advised) for advised in lines], rows.taking_over(LINE_AS_ANNOUNCED, "document_id, line"))


def _line(document: Document, advised: rules.AdvisedLine) -> DocumentLine:
    line = advised.line
    factor = Fraction(line.unit.factor)
    return DocumentLine(
        document=document,
        line=advised.name,
        sale_line_id=line.move.sale_line_id,
        purchase_line_id=line.move.purchase_line_id,
        product_id=line.move.product_id,
        sku=line.code.odoo,
        unit=line.move.unit,
        tracking=line.move.tracking,
        partner_sku=line.code.partner,
        partner_unit=line.unit.partner,
        factor=Decimal(factor.numerator),
        per=Decimal(factor.denominator),
        ordered=line.quantity,
        released=line.quantity,
    )
