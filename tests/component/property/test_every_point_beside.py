"""The same for what a shipment brings along: a substitute on the order, files, freight and news of its parcels."""

from decimal import Decimal
from typing import Any

from integration.models import BusinessRule, DocumentLine, StockEvent, Warehouse
from tests.component.property.conftest import Builder
from tests.component.property.depot import Depot
from tests.component.property.test_every_point import dies_everywhere, ready, step

__all__ = ["step"]


def test_wherever_a_posting_with_a_substitute_ends_the_order_is_changed_once(new_depot: Builder, step: int) -> None:
    depot = ready(new_depot)
    BusinessRule.objects.create(kind="substitute", warehouse=depot.warehouse)

    def release() -> None:
        sale = depot.sold(("CRATE-S", 10.0))
        depot.look()
        instead = depot.line(sale, sku="P-ROPE-10", quantity="3", substitute=True)
        depot.wms.ship(sale.release, lines=[depot.line(sale, quantity="7"), instead])

    def arrive() -> None:
        depot.all_arrive()
        depot.run()

    def proof(depot: Depot) -> None:
        sale = depot.sales[-1]
        fields = ("product_uom_qty", "qty_delivered")
        rows = depot.odoo.rows("sale.order.line", [["order_id", "=", sale.id]], *fields)
        assert [tuple(row[name] for name in fields) for row in rows] == [(7, 7), (3, 3)]
        line = DocumentLine.objects.get(document__parent__reference=sale.name)
        assert (line.ordered, line.shipped, line.substituted) == (10, 7, 3)
        moved = StockEvent.objects.filter(document__parent__reference=sale.name).values_list("sku", "quantity")
        assert set(moved) == {("CRATE-S", Decimal(-7)), ("ROPE-10", Decimal(-3))}

    assert dies_everywhere(depot, release, arrive, step, proof) * step > 120


def test_wherever_news_of_a_parcel_ends_odoo_has_it_once(new_depot: Builder, step: int) -> None:
    depot = ready(new_depot)
    depot.set(progress_notes=Warehouse.Progress.ACTIVITIES)
    news: list[Any] = []

    def release() -> None:
        sale = depot.sold(("CRATE-S", 3.0))
        depot.look()
        crate = DocumentLine.objects.get(document__reference=sale.release).line
        depot.wms.progress(sale.release, "picked", short={crate: "1"})
        shipment = depot.wms.ship(sale.release, packages=1, proof=True)["shipment"]
        cost = {"amount": "4.50", "currency": "USD"}
        depot.wms.track(shipment, "in_transit", freight=cost)
        depot.wms.track(shipment, "delivered", proof=True)
        news.append(shipment)

    def arrive() -> None:
        depot.all_arrive()
        depot.run()

    def proof(depot: Depot) -> None:
        sale = depot.sales[-1]
        assert len([note for note in depot.odoo.notes(sale.id) if "was delivered on" in note]) == 1
        assert len([note for note in depot.odoo.notes(sale.id) if "has picked" in note and "done" not in note]) <= 1
        assert (depot.odoo.to_do(sale.id), len(depot.odoo.files(sale.id))) == ([], 2)
        assert (depot.odoo.freight(sale.id), depot.odoo.delivered(sale.id)) == ([4.5], {"CRATE-S": 3})

    assert dies_everywhere(depot, release, arrive, step, proof) * step > 150
