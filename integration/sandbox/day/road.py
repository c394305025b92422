"""Between the two warehouses: goods are asked for, leave one and come in at the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integration.sandbox.day.doing import Doing, People
from integration.sandbox.day.goods import BY_SKU


@dataclass(frozen=True)
class Move:
    """In Odoo: a transfer, with its two legs by way of a place in between. It is known by the name of the first one."""

    def play(self, people: People, doing: Doing) -> bool:
        if not doing.id:
            shop, trade = people.shop, people.trade
            doing.id = _leg(people, doing, trade.types["out"], (shop.place, trade.transit), {})
        moves = people.odoo.rows("stock.move", [["picking_id", "=", doing.id]], ["product_id", "move_dest_ids"])
        if not any(move["move_dest_ids"] for move in moves):
            first = {move["product_id"]: move["id"] for move in moves}
            _leg(people, doing, people.trade.types["in"], (people.trade.transit, people.trade.depot_place), first)
        legs = people.odoo.rows("stock.picking", [["origin", "=", doing.reference]], ["name"])
        people.odoo.call("stock.picking", "action_confirm", [leg["id"] for leg in legs])
        people.odoo.call("stock.picking", "action_assign", [doing.id])
        doing.documents |= {leg["name"] for leg in legs}
        doing.name = legs[0]["name"]
        return True


@dataclass(frozen=True)
class Leave:
    """The first warehouse has the release, says yes and ships."""

    mode: str = "full"

    def play(self, people: People, doing: Doing) -> bool:
        held = [each for each in people.wms.held(doing.name) if not each["closed"]]
        if not held:
            return False
        if held[0]["status"] == "received":
            people.wms.accept(held[0]["release"])
        shipment = people.wms.ship(held[0]["release"], mode=self.mode)
        doing.documents.add(shipment["shipment"])
        return True


def _leg(people: People, doing: Doing, kind: int, ends: tuple[int, int], origins: Mapping[int, int]) -> int:
    moves = [[0, 0, _goods(people, sku, quantity, ends, origins)] for sku, quantity in doing.scene.basket]
    about = {"picking_type_id": kind, "location_id": ends[0], "location_dest_id": ends[1], "origin": doing.reference}
    return people.odoo.create("stock.picking", {**about, "move_ids": moves})


def _goods(
    people: People, sku: str, quantity: str, ends: tuple[int, int], origins: Mapping[int, int]
) -> dict[str, Any]:
    product = people.shop.products[sku]
    linked = {"move_orig_ids": [[6, 0, [origins[product]]]], "procure_method": "make_to_order"} if origins else {}
    [row] = people.odoo.rows("product.product", [["id", "=", product]], ["uom_id"])
    named = {"name": BY_SKU[sku].name} if people.shop.version < 19 else {}
    what = {"product_id": product, "product_uom_qty": float(quantity), "product_uom": row["uom_id"]}
    return {**what, **named, "location_id": ends[0], "location_dest_id": ends[1], **linked}
