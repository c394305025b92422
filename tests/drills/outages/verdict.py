"""What the outages left: every order by Odoo's books, the warehouse's and ours."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import psycopg

from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.goods import BY_PARTNER_SKU
from integration.sandbox.day.http import NoAnswer, Refused
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.wms import Wms

_OURS = """
SELECT parent.reference, event.sku, -sum(event.quantity), count(DISTINCT event.source)
FROM integration_stockevent AS event JOIN integration_document AS delivery ON delivery.id = event.document_id
JOIN integration_document AS parent ON parent.id = delivery.parent_id GROUP BY 1, 2"""
_TYPED = "SELECT release, state, told FROM integration_typedshipment"
_CASES = "SELECT count(*) FROM integration_exceptioncase"
Quantities = Mapping[str, Decimal]


@dataclass
class Verdict:
    """``matched``: forms that the warehouse told of as well, by its own number."""

    orders: int = 0
    lost: int = 0
    doubled: int = 0
    typed: int = 0
    matched: int = 0
    on_paper: int = 0
    cases: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)


def look(
    orders: Sequence[PlannedOrder],
    on_paper: set[str],
    odoo: Odoo,
    wms: Wms,
    crossdock: Crossdock,
    database_url: str,
) -> Verdict:
    """``on_paper``: orders that the warehouse's system never heard of."""
    found = Verdict(orders=len(orders), on_paper=len(on_paper))
    with psycopg.connect(database_url) as database:
        ours: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
        for name, sku, quantity, times in database.execute(_OURS).fetchall():
            ours[name][sku] = quantity
            if times > 1:
                found.wrong.append(f"{name} {sku} was booked {times} times")
        typed = database.execute(_TYPED).fetchall()
        found.cases = database.execute(_CASES).fetchone()[0]  # type: ignore[index]
    for order in orders:
        _judge(order, ours[order.name], on_paper, odoo, wms, found)
    found.typed = len(typed)
    found.matched = sum(bool(told) for _, _, told in typed)
    untold = found.typed - found.matched - len(on_paper)
    if untold:
        found.wrong.append(f"{untold} forms were not matched with the warehouse's own word")
    found.wrong += [f"the form of {release} is {state}" for release, state, _ in typed if state == "taken"]
    found.wrong += [f"{case['code']} {case['cause']}" for case in crossdock.cases()]
    found.wrong += [f"{job['flow']} {job['subject']}: {job['failure_text']}" for job in crossdock.waiting()]
    return found


def at_rest(wms: Wms, crossdock: Crossdock) -> bool:
    try:
        return not (wms.pending() or crossdock.moving() or crossdock.cases())
    except (NoAnswer, Refused):
        return False


def _judge(order: PlannedOrder, ours: Quantities, on_paper: set[str], odoo: Odoo, wms: Wms, found: Verdict) -> None:
    wanted = dict(order.basket)
    done = [["sale_id", "=", order.id], ["state", "=", "done"]]
    fields = ["product_id", "qty_delivered"]
    lines = odoo.rows("sale.order.line", [["order_id", "=", order.id]], fields)
    delivered = sum((Decimal(str(line["qty_delivered"])) for line in lines), Decimal(0))
    sides = {"Odoo": delivered, "Crossdock": sum(ours.values(), Decimal(0))}
    held = wms.held(order.name)
    if order.name in on_paper:
        found.wrong += [f"{order.name} went to the warehouse, where it had left on paper"] if held else []
    else:
        sides["the warehouse"] = _shipped(held)
    total = sum(wanted.values(), Decimal(0))
    found.lost += any(quantity < total for quantity in sides.values())
    found.doubled += any(quantity > total for quantity in sides.values())
    if set(sides.values()) != {total}:
        said = ", ".join(f"{side} {quantity.normalize():f}" for side, quantity in sides.items())
        found.wrong.append(f"{order.name}: {total} were ordered; {said}")
    transfers = int(odoo.call("stock.picking", "search_count", done))
    if transfers != 1:
        found.wrong.append(f"{order.name} has {transfers} done deliveries")


def _shipped(held: Sequence[Mapping[str, object]]) -> Decimal:
    """In Odoo's units."""
    total = Decimal(0)
    for release in held:
        for shipment in release["shipments"]:  # type: ignore[attr-defined]
            for line in shipment["lines"]:
                total += Decimal(line["quantity"]) / BY_PARTNER_SKU[line["sku"]].factor
    return total
