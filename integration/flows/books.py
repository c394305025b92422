"""Goods that Odoo has booked, and what the books make of them: adds the job, and keeps what came of it.

Call inside the transaction that books the goods, or settles the job.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from integration.canonical.erp import Order, Picking, Purchase
from integration.jobs import configuration, rows
from integration.jobs.queue import NewJob, enqueue
from integration.jobs.routes import lane_of
from integration.models import Document, ExternalReference, Warehouse
from integration.observe import traces
from integration.rules.posting import BookKind, When

FLOW = "posting"
CLOSED = ("done", "cancel")
SAID = {BookKind.INVOICE: "shipment", BookKind.VENDOR_BILL: "receipt", BookKind.CREDIT_NOTE: "return"}


@dataclass(frozen=True, slots=True)
class Moved:
    """``order`` is our document of the sales or purchase order. ``source`` is the key of the event for good, ``number``
    its own number, ``transfer`` Odoo's name of the picking. ``lines``: the order's lines that came back.
    """

    kind: BookKind
    warehouse: Warehouse
    order: Document
    source: str
    number: str
    transfer: str
    at: datetime
    lines: Sequence[int] = ()


def follow(moved: Moved) -> None:
    """A job makes the invoice, bill or credit note, unless the rules leave all of that kind to people."""
    if not any(
        rule.kind == moved.kind and rule.when != When.BY_HAND
        for rule in configuration.posting_rules(moved.warehouse.pk)
    ):
        return
    order = moved.order
    payload = {
        "kind": moved.kind,
        "order": order.pk,
        "warehouse": moved.warehouse.pk,
        "source": moved.source,
        "number": moved.number,
        "mark": f"{moved.transfer} ({moved.number})",
        "on": moved.at.astimezone(ZoneInfo(moved.warehouse.time_zone)).date().isoformat(),
        "lines": sorted(set(moved.lines)),
    }
    stream = f"books:{order.connection_id}:{order.kind}:{order.erp_id}"
    subject = f"{order.reference} {moved.number}"
    enqueue(NewJob(FLOW, stream, lane_of(FLOW), subject, payload, document_id=order.pk, trace_id=traces.current()))


def completed(order: Order, document: Document, connected: Mapping[int, Warehouse]) -> None:
    """Nothing of the order is open any more, perhaps because somebody cancelled the rest: no shipment tells of that."""
    left = [picking for picking in order.pickings if picking.code != "incoming" and picking.return_of is None]
    last = [picking for picking in left if picking.state == "done" and picking.code == "outgoing"][-1:]
    if last and all(picking.state in CLOSED for picking in left):
        _complete(BookKind.INVOICE, order, document, last[0], connected)


def all_in(purchase: Purchase, document: Document, connected: Mapping[int, Warehouse]) -> None:
    """As ``completed``, of a purchase: no receipt tells of a rest that is cancelled."""
    came = [picking for picking in purchase.pickings if picking.code == "incoming"]
    last = [picking for picking in came if picking.state == "done"][-1:]
    if last and all(picking.state in CLOSED for picking in came):
        _complete(BookKind.VENDOR_BILL, purchase, document, last[0], connected)


def _complete(
    kind: BookKind, seen: Order | Purchase, document: Document, last: Picking, connected: Mapping[int, Warehouse]
) -> None:
    """Once for each transfer that was the last one: more may be ordered, and moved, after it."""
    warehouse = connected.get(last.warehouse_id or seen.warehouse_id)
    if warehouse is None:
        return
    if any(rule.kind == kind and rule.when == When.ON_COMPLETION for rule in configuration.posting_rules(warehouse.pk)):
        at = last.done_at or last.scheduled_at or seen.written_at
        source = f"{document.kind}/{warehouse.erp.slug}/{seen.id}/{last.id}"
        follow(Moved(kind, warehouse, document, source, seen.name, last.name, at))


def refer(kind: BookKind, warehouse: Warehouse, number: str, result: Mapping[str, Any]) -> None:
    """The invoice leads to the shipment, receipt or return, and back."""
    reference = ExternalReference(
        erp=warehouse.erp,
        model="account.move",
        record_id=result["entry_id"],
        partner=warehouse.wms,
        document_type=SAID[kind],
        reference=number,
    )
    rows.add([reference], "DO NOTHING")
