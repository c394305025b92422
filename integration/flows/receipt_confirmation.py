"""Receipt confirmation: what came in at the warehouse is posted to Odoo, once in effect and exactly as it came.

Operational impact: stock, and the supplier's bill, depend on it. Seconds count, and so does every unit.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from integration.adapters.base import ErpGateway
from integration.canonical.erp import Picking
from integration.canonical.events import ReceiptConfirmedEvent
from integration.canonical.receipts import ReceiptConfirmed
from integration.errors import InvalidDocument
from integration.flows import backorders, intents, shadow, sites
from integration.flows import receipt_bookings as bookings
from integration.flows.events import event_of
from integration.flows.intents import Goods
from integration.flows.receipt_advice import known_at
from integration.flows.receipt_bookings import Case
from integration.jobs import configuration, decisions, effects, locks, mappings, rollout, rows, shipments, sources
from integration.jobs.remote import open_erp
from integration.jobs.rollout import Wanted
from integration.jobs.work import Outcome, Work
from integration.models import Document, Effect, InboundMessage, Mode, RolloutFlow, Warehouse
from integration.rules import received
from integration.rules import receiving as rules

VERB = "receive"


def handle(work: Work) -> Outcome:
    [message] = rows.find(InboundMessage, "id = %s", [work.job.payload["message"]])
    message.connection = work.connection = configuration.connection(message.connection_id)
    case = _understand(work, message)
    if work.mode == Mode.SHADOW:
        return shadow.only(
            work, partial(_wanted, case), partial(_book, work, case), keyed=partial(_is_keyed, work, case)
        )
    if rollout.stays(case.warehouse, [_flow(case.document)], _key(case), case.source):
        return Outcome(shadow.STAYS)
    return _book(work, case)


def _book(work: Work, case: Case) -> Outcome:
    effect = effects.of(case.warehouse.erp, case.source)
    _same_as_before(case, effect)
    if effect is None or effect.state != Effect.State.LANDED:
        if not case.shares and not case.facts.is_last:
            return Outcome(f"{case.receipt.receipt}: nothing came", partial(bookings.nothing_yet, case))
        work.connection = case.warehouse.erp
        with locks.held(work, _stock(case)), open_erp(case.warehouse.erp, work) as erp:
            effect = _post(work, case, erp, effect)
    where = effect.result["picking"] or "nothing"
    return Outcome(f"{case.receipt.receipt} on {where}", partial(bookings.commit, case, effect))


def _wanted(case: Case) -> Wanted:
    """People key a receipt, in however many deliveries it came."""
    return Wanted(
        warehouse=case.warehouse,
        flow=_flow(case.document),
        key=_key(case),
        reference=case.document.reference,
        source=case.source,
        lines=[[share.sku, share.lot or "", format(share.quantity, "f")] for share in case.shares],
        happened_at=case.receipt.received_at,
        document=case.document,
        message=case.message,
    )


def _key(case: Case) -> str:
    return f"receipt/{case.document.pk}"


def _is_keyed(work: Work, case: Case) -> bool:
    work.connection = case.warehouse.erp
    with open_erp(case.warehouse.erp, work) as erp:
        return rules.open_picking(backorders.own(case.document, erp.incoming(case.document.erp_id))) is None


def _understand(work: Work, message: InboundMessage) -> Case:
    receipt, document, facts = look(message)
    warehouse = document.warehouse
    assert warehouse is not None  # noqa: S101  (``look`` puts it there)
    rollout.enter(work, warehouse, [_flow(document)], says="receipt confirmation", partner=message.connection.name)
    return Case(message, receipt, document, warehouse, facts, received.translate(receipt, facts))


def look(message: InboundMessage) -> tuple[ReceiptConfirmed, Document, received.Facts]:
    """What it says, of which receipt, and what it is judged by. Raises what stands against it."""
    event = event_of(message)
    assert isinstance(event, ReceiptConfirmedEvent)  # noqa: S101  (the inbox routes by type)
    receipt, partner = event.data, message.connection
    document = _document(message, receipt)
    assert document.warehouse_id is not None  # noqa: S101  (made with one)
    document.warehouse = warehouse = configuration.warehouse(document.warehouse_id)
    source = sources.of(message.connection, receipt)
    facts = received.Facts(
        connection=partner.name,
        warehouse=warehouse.name,
        advice=document.reference,
        lines=sites.released_lines(document),
        book=mappings.load(partner, {code for line in receipt.lines for code in (line.sku, line.unit)}),
        rules=sites.rules_of(warehouse),
        mark=f"{partner.slug}/{receipt.receipt}",
        source=source,
        is_last=_is_last(document, receipt),
        cancel_rest=warehouse.receipt_remainder == Warehouse.Remainder.CANCEL,
        places=sites.places_of(warehouse),
        decided=decisions.of(source),
    )
    return receipt, document, facts


def _document(message: InboundMessage, receipt: ReceiptConfirmed) -> Document:
    found = known_at(message.connection_id, receipt.advice)
    if found is None or found.kind != Document.Kind.RECEIPT:
        name = message.connection.name
        about = {"connection": name, "partner": name, "receipt": receipt.receipt, "advice": receipt.advice}
        raise InvalidDocument("CD-7004", **about)  # type: ignore[arg-type]
    found.parent = rows.first(Document, "id = %s", [found.parent_id])
    return found


def _flow(document: Document) -> RolloutFlow:
    return rollout.flow_of(document, RolloutFlow.RECEIPT)


def _is_last(document: Document, receipt: ReceiptConfirmed) -> bool:
    """A final one may have overtaken others; one that it overtook is the last one then. The first count stands."""
    count = bookings.announced(receipt) if document.shipment_count is None else document.shipment_count
    if count is None:
        return receipt.final
    return len(shipments.numbers(document) | {receipt.receipt}) >= count


def _same_as_before(case: Case, effect: Effect | None) -> None:
    """One receipt number, two contents: a person decides which one is true."""
    before = effect.intent.get("digest") if effect is not None else None
    if effect is None or effect.state == Effect.State.REFUSED or before in (None, case.digest):
        return
    if sorted(effect.intent["lines"]) == sorted(_lines(case)):  # the same, written otherwise
        return
    where = effect.result.get("picking") or "an unknown picking"
    difference = f"posted on {where} as {_summary(effect.intent['lines'])}, now {_summary(_lines(case))}"
    about = {"connection": case.facts.connection, "partner": case.facts.connection, "advice": case.facts.advice}
    raise InvalidDocument("CD-7012", **about, receipt=case.receipt.receipt, difference=difference)  # type: ignore[arg-type]


def _stock(case: Case) -> list[str]:
    """The stock that the posting adds to: one posting at a time writes it."""
    products = {share.line.product_id for share in case.shares if share.line}
    return sorted(f"stock/{case.warehouse.pk}/{product}" for product in products)


def _post(work: Work, case: Case, erp: ErpGateway, before: Effect | None) -> Effect:
    """Restarts from the pickings as they are now. Already marked as ours: found, and nothing is sent."""
    pickings = backorders.own(case.document, erp.incoming(case.document.erp_id))
    connection = case.warehouse.erp
    found = rules.received_before(case.facts.mark, pickings)
    if found is not None:
        return _found(work, case, found, pickings, before)
    if before is not None:
        effects.wait_until_settled(connection, case.source, VERB)
    if not case.shares:
        return _nothing_came(work, case, erp, pickings)
    plan = rules.plan(case.receipt, case.shares, pickings, case.facts)
    if not plan.kept:
        return effects.found(work, connection, case.source, VERB, _intent(case), _untouched(plan.picking))
    kept = _as_text(plan.kept)
    return _write(work, case, _intent(case, kept), partial(_receive, erp, plan, kept), plan.picking.name)


def _nothing_came(work: Work, case: Case, erp: ErpGateway, pickings: Sequence[Picking]) -> Effect:
    """The last word is that nothing (more) came: what is open is cancelled, by the warehouse's setting, or left.
    It may be cancelled already, by a person or by an earlier try."""
    left = rules.open_picking(pickings)
    if left is None or not case.facts.cancel_rest or left.source == "transit":
        last = pickings[-1] if pickings else None
        result = {**_untouched(left or last), "cancelled": left is None and last is not None and last.state == "cancel"}
        return effects.found(work, case.warehouse.erp, case.source, VERB, _intent(case), result)
    return _write(work, case, _intent(case), partial(_give_up, erp, left), left.name)


def _found(work: Work, case: Case, found: Picking, pickings: Sequence[Picking], before: Effect | None) -> Effect:
    """What an earlier try has left in Odoo: by what is open there now, also what became of the rest."""
    later = [picking.id for picking in pickings if picking.backorder_of == found.id]
    kept = before.intent.get("kept") if before is not None else None
    kept = kept or _as_text(rules.kept_in(found, case.shares))
    result = _result(found, later, kept, rules.extras_in(found, case.shares))
    gone = case.facts.is_last and case.facts.cancel_rest and rules.open_picking(pickings) is None
    known = {**result, "rest_cancelled": gone}
    return effects.found(work, case.warehouse.erp, case.source, VERB, _intent(case, kept), known)


def _write(work: Work, case: Case, intent: dict[str, Any], send: partial[dict[str, Any]], at: str) -> Effect:
    connection = case.warehouse.erp
    write = effects.Write(key=case.source, verb=VERB, intent=intent, send=send, at=at)
    return effects.make(work, connection, write)


def _receive(erp: ErpGateway, plan: rules.Plan, kept: dict[str, str]) -> dict[str, Any]:
    posted = erp.receive(plan.picking, plan.posting)
    result = _result(posted.picking, posted.backorders, kept, posted.extras)
    return {**result, "rest_cancelled": not (plan.posting.keep_backorder or posted.backorders)}


def _give_up(erp: ErpGateway, picking: Picking) -> dict[str, Any]:
    given_up = erp.give_up(picking)
    return {**_untouched(given_up), "cancelled": given_up.state == "cancel"}


def _untouched(picking: Picking | None) -> dict[str, Any]:
    transit = picking is not None and picking.source == "transit"
    return {"picking": "", "picking_id": None, "backorders": [], "kept": {}, "transit": transit}


def _result(
    picking: Picking, backorders: Sequence[int], kept: dict[str, str], extras: dict[str, int]
) -> dict[str, Any]:
    moves = {move.id: move for move in picking.moves}
    told = {sku: {"move": number, "product": moves[number].product_id} for sku, number in extras.items()}
    numbers = {"picking": picking.name, "picking_id": picking.id, "backorders": list(backorders)}
    return {**numbers, "kept": kept, "extras": told, "transit": picking.source == "transit"}


def _intent(case: Case, kept: dict[str, str] | None = None) -> dict[str, Any]:
    moving = intents.moving(case.warehouse, case.receipt.received_at, _goods(case, kept or {}))
    return {"digest": case.digest, "mark": case.facts.mark, "lines": _lines(case), "kept": kept or {}, **moving}


def _goods(case: Case, kept: Mapping[str, str]) -> Iterator[Goods]:
    for share in case.shares:
        product, quantity = share.line.product_id if share.line else 0, Decimal(kept.get(str(share.number), 0))
        if quantity:
            yield Goods(product, share.sku, quantity, share.lot or "", share.condition, share.location)


def _as_text(kept: Mapping[int, Decimal]) -> dict[str, str]:
    return {str(number): format(quantity, "f") for number, quantity in kept.items()}


def _lines(case: Case) -> list[list[str]]:
    return [
        [share.sku, format(share.quantity, "f"), share.lot or "", share.condition, share.location]
        for share in case.shares
    ]


def _summary(lines: list[list[str]]) -> str:
    return ", ".join(f"{quantity} {sku}" for sku, quantity, *_ in lines)
