"""What left in place of what was ordered: on Odoo's order before it is booked, at the price of what was ordered.

Part of shipment confirmation. It has an effect of its own, so that a lost answer never changes an order twice.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from integration.adapters.base import ErpGateway
from integration.canonical.erp import Picking, Swap, Swapped
from integration.canonical.shipments import ShipmentConfirmed
from integration.flows import beside
from integration.flows.bookings import Case
from integration.jobs import decisions, effects, routes, sources
from integration.jobs.work import Work
from integration.models import Connection, Document, Effect, InboundMessage, SyncJob
from integration.rules import shipping, substitutes
from integration.rules.substitutes import Key

VERB = "substitute"


def any_in(case: Case) -> bool:
    return any(share.substitute for share in case.shares)


def decided(message: InboundMessage, shipment: ShipmentConfirmed) -> dict[tuple[str, str], str]:
    """What a person chose; nothing is looked up for a shipment without substitutes."""
    if not any(line.substitute for line in shipment.lines):
        return {}
    return decisions.of(sources.of(message.connection, shipment))


def make(work: Work, case: Case, erp: ErpGateway, pickings: Sequence[Picking]) -> Mapping[Key, Swapped]:
    """Changes the order, once. Raises what stands against it, before anything is changed."""
    before = effects.of(case.warehouse.erp, _key(case))
    if before is not None and before.state == Effect.State.LANDED:
        swaps = substitutes.wanted(case.shipment, case.shares, case.facts)
    else:
        picking = shipping.find_picking(case.shipment, pickings, case.facts)
        swaps = substitutes.swaps(case.shipment, picking, case.shares, case.facts)
    return _change(work, case, erp, swaps)


def found(work: Work, case: Case, erp: ErpGateway) -> dict[str, object]:
    """The same for a shipment that Odoo has booked already: the order was changed before."""
    if not any_in(case):
        return {}
    _change(work, case, erp, substitutes.wanted(case.shipment, case.shares, case.facts))
    return known(case)


def known(case: Case) -> dict[str, object]:
    """For the result of the posting: the order's lines of what went in others' place."""
    effect = effects.of(case.warehouse.erp, _key(case)) if any_in(case) else None
    return {} if effect is None else {"substitutes": effect.result["lines"]}


def asked(case: Case, picking: Picking) -> dict[str, str]:
    if not any_in(case):
        return {}
    return {line: format(quantity, "f") for line, quantity in substitutes.asked(picking, case.shares).items()}


def plus(case: Case, asked: dict[str, str]) -> dict[str, str]:
    """What a delivery that is done asked for, with what had gone in its lines' place."""
    for share in case.shares:
        if share.substitute and share.line.line in asked:
            asked[share.line.line] = format(Decimal(asked[share.line.line]) + share.quantity, "f")
    return asked


def _key(case: Case) -> str:
    return beside.key("substitute", case.delivery, case.warehouse, case.shipment.shipment)


def _change(work: Work, case: Case, erp: ErpGateway, swaps: Sequence[Swap]) -> dict[Key, Swapped]:
    """The line of the substitute comes first: see ``adapters.odoo.substitutes``."""
    connection = case.warehouse.erp
    added = effects.once(work, connection, _adding(case, erp, swaps))
    made = [Swapped.model_validate(line) for line in added.result["lines"]]
    effects.once(work, connection, _shrinking(case, erp, swaps, made))
    return {(each.line, each.substitute): each for each in made}


def _adding(case: Case, erp: ErpGateway, swaps: Sequence[Swap]) -> effects.Write:
    order = case.delivery.parent
    assert order is not None  # noqa: S101  (a line without an order has no substitute)
    company = case.warehouse.company_id

    def send() -> dict[str, object]:
        return _result(erp.substitutes.add(order.erp_id, swaps, company=company))

    def probe() -> dict[str, object] | None:
        made = erp.substitutes.find(order.erp_id, swaps, company=company)
        return None if made is None else _result(made)

    intent = {"swaps": [swap.model_dump(mode="json") for swap in swaps]}
    return effects.Write(_key(case), VERB, intent, send, probe)


def _shrinking(case: Case, erp: ErpGateway, swaps: Sequence[Swap], made: Sequence[Swapped]) -> effects.Write:
    company = case.warehouse.company_id

    def send() -> dict[str, object]:
        erp.substitutes.shrink(swaps, made, company=company)
        return {}

    def probe() -> dict[str, object] | None:
        return {} if erp.substitutes.is_shrunk(swaps, made, company=company) else None

    key = beside.key("substituted", case.delivery, case.warehouse, case.shipment.shipment)
    return effects.Write(key, "order less", {}, send, probe)


def _result(made: Sequence[Swapped]) -> dict[str, object]:
    return {"lines": [each.model_dump(mode="json") for each in made]}


def in_hand(delivery: Document, partner: Connection, picking: Picking) -> bool:
    """The order was changed for a shipment that is still being posted, or was when the picking was read: nobody has to
    be told of that change."""
    prefix = "/".join([VERB, partner.slug, delivery.reference, ""])
    changed = list(Effect.objects.filter(connection=delivery.connection_id, key__startswith=prefix))
    if any(effect.state == Effect.State.INTENDED for effect in changed):
        return True
    landed = [effect for effect in changed if effect.state == Effect.State.LANDED]
    ours = {line["sale_line_id"] for effect in landed for line in effect.result["lines"]}
    if any(move.sale_line_id in ours and move.state not in shipping.CLOSED for move in picking.moves):
        return True
    return bool(landed) and _is_posted_later(delivery, partner, landed)


def _is_posted_later(delivery: Document, partner: Connection, landed: Sequence[Effect]) -> bool:
    """A shipment that Odoo may have booked, and we have not."""
    sources = {f"shipment/{effect.key.removeprefix(VERB + '/')}" for effect in landed}
    booked = set(delivery.stock_events.filter(source__in=sources).values_list("source", flat=True))
    stream = routes.DELIVERY.key(partner, delivery.reference)
    jobs = SyncJob.objects.filter(stream__key=stream, flow="shipment_confirmation", state__in=SyncJob.ACTIVE)
    return sources != booked and jobs.exists()
