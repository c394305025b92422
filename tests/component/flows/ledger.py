"""The books of the stand-in Odoo, as people see them, and the rules that have them kept."""

from typing import Any, NamedTuple

from integration.models import BusinessRule, ExternalReference
from tests.component.flows.yard import Sale, Yard


class Invoice(NamedTuple):
    kind: str
    state: str
    origin: str
    net: float
    total: float


class Ledger:
    """``sell`` makes orders with a discount and a tax, of products that are billed as delivered."""

    def __init__(self, yard: Yard) -> None:
        self.yard, self.odoo = yard, yard.odoo

    def rule(self, kind: str, when: str = "on_move", *, posted: bool = True, **scope: Any) -> None:
        BusinessRule.objects.create(kind=kind, when=when, posted=posted, **scope)

    def by_delivery(self, *codes: str) -> None:
        for code in codes:
            product = self.odoo.id_of("product.product", code, "default_code")
            self.odoo.call("product.product", "write", [product], {"invoice_policy": "delivery"})

    def sold(self, *lines: tuple[str, float, float, float]) -> Sale:
        """Product, quantity, price, discount in per cent; taxed by 15 %; the warehouse has it."""
        self.by_delivery(*(code for code, *_ in lines))
        taxes = "tax_ids" if self.odoo.version >= 19 else "tax_id"
        [tax] = self.odoo.call("account.tax", "search", [["type_tax_use", "=", "sale"], ["amount", "=", 15]], limit=1)
        wanted = [
            {
                "product_id": self.odoo.id_of("product.product", code, "default_code"),
                "product_uom_qty": quantity,
                "price_unit": price,
                "discount": discount,
                taxes: [[6, 0, [tax]]],
            }
            for code, quantity, price, discount in lines
        ]
        return self.yard.released(order_line=[[0, 0, line] for line in wanted])

    def invoices(self, sale: Sale) -> list[Invoice]:
        fields = ("move_type", "state", "invoice_origin", "amount_untaxed", "amount_total")
        rows = self.odoo.rows("account.move", [["invoice_line_ids.sale_line_ids.order_id", "=", sale.id]], *fields)
        named = [[row[name] for name in fields] for row in rows]
        return [
            Invoice(kind, state, origin.removeprefix(sale.name), net, total)
            for kind, state, origin, net, total in named
        ]

    def billed(self, sale: Sale) -> list[tuple[float, float]]:
        """By line of the order: what is delivered, and what is invoiced."""
        rows = self.odoo.rows("sale.order.line", [["order_id", "=", sale.id]], "qty_delivered", "qty_invoiced")
        return [(row["qty_delivered"], row["qty_invoiced"]) for row in rows]

    @staticmethod
    def traced() -> list[tuple[str, str]]:
        rows = ExternalReference.objects.filter(model="account.move").order_by("pk")
        return list(rows.values_list("document_type", "reference"))
