"""What lies where, on all three sides, and which document made it so."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from integration.models import InboundMessage, StockDifference, StockEvent, SyncJob
from tests.component.property import goods
from tests.component.property.books import code_of, exact
from tests.component.property.furnish import Spot, Town

D = Decimal
Moved = Counter[Spot]
NUMBER = re.compile(r"/((?:SHP|RCV|RET|ADJ|CNT|PUT)-[0-9a-f]+)")
UNTOLD = ("filled", "lost")  # what the warehouse's books say and no message does
OURS = re.compile(r"Crossdock (?:shipment|receipt): \S+?/\S+ on transfer (\d+), seal")
State = StockDifference.State


def of_warehouse(town: Town) -> dict[str, Moved]:
    """By the warehouse's document, in Odoo's unit and codes; what was told again counts as it was told last."""
    book: defaultdict[str, Moved] = defaultdict(Counter)
    for each in town.depot.wms.server.world.orders.stock.movements:
        if each.why not in UNTOLD:
            code, slot = code_of(each.slot.sku), each.slot
            book[each.document][slot.site, code, slot.lot, slot.condition] += goods.in_odoo_unit(each.quantity, code)
    return {number: _something(moved) for number, moved in book.items()}


def of_ours() -> dict[str, Moved]:
    book: defaultdict[str, Moved] = defaultdict(Counter)
    for event in StockEvent.objects.select_related("warehouse"):
        [number] = NUMBER.findall(event.source)[-1:] or [event.source]
        book[number][event.warehouse.site, event.sku, event.lot, event.condition] += event.quantity
    return {number: _something(moved) for number, moved in book.items()}


def by_people(town: Town) -> Moved:
    """What somebody has moved in Odoo by a transfer that bears no mark of ours."""
    odoo, moved = town.depot.odoo, Counter[Spot]()
    fields = ("note", "picking_type_code")
    rows = odoo.rows("stock.picking", [["state", "=", "done"], ["picking_type_code", "!=", "internal"]], *fields)
    theirs = [row["id"] for row in rows if not _is_ours(row)]
    held = "quantity" if odoo.version >= 17 else "qty_done"
    wanted = ("product_id", "lot_id", "location_id", "location_dest_id", held, "state")
    names = {place: spot for spot, place in town.places.items()}
    lines = odoo.rows("stock.move.line", [["picking_id", "in", theirs]], *wanted)
    codes = odoo._codes([row["product_id"] for row in lines])
    lots = {row["id"]: row["name"] for row in odoo.rows("stock.lot", [], "name")}
    for row in lines:
        for place, sign in ((row["location_id"], -1), (row["location_dest_id"], 1)):
            if place in names and row["state"] == "done":
                site, condition = names[place]
                spot = (site, codes[row["product_id"]], lots.get(row["lot_id"], ""), condition)
                moved[spot] += sign * exact(row[held])
    return moved


def _is_ours(row: dict[str, object]) -> bool:
    return str(row["id"]) in OURS.findall(str(row["note"] or ""))


def wrong(town: Town, parted: set[str], ended: set[str]) -> Iterator[str]:
    """Document by document, and spot by spot. ``parted``: of which a person left a part out."""
    theirs, ours = of_warehouse(town), of_ours()
    for number, moved in theirs.items():
        mine = ours.get(number, Counter())
        if mine == moved or number in parted | ended or _waits(number):
            continue
        yield f"{number}: the warehouse moved {_told(moved)}, we say {_told(mine)}"
    counts = set(StockDifference.objects.filter(kind="counted").values_list("number", flat=True))
    for number in ours.keys() - theirs.keys() - counts:
        if ours[number]:
            yield f"{number}: we booked {_told(ours[number])}, and the warehouse says nothing of it"
    total, now = by_people(town), town.held()
    for moved in ours.values():
        total.update(moved)
    for spot in now.keys() | town.at_first.keys() | total.keys():
        left = town.at_first[spot] + total[spot]
        if now[spot] != left:
            yield f"{spot}: Odoo holds {now[spot]}; it had {town.at_first[spot]}, and we say {total[spot]} moved"


def soiled(town: Town) -> set[str]:
    """Products of which a document is not in Odoo as the warehouse told it, or that people moved there."""
    theirs, ours = of_warehouse(town), of_ours()
    apart = {number for number, moved in theirs.items() if ours.get(number, Counter()) != moved}
    codes = {spot[1] for number in apart for spot in theirs[number]}
    refused = StockDifference.objects.filter(state=State.REFUSED).values_list("sku", flat=True)
    return codes | {spot[1] for spot in by_people(town)} | set(refused)


def _waits(number: str) -> bool:
    messages = InboundMessage.objects.filter(reference=number)
    if not messages.exists():
        return True  # it has not arrived
    return SyncJob.objects.filter(inbound__in=messages, state__in=SyncJob.ACTIVE).exists()


def _something(moved: Moved) -> Moved:
    return Counter({spot: quantity for spot, quantity in moved.items() if quantity})


def _told(moved: Moved) -> str:
    return ", ".join(f"{quantity:f} of {' '.join(spot)}" for spot, quantity in sorted(moved.items())) or "nothing"
