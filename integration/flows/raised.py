"""Orders that were raised and that we have forgotten: the backup that was restored was older."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from integration.adapters.base import ErpGateway
from integration.jobs import generation
from integration.rules.shipping import ReleasedLine, ShippedQuantity


def since(erp: ErpGateway, shares: Sequence[ShippedQuantity], company: int) -> Mapping[str, Decimal]:
    """By line, what Odoo's order covers of what has left, though nobody here knows that it was raised."""
    if not generation.looks_first():
        return {}
    lines: dict[str, ReleasedLine] = {}
    left: defaultdict[str, Decimal] = defaultdict(Decimal)
    for share in shares:
        lines[share.line.line] = share.line
        left[share.line.line] += share.quantity
    totals = {name: line.shipped + left[name] for name, line in lines.items()}
    more = {name: lines[name].sale_line_id for name, total in totals.items() if total > lines[name].ordered}
    asked = [number for number in more.values() if number is not None]
    below = set(erp.below_delivered(asked, company)) if asked else set()
    return {name: totals[name] for name, number in more.items() if number is not None and number not in below}
