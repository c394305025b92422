"""On the shelves: goods break, are found, get lost and are counted. And somebody changes Odoo without the warehouse."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integration.sandbox.day.doing import Doing, People
from integration.sandbox.day.goods import BY_SKU
from integration.sandbox.day.trade import MAIN, OWNER


@dataclass(frozen=True)
class Adjust:
    """The warehouse changes its stock of the first product by ``quantity``, and says so.

    ``about``: more fields of the line, such as what condition the goods are in now.
    """

    quantity: str
    reason: str
    about: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    def play(self, people: People, doing: Doing) -> bool:
        line = {**_line(doing), "quantity": self.quantity, "reason": self.reason, **self.about}
        number = f"ADJ-{doing.reference}-{doing.played}"
        people.wms.adjust(MAIN, [line], adjustment=number, owner=OWNER, faults=list(self.faults))
        doing.documents.add(number)
        return True


@dataclass(frozen=True)
class Lose:
    """So many of the first product are gone, and nobody notices."""

    quantity: str

    def play(self, people: People, doing: Doing) -> bool:
        number = f"LOST-{doing.reference}-{doing.played}"
        people.wms.fill(MAIN, [{**_line(doing), "quantity": f"-{self.quantity}"}], number)
        doing.documents.add(number)
        return True


@dataclass(frozen=True)
class Count:
    """What lies there of the first product is counted."""

    faults: tuple[str, ...] = ()

    def play(self, people: People, doing: Doing) -> bool:
        number = f"CNT-{doing.reference}-{doing.played}"
        people.wms.count(MAIN, [_line(doing)], count=number, owner=OWNER, reason="CYCLE", faults=list(self.faults))
        doing.documents.add(number)
        return True


@dataclass(frozen=True)
class CountInOdoo:
    """Somebody changes what Odoo holds of the first product, under a name of their own."""

    more: float

    def play(self, people: People, doing: Doing) -> bool:
        odoo, product = people.odoo, people.shop.products[_sku(doing)]
        here = [["product_id", "=", product], ["location_id", "=", people.shop.place]]
        if odoo.rows("stock.move", [["reference", "=like", f"{doing.reference}%"]], ["reference"]):
            return True
        [quant] = odoo.rows("stock.quant", here, ["quantity"])
        counted = {"inventory_quantity": quant["quantity"] + self.more}
        odoo.call("stock.quant", "write", [quant["id"]], counted, context={"inventory_mode": True})
        odoo.call("stock.quant", "action_apply_inventory", [quant["id"]], context={"inventory_name": doing.reference})
        return True


def _sku(doing: Doing) -> str:
    return doing.scene.basket[0][0]


def _line(doing: Doing) -> dict[str, Any]:
    return {"sku": BY_SKU[_sku(doing)].partner_sku}
