"""What the day's proof reads from the stand-in for Odoo."""

from collections.abc import Iterator

import pytest

from integration.sandbox.day import goods
from integration.sandbox.day.odoo import Odoo, OdooAddress
from integration.sandbox.day.sides import read_odoo
from integration.sandbox.odoo.server import SandboxOdoo

NOT_SOLD = 0


@pytest.fixture
def odoo() -> Iterator[Odoo]:
    with SandboxOdoo(version="18") as server:
        yield Odoo(OdooAddress(server.url, server.db, server.login, server.api_key))


def test_an_order_that_was_never_sold_has_no_share_in_transfers_without_an_order(odoo: Odoo) -> None:
    shop = goods.open_shop(odoo, 1)
    [kind] = odoo.rows("stock.picking.type", [["code", "=", "incoming"]], ["default_location_dest_id"])[:1]
    [supplier] = odoo.rows("stock.location", [["usage", "=", "supplier"]], ["name"])[:1]
    where = {"location_id": supplier["id"], "location_dest_id": kind["default_location_dest_id"]}
    move = {"product_id": shop.products["CHAIR-OAK"], "product_uom_qty": 1, "name": "one", **where}
    made = odoo.create("stock.picking", {"picking_type_id": kind["id"], **where, "move_ids": [[0, 0, move]]})
    odoo.call("stock.picking", "action_confirm", [made])
    odoo.call("stock.picking", "button_validate", [made], context={"skip_backorder": True})
    assert odoo.rows("stock.picking", [["id", "=", made]], ["state"])[0]["state"] == "done"
    assert read_odoo(odoo, [NOT_SOLD], shop) == ({}, {})
