"""Who sells a product, at which price and how fast."""

from __future__ import annotations

from datetime import date
from typing import Any

from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import serves
from .products import convert, price_per

MOST_SELLERS = 10  # a product that has more is not given another one by an order


@serves("product.supplierinfo")
class SupplierInfo(Model):
    """A vendor's price of a product."""

    def label(self, record: Record) -> str:
        return str(record.partner_id.label)

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        variant = self.env.browse("product.product", values.get("product_id"))
        return {
            "company_id": self.env.company.id,
            "currency_id": self.env.company.currency_id.id,
            "delay": 1,
            "min_qty": 0.0,
            "product_tmpl_id": variant.product_tmpl_id.id or False,
            "sequence": 1,
        }


def purchase_unit(product: Record) -> Record:
    """The unit in which vendors' prices are; 19 has one unit for everything."""
    unit: Record = getattr(product, "uom_po_id", None) or product.uom_id
    return unit


def sellers_of(product: Record, vendor: Record) -> list[Record]:
    return [seller for seller in product.seller_ids if seller.partner_id == vendor]


def seller_of(line: Record) -> Record:
    """The price that counts for an order line, or none: the cheapest of those that its quantity and day allow."""
    order, product, env = line.order_id, line.product_id, line.env
    quantity = convert(line.product_qty, line.product_uom, purchase_unit(product))
    vendors = [order.partner_id, order.partner_id.parent_id]
    fitting = [
        seller
        for seller in product.seller_ids
        if seller.partner_id in vendors
        and seller.partner_id
        and seller.company_id in (order.company_id, env.browse("res.company", 0))
        and (not seller.product_id or seller.product_id == product)
        and quantity >= seller.min_qty
        and _is_valid(seller, order.date_order.date())
    ]
    first = [seller for seller in fitting if seller.partner_id == fitting[0].partner_id]
    first.sort(key=lambda seller: (seller.price * (1 - seller.discount / 100), seller.sequence, seller.id))
    return first[0] if first else env.browse("product.supplierinfo", 0)


def _is_valid(seller: Record, day: date) -> bool:
    begun = not seller.date_start or seller.date_start <= day
    return begun and (not seller.date_end or seller.date_end >= day)


def price_of(seller: Record, line: Record) -> float:
    """A vendor's price in the unit of an order line."""
    return price_per(seller.price, purchase_unit(line.product_id), line.product_uom)


def remember_vendor(order: Record) -> None:
    """Confirming an order makes its vendor a seller of its products, at its prices."""
    vendor = order.partner_id.parent_id or order.partner_id
    for line in order.order_line:
        product = line.product_id
        sellers = product.seller_ids
        known = any(seller.partner_id in (vendor, order.partner_id) for seller in sellers)
        if not product or known or len(sellers) > MOST_SELLERS:
            continue
        values = {
            "partner_id": vendor.id,
            "product_tmpl_id": product.product_tmpl_id.id,
            "sequence": max((seller.sequence for seller in sellers), default=0) + 1,
            "min_qty": 1.0,
            "price": price_per(line.price_unit, line.product_uom, purchase_unit(product)),
            "discount": getattr(line, "discount", 0.0),
            "currency_id": order.currency_id.id,
            "delay": 0,
        }
        order.env.model("product.supplierinfo").create_all([values])
