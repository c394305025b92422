"""Injected faults as a client sees them, and what they leave behind in the database."""

import time
import xmlrpc.client
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

import pytest

from integration.sandbox.odoo import SandboxOdoo
from tests.unit.sandbox.conftest import Caller, send

CREATE = {"model": "res.partner", "method": "create"}
BROKEN = (URLError, HTTPException, ConnectionError)


def inject(caller: Caller, fault: str, **more: Any) -> None:
    assert caller.control("POST", "faults", {"fault": fault, "match": CREATE, "times": 1, **more})[0] == 200


def test_a_cut_before_leaves_nothing_and_a_cut_after_leaves_the_record(caller: Caller) -> None:
    inject(caller, "cut_before")
    with pytest.raises(BROKEN):
        caller.call("res.partner", "create", {"name": "before"})
    inject(caller, "cut_after_commit")
    with pytest.raises(BROKEN):
        caller.call("res.partner", "create", {"name": "after"})
    assert (caller.customers("before"), caller.customers("after")) == (0, 1)


@pytest.mark.parametrize(
    ("fault", "status", "start"),
    [("error500", 500, b"Internal"), ("error_html", 502, b"<html>"), ("garbage", 200, b"\0")],
)
def test_a_page_comes_instead_of_an_answer(caller: Caller, fault: str, status: int, start: bytes) -> None:
    inject(caller, fault, match={})
    found, body = send(
        "POST", f"{caller.odoo.url}/jsonrpc", {"params": {"service": "common", "method": "version", "args": []}}
    )
    assert (found, body[: len(start)]) == (status, start)


def test_a_truncated_answer_ends_too_early(caller: Caller) -> None:
    inject(caller, "truncate")
    with pytest.raises(BROKEN):
        caller.call("res.partner", "create", {"name": "half"})
    assert caller.customers("half") == 1


def test_latency_delays_the_answer(caller: Caller) -> None:
    inject(caller, "latency", seconds=0.3)
    started = time.monotonic()
    assert "result" in caller.call("res.partner", "create", {"name": "slow"})
    assert time.monotonic() - started >= 0.3


def test_a_serialization_failure_looks_as_the_protocol_shows_it_and_changes_nothing(caller: Caller) -> None:
    inject(caller, "serialization")
    error = caller.call("res.partner", "create", {"name": "lost"})["error"]
    assert error["data"]["name"] == "psycopg2.errors.SerializationFailure"
    inject(caller, "serialization")
    proxy = xmlrpc.client.ServerProxy(f"{caller.odoo.url}/xmlrpc/2/object")
    with pytest.raises(xmlrpc.client.Fault) as caught:
        proxy.execute_kw(caller.odoo.db, 2, caller.odoo.password, "res.partner", "create", [{"name": "lost"}])
    assert caught.value.faultCode == 1
    assert "SerializationFailure" in caught.value.faultString
    assert caller.customers("lost") == 0


def test_a_fault_rolls_back_all_that_its_call_did(caller: Caller) -> None:
    rows = [{"name": "kept?"}, {"name": "kept?", "no_such_field": 1}]
    assert "error" in caller.call("res.partner", "create", rows)
    assert caller.customers("kept?") == 0


@pytest.mark.parametrize("version", ["16", "17", "18", "19"])
def test_the_demo_company_ships_an_order_from_the_first_call_on(version: str) -> None:
    with SandboxOdoo(version=version) as odoo:
        caller = Caller(odoo)
        product = caller.result(
            "product.product", "search", [["qty_available", ">=", 5], ["tracking", "=", "none"]], limit=1
        )
        customer = caller.result("res.partner", "search", [["is_company", "=", True]], limit=1)
        line = [[0, 0, {"product_id": product[0], "product_uom_qty": 2}]]
        order = caller.result("sale.order", "create", {"partner_id": customer[0], "order_line": line})
        assert caller.result("sale.order", "action_confirm", [order]) is True
        [picking] = caller.result("stock.picking", "search_read", [["sale_id", "=", order]], ["state"])
        assert picking["state"] == "assigned"
