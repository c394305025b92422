"""What was told in shadow and is told again when the flow is live: people have keyed it, so nothing is written."""

import json
import time

import pytest
from django.utils.timezone import now

from integration.jobs import inventories
from integration.models import InboundMessage, ShadowDocument, Warehouse
from tests.component.engine.yard import until
from tests.component.flows.shelves import Shelves
from tests.component.flows.yard import Yard
from tests.component.rollout.clerk import Clerk

pytestmark = pytest.mark.django_db(transaction=True)


def told_again(yard: Yard, kind: str) -> list[str]:
    """The partner sends all of it once more, each as another message; what is written in Odoo then."""
    yard.odoo.forget_calls()
    for message in InboundMessage.objects.filter(type=kind).order_by("pk"):
        assert yard.wms.send(kind, json.loads(bytes(message.body))["data"]) == 202
    yard.run()
    return yard.odoo.writes()


@pytest.mark.parametrize("keyed", [True, False])
def test_a_shipment(dark: Yard, clerk: Clerk, keyed: bool) -> None:
    sale = dark.sell(("CRATE-S", 3), ("ROPE-10", 2))
    dark.look()
    clerk.tells(sale.release)
    dark.shipped(sale)
    if keyed:
        clerk.ships(sale.release)
        dark.look()
    dark.set(shipment_mode="live")
    assert (told_again(dark, "shipment.confirmed"), dark.cases()) == ([], [])


@pytest.mark.parametrize("keyed", [True, False])
def test_a_receipt(dark: Yard, clerk: Clerk, keyed: bool) -> None:
    bought = dark.buy(("CRATE-S", 10))
    dark.look()
    lines = [{"sku": "P-CRATE-S", "quantity": "10", "unit": "EA"}]
    told = {"receipt": "R-1", "advice": bought.advice, "received_at": now().isoformat(), "lines": lines}
    assert dark.wms.send("receipt.confirmed", told) == 202
    dark.run()
    if keyed:
        clerk.takes_in(bought.advice)
        dark.look()
    dark.set(receipt_mode="live")
    assert (told_again(dark, "receipt.confirmed"), dark.cases()) == ([], [])


@pytest.mark.parametrize("kind", ["inventory.adjusted", "inventory.counted"])
def test_stock(shelves: Shelves, clerk: Clerk, kind: str) -> None:
    yard, counts = shelves.yard, kind == "inventory.counted"
    shelves.stock("BOLT", 10)
    shelves.allow()
    if counts:
        yard.odoo.put(shelves.products["BOLT"], 12)
    yard.set(inventory_mode="shadow")
    second = int(time.time())
    until(lambda: int(time.time()) > second)  # Odoo's times have no fractions
    inventories.begin(Warehouse.objects.get())
    if counts:
        shelves.count({"sku": "P-BOLT"})
    else:
        shelves.adjust({"sku": "P-BOLT", "quantity": "-2"})
    yard.run()
    is_ = 10 if counts else 8
    clerk.changes("BOLT", is_)
    inventories.start_watches()
    yard.run()
    [row] = ShadowDocument.objects.all()
    [[*what, quantity]] = row.wanted[row.key]["lines"]
    assert (what, float(quantity)) == (["BOLT", ""], -2)
    yard.set(inventory_mode="live")
    assert (told_again(yard, kind), yard.cases()) == ([], [])
    assert shelves.odoo()["BOLT", "", "good"] == is_
