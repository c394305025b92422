"""The branch at work: orders are keyed by people on both sides, with Crossdock beside them, or without people."""

from dataclasses import dataclass
from typing import Any

from integration.sandbox.day.branch import CUSTOMER, KEYED, SITE, Branch, mistyped, tracking
from integration.sandbox.day.doing import Doing, People
from integration.sandbox.day.goods import BY_SKU, GROUND
from integration.sandbox.day.http import Refused
from integration.sandbox.day.office import SHADOW
from integration.sandbox.day.sales import UNASKED

BUSY = "could not serialize"  # Odoo's words: whoever wrote tries again
SHIPMENT = "shipment"
WHY = "Two digits of the tracking number have changed places"


@dataclass(frozen=True)
class Sell:
    """In Odoo: an order that leaves from the branch is confirmed."""

    branch: Branch

    def play(self, people: People, doing: Doing) -> bool:
        if not doing.id:
            doing.id = people.odoo.create("sale.order", self._values(people, doing))
        people.odoo.call("sale.order", "action_confirm", [doing.id])
        [row] = people.odoo.rows("sale.order", [["id", "=", doing.id]], ["name"])
        doing.name = row["name"]
        return True

    def _values(self, people: People, doing: Doing) -> dict[str, Any]:
        shop = people.shop
        lines = [
            {"product_id": shop.products[sku], "product_uom_qty": float(quantity)}
            for sku, quantity in doing.scene.basket
        ]
        return {
            "partner_id": shop.customers[CUSTOMER],
            "warehouse_id": self.branch.warehouse,
            "client_order_ref": doing.reference,
            "carrier_id": shop.carriers[GROUND],
            "order_line": [[0, 0, line] for line in lines],
        }


@dataclass(frozen=True)
class Seen:
    """Crossdock shows what it would have done about it, in this flow and with this outcome."""

    branch: Branch
    flow: str
    outcome: str = ""

    def play(self, people: People, doing: Doing) -> bool:
        return bool(self.branch.office.shadow(delivery(people, doing)["name"], self.flow, self.outcome))


@dataclass(frozen=True)
class Key:
    """Somebody types the delivery into the warehouse, under its number in Odoo."""

    branch: Branch

    def play(self, people: People, doing: Doing) -> bool:
        order = self.order(people, doing)
        self.branch.wms.key(f"{KEYED} {order['release']}", order)
        return True

    @staticmethod
    def order(people: People, doing: Doing) -> dict[str, Any]:
        """What is typed in."""
        lines = [
            {"line": str(place), "sku": BY_SKU[sku].partner_sku, "quantity": quantity, "unit": "EA"}
            for place, (sku, quantity) in enumerate(doing.scene.basket, 1)
        ]
        about = {"release": delivery(people, doing)["name"], "version": 1, "order": doing.name, "site": SITE}
        return {**about, "ship_to": {}, "lines": lines}


@dataclass(frozen=True)
class Take:
    """The warehouse has it from Crossdock, and says yes."""

    branch: Branch

    def play(self, people: People, doing: Doing) -> bool:
        held = [each for each in self.branch.wms.held(doing.name) if each["status"] == "received"]
        for each in held:
            self.branch.wms.accept(each["release"])
        return bool(held)


@dataclass(frozen=True)
class Ship:
    """All of it leaves."""

    branch: Branch

    def play(self, people: People, doing: Doing) -> bool:
        [held] = self.branch.wms.held(doing.name)
        shipment = self.branch.wms.ship(held["release"], tracking=[tracking(doing)])
        doing.documents.add(shipment["shipment"])
        return True


@dataclass(frozen=True)
class Book:
    """Somebody types into Odoo what has left. ``slip``: with a mistyped tracking number. May be repeated."""

    branch: Branch
    slip: bool = False

    def play(self, people: People, doing: Doing) -> bool:
        row, number = delivery(people, doing), tracking(doing)
        if row["state"] == "done":
            return True
        if not _note(people, row, mistyped(number) if self.slip else number):
            return False
        people.odoo.call("stock.picking", "button_validate", [row["id"]], context=UNASKED)
        return True


@dataclass(frozen=True)
class Judge:
    """What differs is looked at: the human was wrong. Then it is corrected in Odoo."""

    branch: Branch

    def play(self, people: People, doing: Doing) -> bool:
        row = delivery(people, doing)
        found = self.branch.office.shadow(row["name"], SHIPMENT, "differs")
        if not found:
            return False
        self.branch.office.press(SHADOW, found, "human", WHY)
        return _note(people, row, tracking(doing))


@dataclass(frozen=True)
class Booked:
    """Crossdock has booked it in Odoo."""

    branch: Branch

    def play(self, people: People, doing: Doing) -> bool:
        row = delivery(people, doing)
        return bool(row["state"] == "done" and row["carrier_tracking_ref"] == tracking(doing))


def delivery(people: People, doing: Doing) -> dict[str, Any]:
    """The one of the order."""
    fields = ["name", "state", "carrier_tracking_ref"]
    [row] = people.odoo.rows("stock.picking", [["sale_id", "=", doing.id]], fields)
    return row


def _note(people: People, row: dict[str, Any], number: str) -> bool:
    """False: Odoo was too busy to write it."""
    try:
        people.odoo.call("stock.picking", "write", [row["id"]], {"carrier_tracking_ref": number})
    except Refused as refused:
        if BUSY not in str(refused):
            raise
        return False
    return True
