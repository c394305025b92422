"""The transfer in Odoo that takes goods back: the one that was announced, or one that is made, once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Q

from integration.adapters.base import ErpGateway
from integration.canonical.erp import LooseLine, LooseReturn, Picking, Takeback
from integration.errors import Rejected
from integration.flows.returning import Case
from integration.jobs import effects
from integration.jobs.work import Work
from integration.models import Connection, Effect
from integration.rules.returns import Returned

VERB = "take_back"
CLOSED = ("done", "cancel")
AT_MOST = 10  # somebody who cancels it again and again wants it otherwise


def open_one(
    work: Work,
    case: Case,
    gateway: ErpGateway,
    left: Sequence[Picking],
    announced: Sequence[Picking],
    origin: int,
    shares: Sequence[Returned],
) -> Picking:
    """``origin``: the delivery that the goods left with; 0: nobody knows. One that somebody has cancelled or deleted
    is made anew. Raises Rejected CD-7035 for one that somebody has validated."""
    waiting = [one for one in announced if one.state not in CLOSED and origin in (one.return_of, one.id)]
    if waiting:
        return waiting[-1]
    delivery = next((one for one in left if one.id == origin), None)
    for suffix in ("", *(f"/{again}" for again in range(1, AT_MOST))):
        if delivery is None:
            write = _loose(case, gateway, shares, suffix)
        else:
            write = _by_wizard(case, gateway, delivery, shares, suffix)
        made = effects.once(work, case.warehouse.erp, write).result["picking_id"]
        chain = gateway.incoming(made)
        if waiting := [one for one in chain if one.state not in CLOSED]:
            return waiting[-1]
        if any(one.state == "done" for one in chain):
            break
    detail = "it was made for the goods, and somebody has closed it"
    raise Rejected("CD-7035", **case.about(picking=chain[0].name if chain else f"transfer {made}", detail=detail))


def _by_wizard(
    case: Case, gateway: ErpGateway, delivery: Picking, shares: Sequence[Returned], suffix: str
) -> effects.Write:
    """Until it is posted it has no mark: it is known by being new, and by taking back just that."""
    quantities: defaultdict[int, Decimal] = defaultdict(Decimal)
    for share in shares:
        if share.move is not None:
            quantities[share.move.move_id] += share.quantity
    key = f"{case.source}/transfer/{delivery.id}{suffix}"
    known = effects.of(case.warehouse.erp, key)
    if known is not None and known.state == Effect.State.INTENDED:
        others = known.intent["others"]
    else:
        others = sorted(one.id for one in gateway.returns.back([delivery.id]))
    stock = gateway.returns.stock_place(case.warehouse.erp_warehouse_id)
    takeback = Takeback(receipt=case.told.receipt, delivery=delivery, quantities=dict(quantities), stock_id=stock)
    return by_wizard(key, gateway, takeback, {"others": others, "mark": case.mark, "delivery": delivery.id})


def by_wizard(key: str, gateway: ErpGateway, takeback: Takeback, intent: Mapping[str, Any]) -> effects.Write:
    """``others`` of the intent: transfers that took something of the delivery back before."""
    return effects.Write(
        key=key,
        verb=VERB,
        intent=intent,
        send=lambda: {"picking_id": gateway.returns.take_back(takeback)},
        probe=partial(made, gateway, takeback.delivery.id, takeback.quantities, intent["others"]),
        at=takeback.delivery.name,
    )


def made(
    gateway: ErpGateway, delivery: int, quantities: Mapping[int, Decimal], others: Collection[int]
) -> dict[str, Any] | None:
    """The transfer that takes back just that of the delivery, and is none of the others."""
    for picking in gateway.returns.back([delivery]):
        if picking.id in others or picking.backorder_of or picking.state == "cancel":
            continue
        if {move.takes_back: move.demand for move in picking.moves} == quantities:
            return {"picking_id": picking.id}
    return None


def is_ours(erp: Connection, picking: Picking) -> bool:
    """Whether it was made for goods that are here already; or is being made, for all that anybody knows."""
    made = Effect.objects.filter(connection=erp, verb=VERB, key__startswith="return/")
    begun = Q(state=Effect.State.INTENDED, intent__delivery=picking.return_of or 0)
    return made.filter(Q(result__picking_id=picking.id) | begun).exists()


def _products(case: Case, gateway: ErpGateway, skus: Sequence[str]) -> dict[str, int]:
    """Raises Rejected CD-7035 for a code that is not just one product's."""
    found = [(one.sku, one.id) for one in gateway.stock.products(case.warehouse.company_id, skus=skus)]
    names = [name for name, _ in found]
    for sku in skus:
        if names.count(sku) != 1:
            detail = f"{names.count(sku)} products have the code {sku}"
            raise Rejected("CD-7035", **case.about(picking="a new transfer", detail=detail))
    return dict(found)


def _loose(case: Case, gateway: ErpGateway, shares: Sequence[Returned], suffix: str) -> effects.Write:
    """By external id: it is found again by that."""
    warehouse = case.warehouse
    wanted: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for share in shares:
        wanted[share.sku, share.unit] += share.quantity
    mark = f"Crossdock return {case.mark}{suffix}"

    def make() -> dict[str, Any]:
        skus = sorted({sku for sku, _ in wanted})
        products = _products(case, gateway, skus)
        lines = [
            LooseLine(product_id=products[sku], unit=unit, quantity=quantity)
            for (sku, unit), quantity in wanted.items()
        ]
        stock = gateway.returns.stock_place(warehouse.erp_warehouse_id)
        loose = LooseReturn(
            receipt=case.told.receipt,
            mark=mark,
            company_id=warehouse.company_id,
            warehouse_id=warehouse.erp_warehouse_id,
            stock_id=stock,
            lines=tuple(lines),
        )
        return {"picking_id": gateway.returns.loose(loose)}

    def find() -> dict[str, Any] | None:
        made = gateway.returns.loose_made(mark, warehouse.company_id)
        return {"picking_id": made} if made else None

    intent = {"mark": mark, "delivery": 0}
    return effects.Write(key=f"{case.source}/transfer/0{suffix}", verb=VERB, intent=intent, send=make, probe=find)
