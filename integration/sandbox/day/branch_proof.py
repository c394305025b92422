"""Is each order of the branch there once, by both sides' books, and did who was to write it write it?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration.sandbox.day.branch import KEYED, Branch
from integration.sandbox.day.by_hand import SHIPMENT, Book, Key, Sell
from integration.sandbox.day.doing import Doing, People
from integration.sandbox.day.going_live import KEYED as COMPARED
from integration.sandbox.day.going_live import RELEASE
from integration.sandbox.day.goods import BY_PARTNER_SKU, Shop
from integration.sandbox.day.proof import Shadowed, Verdict, Wrong

KNOWN, SENT = "the warehouse knows it", "to be done by Crossdock"
AGREED, SLIPS = "Compared", "Differ: the human was wrong"
Amounts = Mapping[str, Decimal]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Left:
    """What left of one order, by Odoo."""

    deliveries: int
    amounts: Amounts
    tracking: str


def judge(people: People, branch: Branch, doings: Sequence[Doing], verdict: Verdict) -> None:
    """Adds to the verdict."""
    sold = [doing for doing in doings if any(isinstance(deed, Sell) for deed in doing.scene.deeds)]
    held: defaultdict[str, list[Row]] = defaultdict(list)
    for each in branch.wms.books()["orders"]:
        held[each["order"]].append(each)
    for doing in sold:
        left = _left(people, doing)
        verdict.wrong += [Wrong(doing.name, f"{doing.title}: {text}") for text in _wrong(doing, held[doing.name], left)]
    strange = held.keys() - {doing.name for doing in sold}
    verdict.wrong += [Wrong("", f"{name} is at the branch, and nobody sold it there") for name in sorted(strange)]
    verdict.shadowed = told = _told(branch, len(held))
    if told != Shadowed(COMPARED, slips=_slips(doings), known=2, sent=1, booked=1, orders=len(sold)):
        verdict.wrong.append(Wrong("", f"the branch went live otherwise than planned: {told}"))


def _told(branch: Branch, orders: int) -> Shadowed:
    """What the console said when it went live."""
    release, shipment = branch.counts.get(RELEASE, {}), branch.counts.get(SHIPMENT, {})
    return Shadowed(
        compared=shipment.get(AGREED, 0),
        slips=shipment.get(SLIPS, 0),
        known=release.get(KNOWN, 0),
        sent=release.get(SENT, 0),
        booked=shipment.get(SENT, 0),
        orders=orders,
    )


def _slips(doings: Sequence[Doing]) -> int:
    return sum(isinstance(deed, Book) and deed.slip for doing in doings for deed in doing.scene.deeds)


def _wrong(doing: Doing, held: Sequence[Row], left: Left) -> Iterator[str]:
    if [(each["version"], each["replaced"]) for each in held] != [(1, [])]:
        yield f"the warehouse was to have it once, and had it {sum(1 + len(each['replaced']) for each in held)} times"
        return
    [there] = held
    by_hand = any(isinstance(deed, Key) for deed in doing.scene.deeds)
    if there["key"].startswith(KEYED) != by_hand:
        yield f"{'people were' if by_hand else 'Crossdock was'} to tell the warehouse, and somebody else did"
    if left.deliveries != 1:
        yield f"it was to leave once, and did {left.deliveries} times by Odoo"
    asked = {sku: Decimal(quantity) for sku, quantity in doing.scene.basket}
    shipped = {BY_PARTNER_SKU[line["sku"]].sku: Decimal(line["shipped"]) for line in there["lines"]}
    if not asked == shipped == left.amounts:
        yield f"{_said(asked)} were asked for, {_said(shipped)} left, and Odoo says {_said(left.amounts)}"
    numbers = ", ".join(number for each in there["shipments"] for number in each.get("tracking_numbers", ()))
    if numbers != left.tracking:
        yield f"tracking: the warehouse says {numbers}, Odoo says {left.tracking}"


def _left(people: People, doing: Doing) -> Left:
    done = [["sale_id", "=", doing.id], ["state", "=", "done"]]
    rows = people.odoo.rows("stock.picking", done, ["carrier_tracking_ref"])
    moved = [["picking_id", "in", [row["id"] for row in rows]], ["state", "=", "done"]]
    moves = people.odoo.rows("stock.move", moved, ["product_id", "quantity"])
    numbers = ", ".join(row["carrier_tracking_ref"] or "" for row in rows)
    return Left(len(rows), _amounts(moves, people.shop), numbers)


def _amounts(moves: Sequence[Row], shop: Shop) -> Amounts:
    skus = {product: sku for sku, product in shop.products.items()}
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for move in moves:
        found[skus[move["product_id"]]] += Decimal(str(move["quantity"]))
    return found


def _said(amounts: Amounts) -> str:
    return ", ".join(f"{quantity.normalize():f} x {sku}" for sku, quantity in sorted(amounts.items())) or "nothing"
