"""S15: parallel clients and lost answers end as they did on the real servers."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from integration.sandbox.odoo import SandboxOdoo
from tests.contract.odoo.client import Client
from tests.contract.odoo.recording import VERSIONS, Step, fault_of, recording
from tests.contract.odoo.world import World

CTX = {"skip_backorder": True, "skip_immediate": True, "skip_sms": True}


@pytest.fixture(params=VERSIONS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with SandboxOdoo(version=request.param, seed="empty") as odoo:
        found = recording(request.param, "S15_concurrency")
        made = World(odoo, Client(odoo, found.protocol), found)
        made.product("002", 1000)
        yield made


def step(world: World, name: str) -> Step:
    return next(one for one in world.steps if one.name.startswith(name))


def at_once(world: World, calls: list[Callable[[Client], Any]]) -> list[Any]:
    """Run calls from one client each, all of them on the server before the first one runs."""
    results: list[Any] = [None] * len(calls)

    def run(number: int) -> None:
        results[number] = calls[number](Client(world.odoo, "jsonrpc"))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    with world.odoo.service.paused():
        for thread in threads:
            thread.start()
        poll(lambda: world.odoo.service.inside == len(calls))
    for thread in threads:
        thread.join()
    return results


def poll(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not check():
        assert time.monotonic() < deadline, "nothing happened in ten seconds"
        threading.Event().wait(0.005)


def ready(world: World, quantity: float = 5) -> int:
    """A delivery that `button_validate` ships."""
    order = world.order(("002", quantity))
    if world.version == 16:
        world.done(world.moves(order)[0], quantity)
    return world.pickings(order)[0]


def outcome(answer: tuple[Any, Any]) -> Any:
    result, fault = answer
    return fault_of(fault) if fault else result


def recorded(result: dict[str, Any]) -> Any:
    return fault_of(result["fault"]) if "fault" in result else result["result"]


def test_the_last_of_two_writers_wins_and_none_gets_a_fault(world: World) -> None:
    picking = ready(world)
    write = [
        lambda client, note=note: client.jsonrpc("stock.picking", "write", [[picking], {"note": note}], {})
        for note in ("a1", "a2")
    ]
    assert at_once(world, write) == [(True, None), (True, None)]
    assert world.call("stock.picking", "read", [picking], ["note"])[0]["note"] in ("<p>a1</p>", "<p>a2</p>")


def test_two_validations_of_one_picking_end_as_recorded_and_ship_once(world: World) -> None:
    picking = ready(world)
    before = world.call("stock.quant", "search_read", [["product_id", "=", world.products["002"]]], ["quantity"])
    validate = [lambda client: client.jsonrpc("stock.picking", "button_validate", [[picking]], {"context": CTX})] * 2
    outcomes = sorted(map(str, map(outcome, at_once(world, validate))))
    noted = step(world, "B button_validate of one picking").result
    assert outcomes == sorted(map(str, map(recorded, noted)))
    after = world.call("stock.quant", "search_read", [["product_id", "=", world.products["002"]]], ["quantity"])
    assert after[0]["quantity"] == before[0]["quantity"] - 5


def test_pickings_of_one_product_can_all_be_validated_at_once(world: World) -> None:
    pickings = [ready(world) for _ in range(4)]
    validate = [
        lambda client, one=one: client.jsonrpc("stock.picking", "button_validate", [[one]], {"context": CTX})
        for one in pickings
    ]
    assert at_once(world, validate) == [(True, None)] * 4
    assert {row["state"] for row in world.call("stock.picking", "read", pickings, ["state"])} == {"done"}


def test_one_of_three_imports_of_a_new_external_id_wins(world: World) -> None:
    rows = [["id", "name"], [["__wms__.conc", "Rec conc"]]]
    load = [lambda client: client.jsonrpc("res.partner", "load", rows, {})] * 3
    answers = [result for result, _fault in at_once(world, load)]
    noted = [one["result"] for one in step(world, "I load() of the same external id").result]
    assert sorted(bool(one["ids"]) for one in answers) == sorted(bool(one["ids"]) for one in noted)
    texts = {message["message"] for one in answers for message in one["messages"]}
    assert texts == {message["message"] for one in noted for message in one["messages"]}
    assert world.call("res.partner", "search_count", [["name", "=", "Rec conc"]]) == 1


def test_a_call_goes_on_when_its_client_has_gone(world: World) -> None:
    picking = ready(world)
    params = [world.odoo.db, 2, world.odoo.api_key, "stock.picking", "button_validate", [[picking]], {"context": CTX}]
    body = json.dumps({"params": {"service": "object", "method": "execute_kw", "args": params}}).encode()
    head = f"POST /jsonrpc HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with socket.create_connection((world.odoo.host, world.odoo.port)) as connection:
        connection.sendall(head + body)
    poll(lambda: world.call("stock.picking", "read", [picking], ["state"])[0]["state"] == "done")
    again = Client(world.odoo, "jsonrpc").jsonrpc("stock.picking", "button_validate", [[picking]], {"context": CTX})
    noted = step(world, "J button_validate again after the lost answer")
    kind, message = fault_of(noted.fault) if noted.fault else ("", "")
    assert outcome(again) == ((kind, message) if noted.fault else noted.result)
