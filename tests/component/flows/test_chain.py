"""From a confirmed order to a delivered one, on every Odoo."""

import pytest

from tests.component.flows.wms import Held
from tests.component.flows.yard import Yard

every_odoo = pytest.mark.parametrize("odoo_server", ["16", "17", "18", "19"], indirect=True)
pytestmark = [pytest.mark.django_db(transaction=True), every_odoo]


def test_an_order_goes_out_and_its_shipment_comes_back(yard: Yard) -> None:
    sale = yard.sell(("CRATE-S", 3), ("ROPE-10", 2))
    yard.look()
    assert yard.wms.held() == [Held(sale.release, 1, "received", {"P-CRATE-S": "3", "P-ROPE-10": "2"})]
    yard.wms.accept(sale.release)
    yard.run()
    assert yard.state(sale.release) == "accepted"
    yard.shipped(sale, tracking=["1Z1"])
    assert yard.left(sale) == {"CRATE-S": (3, 3, 3), "ROPE-10": (2, 2, 2)}
    assert yard.odoo.transfers(sale.id) == [(sale.release, "done")]
    assert yard.odoo.shipped_by(sale.id) == [("SHP-000001", "1Z1")]
    assert (yard.state(sale.release), yard.cases(), yard.unfinished()) == ("shipped", [], [])
