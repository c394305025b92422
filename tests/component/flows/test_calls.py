"""What the flows cost Odoo."""

import pytest

from integration.models import Document
from tests.component.flows.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)
each_way_of_reading = pytest.mark.parametrize("odoo_server", ["16", "18"], indirect=True)
every_odoo = pytest.mark.parametrize("odoo_server", ["16", "17", "18", "19"], indirect=True)
MOST_CALLS_TO_RELEASE, MOST_CALLS_TO_POST = 8, 5


@each_way_of_reading
def test_a_hundred_orders_are_released_with_a_handful_of_reads(yard: Yard) -> None:
    yard.released(("CRATE-S", 1))
    product = yard.odoo.id_of("product.product", "CRATE-S", "default_code")
    customer = yard.odoo.id_of("res.partner", "Alder Outdoor")
    order = {"partner_id": customer, "order_line": [[0, 0, {"product_id": product, "product_uom_qty": 1}]]}
    orders = yard.odoo.call("sale.order", "create", [order] * 100)
    yard.odoo.call("sale.order", "action_confirm", orders)
    yard.look()
    assert len(yard.odoo.calls()) <= MOST_CALLS_TO_RELEASE, yard.odoo.calls()
    assert len(yard.wms.held()) == 101
    assert (Document.objects.filter(kind="delivery").count(), yard.odoo.writes()) == (101, [])


@every_odoo
def test_a_plain_shipment_is_posted_with_at_most_five_calls(yard: Yard) -> None:
    first, second = yard.released(("CRATE-S", 3)), yard.released(("CRATE-S", 3), ("ROPE-10", 2))
    yard.shipped(first)
    yard.odoo.forget_calls()
    yard.shipped(second, tracking=["1Z9"])
    posting = [call for call in yard.odoo.calls() if call.startswith("stock.picking.")]
    assert len(posting) <= MOST_CALLS_TO_POST, posting
    assert len(yard.odoo.calls()) == len(posting) + 1  # the order is read again, together with others
    assert yard.left(second) == {"CRATE-S": (3, 3, 3), "ROPE-10": (2, 2, 2)}
    assert yard.odoo.writes() == ["stock.picking.write", "stock.picking.button_validate"]
