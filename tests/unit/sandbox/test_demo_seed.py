"""The demo's business can buy what it sells."""

import pytest

from integration.sandbox.odoo import SandboxOdoo
from tests.unit.sandbox.conftest import Caller


@pytest.mark.parametrize("version", ["16", "19"])
def test_every_product_has_a_vendor_whose_terms_an_order_takes(version: str) -> None:
    with SandboxOdoo(version=version, seed="demo") as odoo:
        caller = Caller(odoo)
        goods = caller.result("product.product", "search", [["type", "!=", "service"], ["seller_ids", "=", False]])
        assert goods == []
        (drill,) = caller.result("product.product", "search", [["default_code", "=", "DRILL"]])
        (vendor,) = caller.result("res.partner", "search", [["name", "=", "Mole Instruments"]])
        line = {"product_id": drill, "product_qty": 2}
        order = caller.result("purchase.order", "create", {"partner_id": vendor, "order_line": [[0, 0, line]]})
        caller.result("purchase.order", "button_confirm", [order])
        (found,) = caller.result("purchase.order", "read", [order], ["amount_untaxed", "receipt_status"])
    assert (found["amount_untaxed"], found["receipt_status"]) == (178.8, "pending")
