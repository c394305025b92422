"""Before the day begins: a business with a shop, a supplier and two warehouses, the same on both sides."""

from collections.abc import Sequence

from integration.sandbox.day import goods
from integration.sandbox.day.doing import People
from integration.sandbox.day.goods import TRADED, Goods
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.trade import DEPOT, MAIN, open_trade
from integration.sandbox.day.wms import Wms


def open_business(
    odoo: Odoo, wms: Wms, orders: int, *, code: str = "WH", sign: str = "", more: Sequence[Goods] = ()
) -> People:
    """Stock for so many orders, and everybody who works with it. The warehouse says yes only when it is asked to."""
    all_goods = (*TRADED, *more)
    shop = goods.open_shop(odoo, orders, code=code, sign=sign, more=all_goods)
    trade = open_trade(odoo, shop, orders)
    goods.stock_warehouse(wms, orders, sign, more=all_goods)
    goods.fill_shelves(wms, MAIN, orders, sign, more=all_goods)
    goods.fill_shelves(wms, DEPOT, orders, sign, more=all_goods, away=True)
    wms.answer_on_request()
    return People(odoo, wms, shop, trade)
