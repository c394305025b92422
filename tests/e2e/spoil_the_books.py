"""Spoils Odoo's books behind everybody's back: a receipt twice, goods at another place, another price. Run by the
demo's --before-proof."""

import os

from integration.management.demo.town import DATABASE, LOGIN, Town
from integration.sandbox.day.odoo import Odoo, OdooAddress
from integration.sandbox.day.sales import UNASKED


def main() -> None:
    odoo = Odoo(OdooAddress(os.environ["DEMO_ODOO_URL"], DATABASE, LOGIN, Town().odoo_key))
    receive_again(odoo)
    put_elsewhere(odoo)
    raise_the_price(odoo)


def receive_again(odoo: Odoo) -> None:
    """Ten chairs more, of a purchase that is complete."""
    chairs = [["product_id.default_code", "=", "CHAIR-OAK"], ["qty_received", "=", 10]]
    line = odoo.rows("purchase.order.line", chairs, ["order_id"])[0]
    odoo.call("purchase.order.line", "write", [line["id"]], {"product_qty": 20})
    more = [["purchase_id", "=", line["order_id"]], ["state", "not in", ["done", "cancel"]]]
    [receipt] = odoo.rows("stock.picking", more, ["name"])
    [move] = odoo.rows("stock.move", [["picking_id", "=", receipt["id"]]], ["product_uom_qty"])
    odoo.call("stock.move", "write", [move["id"]], {"quantity": move["product_uom_qty"], "picked": True})
    odoo.call("stock.picking", "button_validate", [receipt["id"]], context=UNASKED)


def put_elsewhere(odoo: Odoo) -> None:
    """Two damaged stools are good ones all of a sudden."""
    stools = [["product_id.default_code", "=", "STOOL-3"], ["location_id.usage", "=", "internal"]]
    quants = odoo.rows("stock.quant", stools, ["location_id", "quantity"])
    good, damaged = quants[0], next(each for each in quants if each["quantity"] == 4)
    for quant, more in ((good, 2), (damaged, -2)):
        counted = {"inventory_quantity": quant["quantity"] + more}
        odoo.call("stock.quant", "write", [quant["id"]], counted, context={"inventory_mode": True})
        odoo.call("stock.quant", "action_apply_inventory", [quant["id"]])


def raise_the_price(odoo: Odoo) -> None:
    """Of an order that is invoiced."""
    line = odoo.rows("sale.order.line", [["qty_invoiced", ">", 0]], ["price_unit"])[0]
    odoo.call("sale.order.line", "write", [line["id"]], {"price_unit": line["price_unit"] + 1})


if __name__ == "__main__":
    main()
