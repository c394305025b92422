"""When all is done: the warehouse lists its stock, and what Crossdock shows of it and of Odoo's is what both have.

And what the warehouse was told of products is what Odoo says, and the dates of new lots are what it read on them.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.doing import Doing, People
from integration.sandbox.day.goods import BY_SKU
from integration.sandbox.day.proof import Verdict, Wrong, number
from integration.sandbox.day.shelves import Held, Shelves, Slot, nothing_held
from integration.sandbox.day.trade import DEPOT, MAIN, ON_THE_WAY, OWNER

SITES = (MAIN, DEPOT)
DATED = ("name", "expiration_date")
PATIENCE, PAUSE = 60.0, 0.5
NONE = Decimal(0)
Row = Mapping[str, Any]


def list_stock(people: People, crossdock: Crossdock) -> list[Row]:
    """What Crossdock shows once it has the lists of all sites and has compared them to their end, page by page; as it
    is, if they do not come."""
    asked, until = datetime.now(UTC), time.monotonic() + PATIENCE
    for site in SITES:
        people.wms.snapshot(site, f"SNAP-{site}-{asked:%H%M%S}", owner=OWNER)
    shown: list[Row] = [*crossdock.inventory()]
    while (not _is_here(shown, asked) or crossdock.moving() or crossdock.comparing()) and time.monotonic() < until:
        time.sleep(PAUSE)
        shown = [*crossdock.inventory()]
    return [*crossdock.inventory()]


def _is_here(shown: Sequence[Row], asked: datetime) -> bool:
    latest: defaultdict[str, datetime] = defaultdict(lambda: datetime.min.replace(tzinfo=UTC))
    for row in shown:
        if row["reported_at"]:
            when = datetime.fromisoformat(row["reported_at"])
            latest[row["warehouse"]] = max(latest[row["warehouse"]], when)
    return len(latest) == len(SITES) and all(when >= asked for when in latest.values())


def judge_shown(people: People, shown: Sequence[Row], odoo: Shelves, wms: Shelves, verdict: Verdict) -> None:
    """Adds to the verdict."""
    reported, on_hand = _shown(people, shown)
    verdict.shown = len(shown)
    theirs = {slot: held for slot, held in wms.held.items() if slot.place}
    ours = {slot: held for slot, held in odoo.held.items() if slot.place != ON_THE_WAY}
    for what, seen, real in (("reported", reported, theirs), ("on hand", on_hand, ours)):
        for slot in sorted({*seen, *real}):
            if seen.get(slot, NONE) != real.get(slot, NONE):
                said = f"Crossdock shows {number(seen.get(slot, NONE))}, it is {number(real.get(slot, NONE))}"
                verdict.wrong.append(Wrong("", f"{what} of {slot}: {said}"))


def _shown(people: People, shown: Sequence[Row]) -> tuple[Held, Held]:
    """What it shows of the warehouse's stock and of Odoo's, in pieces."""
    places = people.trade.names(people.shop)
    ids = [["id", "in", list(places)]]
    full = {
        row["complete_name"]: places[row["id"]] for row in people.odoo.rows("stock.location", ids, ["complete_name"])
    }
    reported, on_hand = nothing_held(), nothing_held()
    for row in shown:
        sku = row["sku"].removesuffix(people.shop.sign) if people.shop.sign else row["sku"]
        factor = BY_SKU[sku].factor if sku in BY_SKU else Decimal(1)
        slot = Slot(full.get(row["place_name"]) or row["place_name"], sku, row["lot"])
        reported[slot] += Decimal(row["reported"] or 0) * factor
        on_hand[slot] += Decimal(row["on_hand"] or 0) * factor
    return reported, on_hand


def judge_told(people: People, verdict: Verdict) -> None:
    """Adds to the verdict."""
    told = people.wms.master()
    items = {each["code"]: each for each in told["records"] if each["kind"] == "item"}
    verdict.told = len(told["records"])
    verdict.wrong += [Wrong("", text) for text in _told_wrong(people, items)]


def _told_wrong(people: People, items: Mapping[str, Row]) -> Iterator[str]:
    skus = {product: sku for sku, product in people.shop.products.items()}
    for row in people.odoo.rows("product.product", [["id", "in", list(skus)]], ["name", "tracking"]):
        sku = skus[row["id"]]
        told = items.get(BY_SKU[sku].partner_sku)
        if told is None:
            yield f"{sku}: the warehouse was never told of it"
        elif (told["name"], told["tracking"]) != (row["name"], row["tracking"]):
            yield f"{sku}: the warehouse was told {told['name']}, {told['tracking']}: {row['name']}, {row['tracking']}"


def judge_dates(people: People, doings: Sequence[Doing], verdict: Verdict) -> None:
    """Adds to the verdict: a new lot has the date that the warehouse read on it."""
    lots = [
        lot
        for doing in doings
        for receipt in doing.receipts
        for line in receipt["lines"]
        for lot in line.get("lots", ())
        if lot.get("expires_on")
    ]
    named = [["name", "in", [lot["lot"] for lot in lots]]]
    dates = {row["name"]: row["expiration_date"] for row in people.odoo.rows("stock.lot", named, DATED)}
    for lot in lots:
        said = str(dates.get(lot["lot"]) or "no date")[:10]
        if said != lot["expires_on"]:
            text = f"lot {lot['lot']} expires on {lot['expires_on']} by the warehouse, and on {said} by Odoo"
            verdict.wrong.append(Wrong("", text))
