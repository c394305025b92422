"""One death at each point of moving a delivery to another warehouse: it leaves from one place, once."""

import pytest

from integration.jobs import sweep
from integration.models import Document, Warehouse
from tests.component.flows.test_order_rules import rule
from tests.component.property.conftest import Builder
from tests.component.property.depot import Depot
from tests.component.property.proof import prove
from tests.component.property.test_every_point import dies_everywhere, ready

__all__ = ["step"]
STOCK = 5000


def south(depot: Depot) -> Warehouse:
    """A second warehouse, which holds the paint."""
    odoo_id = depot.odoo.call("stock.warehouse", "create", {"name": "South", "code": "SO"})
    [row] = depot.odoo.rows("stock.warehouse", [["id", "=", odoo_id]], "lot_stock_id")
    paint = depot.odoo.id_of("product.product", "PAINT-W", "default_code")
    depot.odoo.put(paint, STOCK, location_id=row["lot_stock_id"])
    main = depot.warehouse
    given = {"erp": main.erp, "wms": main.wms, "company_id": main.company_id, "release_point": main.release_point}
    live = {"release_mode": Warehouse.Mode.LIVE, "shipment_mode": Warehouse.Mode.LIVE}
    return Warehouse.objects.create(name="South", erp_warehouse_id=odoo_id, site="SOUTH", **given, **live)


@pytest.fixture(params=[pytest.param(1, marks=pytest.mark.drill), 37], ids=["each", "some"])
def step(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def test_wherever_the_routing_of_an_order_ends_each_line_leaves_from_one_warehouse(
    new_depot: Builder, step: int
) -> None:
    depot = ready(new_depot)
    south(depot)
    rule('"PAINT-W" in delivery.quantities', kind="route", outcome={"warehouses": ["South"]})
    rule("true", kind="route", outcome={"warehouses": ["Main warehouse"]})
    sold: list[str] = []

    def sell() -> None:
        sold.append(depot.sold(("CRATE-S", 3.0), ("PAINT-W", 2.0)).name)

    def look() -> None:
        sweep.start_polls("odoo_poll")
        depot.run()
        depot.all_arrive()
        depot.run()

    def both(depot: Depot) -> None:
        prove(depot)
        for name in sold:
            [held] = [each for each in depot.wms.books() if each["order"] == name]
            assert (held["document"]["site"], len(held["lines"]), held["version"]) == ("SOUTH", 2, 1)
            assert Document.objects.filter(kind="delivery", parent__reference=name).count() == 1
            pickings = depot.odoo.rows("stock.picking", [["sale_id.name", "=", name]], "name", "state")
            assert [row["name"].split("/")[0] for row in pickings] == ["SO"]

    assert dies_everywhere(depot, sell, look, step, both) * step > 200
