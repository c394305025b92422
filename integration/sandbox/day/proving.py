"""All proofs of a day, one after the other: orders, money, stock, and what each side was told."""

from collections.abc import Sequence

from integration.sandbox.day import closing, evidence, money, stock_proof
from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.doing import Doing, People
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.proof import Verdict, judge


def prove(
    people: People,
    orders: Sequence[PlannedOrder],
    doings: Sequence[Doing],
    crossdock: Crossdock,
    *,
    since: int,
    stuck: Sequence[str],
) -> Verdict:
    """``since``: the latest movement in Odoo before the day began. ``stuck``: what should be over and is not."""
    seen = evidence.of_orders(people, orders, doings, crossdock.cases(), stuck)
    verdict = judge(seen)
    money.judge(people.odoo, people.shop, orders, seen.odoo, doings, verdict)
    shown = closing.list_stock(people, crossdock)
    stock = evidence.of_stock(people, orders, doings, since)
    stock_proof.judge(stock, verdict)
    closing.judge_shown(people, shown, stock.odoo, stock.wms, verdict)
    closing.judge_told(people, verdict)
    closing.judge_dates(people, doings, verdict)
    return verdict
