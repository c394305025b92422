"""Surplus: what left although Odoo wanted less, after a person's word: it is expected back, or the order is raised.

A return is made in Odoo by its wizard, of the deliveries that the goods left with, and is announced as any other one.
Until the goods have left, the word is kept. The latest word counts, as long as nobody is asked anew: what was begun
before it is looked for, and not sent again. Operational impact: stock that nobody waits for.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from integration.adapters.base import ErpGateway
from integration.canonical.erp import Move, Picking, Takeback
from integration.flows import return_transfers, too_late
from integration.jobs import capture, configuration, decisions, effects, rows
from integration.jobs.looks import MODELS
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import Connection, Decision, Document, DocumentLine, Effect, ExternalReference, Warehouse
from integration.rules.choices import BACK, RAISE

RAISES = "raise lines"
NOTHING = Decimal(0)


def handle(work: Work) -> Outcome:
    [delivery] = rows.find(Document, "id = %s", [work.job.payload["delivery"]])
    assert delivery.warehouse_id is not None  # noqa: S101  (made with one)
    delivery.warehouse = configuration.warehouse(delivery.warehouse_id)
    delivery.parent = rows.first(Document, "id = %s", [delivery.parent_id])
    over = rows.find(DocumentLine, "document_id = %s AND over > 0 ORDER BY id", [delivery.pk])
    decision = too_late.decided(delivery) if over and delivery.state == Document.State.SHIPPED else None
    do = {BACK: _back, RAISE: _raise}.get(decision.choice) if decision else None
    begun = _begun(delivery, delivery.warehouse, but=decision if do else None)
    if do is None and not begun:
        return Outcome("there is nothing to do about it, or not yet")
    work.connection = delivery.warehouse.erp
    with open_erp(delivery.warehouse.erp, work) as erp:
        landed = [_end(effect, delivery.warehouse, erp) for effect in begun]
        note = f"{sum(landed)} of {len(begun)} writes that were begun before have landed"
        if do is not None and decision is not None:
            note = do(work, delivery, decision, over, erp)
    return Outcome(note, partial(_commit, delivery))


def _begun(delivery: Document, warehouse: Warehouse, but: Decision | None) -> list[Effect]:
    """Writes of other words, of which nobody knows whether they landed."""
    said = [each for each in decisions.all_of(decisions.surplus_of(delivery)) if each != but]
    keys = [_raise_key(each) for each in said]
    keys += [_back_key(each, picking) for each in said for picking in _pickings(delivery, warehouse)]
    return list(Effect.objects.filter(connection=warehouse.erp, key__in=keys, state=Effect.State.INTENDED))


def _end(effect: Effect, warehouse: Warehouse, erp: ErpGateway) -> bool:
    effect.connection, intent = warehouse.erp, effect.intent
    if effect.verb == RAISES:
        return effects.end(effect, lambda: _raised(erp, intent["lines"], warehouse.company_id))
    picking = int(effect.key.rpartition("/")[2])
    return effects.end(
        effect, lambda: return_transfers.made(erp, picking, _as_quantities(intent), frozenset(intent["others"]))
    )


def _back(work: Work, delivery: Document, decision: Decision, over: Sequence[DocumentLine], erp: ErpGateway) -> str:
    warehouse = delivery.warehouse
    assert warehouse is not None  # noqa: S101
    left = [picking for picking in erp.returns.left(_pickings(delivery, warehouse)) if picking.state == "done"]
    begun = {picking.id: _intent(warehouse.erp, decision, picking) for picking in left}
    back = erp.returns.back([picking.id for picking in left])
    stock = erp.returns.stock_place(warehouse.erp_warehouse_id)
    made = []
    for picking, quantities in _shares(over, left, begun, back):
        known = begun[picking.id]
        intent = known or {"others": sorted(one.id for one in back), "quantities": _as_text(quantities)}
        wanted = Takeback(receipt=decision.source, delivery=picking, quantities=quantities, stock_id=stock)
        write = return_transfers.by_wizard(_back_key(decision, picking.id), erp, wanted, intent)
        made.append(effects.once(work, warehouse.erp, write).result["picking_id"])
    return f"expected back by {len(made)} transfers"


def _back_key(decision: Decision, picking: int) -> str:
    return f"{decision.source}/{decision.pk}/transfer/{picking}"


def _intent(erp: Connection, decision: Decision, picking: Picking) -> dict[str, Any] | None:
    """What was begun of it. What Odoo refused was not: somebody may have taken it back by hand since."""
    known = effects.of(erp, _back_key(decision, picking.id))
    return known.intent if known and known.state != Effect.State.REFUSED else None


def _shares(
    over: Sequence[DocumentLine],
    left: Sequence[Picking],
    begun: Mapping[int, Mapping[str, Any] | None],
    back: Sequence[Picking],
) -> Iterator[tuple[Picking, dict[int, Decimal]]]:
    """What was begun as it was begun; the rest of the latest deliveries first, but for what was taken back already."""
    rest = {(line.product_id, line.sale_line_id): line.over for line in over}
    taken: defaultdict[int, Decimal] = defaultdict(Decimal)
    for move in (move for picking in back if picking.state != "cancel" for move in picking.moves):
        taken[move.takes_back or 0] += move.done if move.state == "done" else move.demand
    for picking in left:
        quantities = _as_quantities(begun[picking.id])
        for move in picking.moves:
            rest[_of(move)] = rest.get(_of(move), NOTHING) - max(quantities.get(move.id, NOTHING), taken[move.id])
        if quantities:
            yield picking, quantities
    for picking in sorted(left, key=lambda one: one.id, reverse=True):
        if not begun[picking.id] and (quantities := _share(picking, rest, taken)):
            yield picking, quantities


def _share(
    picking: Picking, rest: dict[tuple[int, int | None], Decimal], taken: Mapping[int, Decimal]
) -> dict[int, Decimal]:
    quantities: dict[int, Decimal] = {}
    for move in picking.moves:
        share = min(rest[_of(move)], move.done - taken[move.id])
        if share > 0:
            rest[_of(move)] -= share
            quantities[move.id] = share
    return quantities


def _of(move: Move) -> tuple[int, int | None]:
    return move.product_id, move.sale_line_id


def _as_quantities(intent: Mapping[str, Any] | None) -> dict[int, Decimal]:
    return {int(move): Decimal(quantity) for move, quantity in intent["quantities"].items()} if intent else {}


def _as_text(quantities: Mapping[int, Decimal]) -> dict[str, str]:
    return {str(move): str(quantity) for move, quantity in quantities.items()}


def _raise(work: Work, delivery: Document, decision: Decision, over: Sequence[DocumentLine], erp: ErpGateway) -> str:
    assert delivery.warehouse is not None  # noqa: S101
    company = delivery.warehouse.company_id
    lines = sorted({line.sale_line_id for line in over if line.sale_line_id})

    def send() -> dict[str, Any]:
        erp.raise_to_delivered(lines, company)
        return {"lines": lines}

    find = partial(_raised, erp, lines, company)
    write = effects.Write(_raise_key(decision), RAISES, {"lines": lines}, send, find)
    effects.once(work, delivery.warehouse.erp, write)
    return f"{len(lines)} lines of the order raised"


def _raised(erp: ErpGateway, lines: Sequence[int], company: int) -> dict[str, Any] | None:
    return None if erp.below_delivered(lines, company) else {"lines": list(lines)}


def _raise_key(decision: Decision) -> str:
    return f"{decision.source}/{decision.pk}/raise"


def _pickings(delivery: Document, warehouse: Warehouse) -> list[int]:
    """Odoo's of the release: the first one, its backorders, and what was made for goods that left too late."""
    named = {"partner": warehouse.wms, "document_type": "release", "reference": delivery.reference}
    found = ExternalReference.objects.filter(erp=warehouse.erp, model="stock.picking", **named)
    return sorted(found.values_list("record_id", flat=True))


def _commit(delivery: Document) -> None:
    if delivery.warehouse is not None and delivery.parent is not None:
        capture.read_again(delivery.warehouse.erp, delivery.parent.erp_id, MODELS[delivery.parent.kind])
