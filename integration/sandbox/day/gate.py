"""The purchase desk and the gate: goods are bought, expected, received and put away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from integration.sandbox.day.doing import Doing, People
from integration.sandbox.day.goods import BY_SKU
from integration.sandbox.day.trade import MAIN, OWNER


@dataclass(frozen=True)
class Buy:
    """In Odoo: a purchase is confirmed."""

    def play(self, people: People, doing: Doing) -> bool:
        if not doing.id:
            lines = [[0, 0, self._line(people, sku, quantity)] for sku, quantity in doing.scene.basket]
            values = {"partner_id": people.trade.supplier, "partner_ref": doing.reference, "order_line": lines}
            doing.id = people.odoo.create("purchase.order", values)
        people.odoo.call("purchase.order", "button_confirm", [doing.id])
        [row] = people.odoo.rows("purchase.order", [["id", "=", doing.id]], ["name"])
        doing.name = row["name"]
        return True

    @staticmethod
    def _line(people: People, sku: str, quantity: str) -> dict[str, Any]:
        goods = BY_SKU[sku]
        terms = {"product_qty": float(quantity), "price_unit": goods.cost, "name": goods.name}
        return {"product_id": people.shop.products[sku], **terms}


@dataclass(frozen=True)
class Expect:
    """The warehouse was told, and says yes."""

    def play(self, people: People, doing: Doing) -> bool:
        waiting = [advice for advice in advices(people, doing) if advice["status"] == "received"]
        for advice in waiting:
            people.wms.expect(advice["advice"])
            doing.documents.add(advice["advice"])
        return bool(waiting)


@dataclass(frozen=True)
class Receive:
    """``mode`` says how much comes in of what is open, ``damaged`` how much of the first line is broken.

    ``instead`` replaces fields of the first line. ``faults`` befall the message on its way.
    """

    mode: str = "full"
    damaged: str = "0"
    faults: tuple[str, ...] = ()
    instead: Mapping[str, Any] = field(default_factory=dict)

    def play(self, people: People, doing: Doing) -> bool:
        known = [advice for advice in advices(people, doing) if advice["status"] == "accepted"]
        if not known:
            return False
        advice = known[-1]
        script: dict[str, Any] = {"mode": self.mode, "damaged": self.damaged, "faults": list(self.faults)}
        if self.instead:
            script["lines"] = [{**_as_announced(advice["document"]["lines"][0]), **self.instead}]
        receipt = people.wms.receive(advice["advice"], **script)
        doing.receipts.append(receipt)
        doing.documents.add(receipt["receipt"])
        return True


@dataclass(frozen=True)
class Booked:
    """Whoever comes next waits until the receipt is in Odoo."""

    def play(self, people: People, doing: Doing) -> bool:
        done = [["purchase_id", "=", doing.id], ["state", "=", "done"]]
        return int(people.odoo.call("stock.picking", "search_count", done)) >= len(doing.receipts)


@dataclass(frozen=True)
class PutAway:
    """So much of what came in last goes to a bin."""

    to: str
    quantity: str

    def play(self, people: People, doing: Doing) -> bool:
        receipt = doing.receipts[-1]
        line = {"sku": receipt["lines"][0]["sku"], "quantity": self.quantity, "unit": "EA", "to_location": self.to}
        number = f"PUT-{doing.reference}-{doing.played}"
        people.wms.put_away(MAIN, owner=OWNER, put_away=number, receipt=receipt["receipt"], lines=[line])
        doing.documents.add(number)
        return True


def advices(people: People, doing: Doing) -> Sequence[dict[str, Any]]:
    """What the warehouse still expects of it."""
    found = people.wms.advices(doing.name)
    return [advice for advice in found if not advice["closed"] and not advice["cancelled"]]


def _as_announced(line: Mapping[str, Any]) -> dict[str, Any]:
    return {"line": line["line"], "sku": line["sku"], "quantity": line["quantity"], "unit": line["unit"]}
