"""What the people of the tests find: made by Odoo and the warehouse, as in a real day, and come to rest."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.doing import People
from integration.sandbox.day.goods import CHAIR, DRONE, GROUND, HOMELESS, KETTLE, LAMP, STOOL, TRAY
from integration.sandbox.day.trade import MAIN, OWNER
from integration.sandbox.day.troubles import ship_a_stray
from tests.rig.poll import until

WAITING = 37  # orders for a product that nobody has mapped
LOST = "-30"  # trays, and nobody knows why
GONE = "-50"  # stools: more than goes without approval
PATIENCE = 300.0
# The cases that are there when everything has come to rest, perhaps beside one of master data.
CASES = ("CD-3001", "CD-3005", "CD-4001", "CD-4006", "CD-5001", "CD-8001", "CD-8204", "CD-8204")
REFUSED = "the gate is closed"


@dataclass(frozen=True)
class Situations:
    """Numbers of orders. ``kettles``: wait for a code; ``homeless``: has no street; ``shipped``: has left;
    ``refused``: by the warehouse. ``parcel``: tracking number of the one that has left."""

    kettles: list[str]
    homeless: str
    shipped: str
    refused: str
    parcel: str


def make(people: People, crossdock: Crossdock) -> Situations:
    kettles = _sell(people, [_order(people, KETTLE.sku, 2, reference=f"K-{each:02d}") for each in range(WAITING)])
    homeless, _drone, shipped, refused = _sell(
        people,
        [
            _order(people, CHAIR.sku, 1, customer=HOMELESS[0]),
            _order(people, LAMP.sku, 1, carrier=DRONE),
            _order(people, CHAIR.sku, 3, reference="ALDER-77"),
            _order(people, LAMP.sku, 4),
        ],
    )
    ship_a_stray(people.wms)
    lost = {"sku": STOOL.partner_sku, "quantity": GONE, "reason": "BROKEN"}
    people.wms.adjust(MAIN, [lost], adjustment="ADJ-STOOLS", owner=OWNER)
    people.wms.fill(MAIN, [{"sku": TRAY.partner_sku, "quantity": LOST}])
    parcel = _ship(people, shipped)
    people.wms.reject(_held(people, refused), REFUSED)
    until(lambda: crossdock.has_case("CD-8001") and not crossdock.moving(), seconds=PATIENCE, every=0.5)
    people.wms.snapshot(MAIN, "SNAP-BROWSER", owner=OWNER)
    until(lambda: _rests(crossdock), seconds=PATIENCE, every=0.5)
    people.wms.control("settings", {"acknowledge_after": 0.2})  # from now on it says yes by itself
    return Situations(kettles, homeless, shipped, refused, parcel)


def to_be_shipped(people: People) -> str:
    """The number of one more order, which the warehouse has and nobody has shipped."""
    [order] = _sell(people, [_order(people, CHAIR.sku, 2, reference="BY-HAND")])
    _held(people, order)
    return order


def _rests(crossdock: Crossdock) -> bool:
    if Counter(CASES) - Counter(case["code"] for case in crossdock.cases()):
        return False
    return crossdock.jobs_blocked_by("CD-3001") == WAITING and not crossdock.moving()


def _ship(people: People, order: str) -> str:
    """All of it, in one parcel; its tracking number."""
    release = _held(people, order)
    people.wms.accept(release)
    told = people.wms.ship(release, packages=1)
    return str(told["packages"][0]["tracking_number"])


def _held(people: People, order: str) -> str:
    """The warehouse's number of the order, as soon as it has it."""
    until(lambda: people.wms.held(order), seconds=PATIENCE, every=0.2)
    return str(people.wms.held(order)[0]["release"])


def _sell(people: People, orders: list[dict[str, Any]]) -> list[str]:
    """Enters and confirms them all at once; their numbers."""
    made = people.odoo.call("sale.order", "create", orders)
    people.odoo.call("sale.order", "action_confirm", made)
    return [row["name"] for row in people.odoo.rows("sale.order", [["id", "in", made]], ["name"])]


def _order(
    people: People, sku: str, quantity: float, *, customer: str = "Alder Interiors", carrier: str = GROUND,
    reference: str = "",
) -> dict[str, Any]:  # fmt: skip
    shop = people.shop
    return {
        "partner_id": shop.customers[customer],
        "warehouse_id": shop.warehouse,
        "client_order_ref": reference,
        "carrier_id": shop.carriers[carrier],
        "order_line": [[0, 0, {"product_id": shop.products[sku], "product_uom_qty": quantity}]],
    }
