"""Transit loss: what got lost between two warehouses is written off in Odoo, after a person has said so.

The receive leg's rest is received straight into the place for losses: nothing of it stays in transit, nothing is
waited for, and the mark tells it from a second try. Operational impact: stock value.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from integration.adapters.base import ErpGateway
from integration.canonical.erp import Picking, PostingDetail, PostingLine, ReceiptPosting
from integration.errors import Rejected
from integration.flows import transits
from integration.jobs import capture, configuration, effects, rows
from integration.jobs.looks import MODELS
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import Document, Effect
from integration.rules import receiving

VERB = "write off"


def handle(work: Work) -> Outcome:
    [receipt] = rows.find(Document, "id = %s", [work.job.payload["receipt"]])
    assert receipt.warehouse_id is not None  # noqa: S101  (made with one)
    receipt.warehouse = configuration.warehouse(receipt.warehouse_id)
    receipt.parent = rows.first(Document, "id = %s", [receipt.parent_id])
    work.connection = erp_of = receipt.warehouse.erp
    key = transits.loss_key(receipt)
    effect = effects.of(erp_of, key)
    if effect is None or effect.state != Effect.State.LANDED:
        with open_erp(erp_of, work) as erp:
            effect = _write_off(work, receipt, erp, key, effect)
    return Outcome(f"written off on {effect.result['picking'] or 'nothing'}", partial(_commit, receipt))


def _write_off(work: Work, receipt: Document, erp: ErpGateway, key: str, before: Effect | None) -> Effect:
    pickings = erp.incoming(receipt.erp_id)
    assert receipt.warehouse is not None  # noqa: S101
    connection, mark = receipt.warehouse.erp, f"{receipt.warehouse.wms.slug}/loss of {receipt.reference}"
    found = receiving.received_before(mark, pickings)
    if found is not None:
        return effects.found(work, connection, key, VERB, {"mark": mark}, {"picking": found.name})
    if before is not None:
        effects.wait_until_settled(connection, key, VERB)
    picking = receiving.open_picking(pickings)
    missing = transits.short_of(receipt)
    place = erp.loss_place(picking.company_id) if picking is not None else None
    lines = tuple(_lines(picking, missing, place)) if picking is not None else ()
    if picking is None or not lines:
        raise _refused(receipt, "nothing of it is on its way any more")
    posting = ReceiptPosting(receipt=f"loss of {receipt.reference}", mark=mark, lines=lines)
    write = effects.Write(
        key=key,
        verb=VERB,
        intent={"mark": mark, "lines": [[line.move_id, format(line.quantity, "f")] for line in lines]},
        send=partial(_send, receipt, erp, picking, posting),
    )
    return effects.make(work, connection, write)


def _lines(picking: Picking, missing: dict[str, Decimal], place: int | None) -> Iterator[PostingLine]:
    """Of what Odoo holds in between, lot by lot, as much as did not come in."""
    left = dict(missing)
    for move in picking.moves:
        sku = move.sku or ""
        details = []
        for line in move.lines:
            quantity = min(line.quantity, left.get(sku, Decimal(0)))
            if quantity > 0:
                left[sku] -= quantity
                details.append(PostingDetail(quantity=quantity, lot=line.lot, location_id=place))
        total = sum((detail.quantity for detail in details), Decimal(0))
        if total:
            yield PostingLine(move_id=move.id, quantity=total, details=tuple(details))


def _send(receipt: Document, erp: ErpGateway, picking: Picking, posting: ReceiptPosting) -> dict[str, Any]:
    try:
        posted = erp.receive(picking, posting)
    except Rejected as refused:
        raise _refused(receipt, str(refused)) from None
    return {"picking": posted.picking.name, "backorders": list(posted.backorders)}


def _refused(receipt: Document, detail: str) -> Rejected:
    assert receipt.warehouse is not None  # noqa: S101
    order = receipt.parent.reference if receipt.parent else receipt.reference
    return Rejected("CD-7021", connection=receipt.warehouse.erp.name, order=order, detail=detail)


def _commit(receipt: Document) -> None:
    if receipt.warehouse is not None and receipt.parent is not None:
        capture.read_again(receipt.warehouse.erp, receipt.parent.erp_id, MODELS[receipt.parent.kind])
