"""S18: many records in one call, pages, and how the server closes connections."""

import http.client
from collections.abc import Iterator

import pytest

from integration.sandbox.odoo import SandboxOdoo
from tests.contract.odoo.client import Client
from tests.contract.odoo.recording import VERSIONS, recording
from tests.contract.odoo.world import World


@pytest.fixture(params=VERSIONS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with SandboxOdoo(version=request.param, seed="empty") as odoo:
        yield World(odoo, Client(odoo, "jsonrpc"), recording(request.param, "S18_bulk_reading"))


def test_the_server_speaks_http_1_0_and_closes(world: World) -> None:
    noted = next(step for step in world.steps if step.name.startswith("response headers"))
    connection = http.client.HTTPConnection(world.odoo.host, world.odoo.port)
    connection.request("POST", "/web/webclient/version_info", b"{}", {"Content-Type": "application/json"})
    answer = connection.getresponse()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    compared = {"content-type", "connection"} & set(noted.result)
    assert {name: headers[name] for name in compared} == {name: noted.result[name] for name in compared}
    assert answer.version == 10
    assert noted.raw["http_version"] == "HTTP/1.0"
    connection.close()


def test_ten_orders_are_made_and_confirmed_in_one_call(world: World) -> None:
    world.product("002", 100)
    line = [[0, 0, {"product_id": world.products["002"], "product_uom_qty": 1}]]
    orders = world.call("sale.order", "create", [{"partner_id": world.partner, "order_line": line}] * 10)
    assert len(set(orders)) == 10
    assert world.call("sale.order", "action_confirm", orders) is True
    assert len({world.pickings(order)[0] for order in orders}) == 10


def test_an_order_of_a_hundred_lines_ships_in_one_call(world: World) -> None:
    for number in range(100):
        world.product(f"{number:03d}", 5)
    order = world.order(*((f"{number:03d}", 1) for number in range(100)))
    if world.version == 16:
        for move in world.moves(order):
            world.done(move, 1)
    assert len(world.moves(order)) == 100
    context = {"skip_sms": True, "skip_backorder": True, "skip_immediate": True}
    assert world.call("stock.picking", "button_validate", world.pickings(order), context=context) is True
    assert world.call("stock.picking", "read", world.pickings(order), ["state"])[0]["state"] == "done"


def test_pages_by_offset_and_by_id_hold_every_row_once(world: World) -> None:
    made = world.call("res.partner", "create", [{"name": f"Rec bulk {number:04d}"} for number in range(250)])
    domain = [["name", "like", "Rec bulk"]]
    by_offset = [
        one for offset in range(0, 250, 100) for one in world.call("res.partner", "search", domain, offset, 100, "id")
    ]
    by_id: list[int] = []
    while page := world.call("res.partner", "search", [*domain, ["id", ">", by_id[-1] if by_id else 0]], 0, 100, "id"):
        by_id += page
    assert by_offset == by_id == made


def test_bare_ids_come_without_names(world: World) -> None:
    order = world.order(confirm=False)
    named = world.call("sale.order", "search_read", [["id", "=", order]], ["partner_id"])
    bare = world.call("sale.order", "search_read", [["id", "=", order]], ["partner_id"], load="")
    assert named[0]["partner_id"] == [world.partner, f"Rec customer {world.tag}"]
    assert bare[0]["partner_id"] == world.partner
