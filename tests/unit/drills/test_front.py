"""The proxy in front of somebody's Odoo, with the stand-in behind it."""

import xmlrpc.client
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from integration.sandbox.day.http import NoAnswer
from integration.sandbox.day.odoo import Odoo, OdooAddress
from integration.sandbox.odoo.server import SandboxOdoo
from tests.drills.real.front import Front
from tests.drills.real.odoo import OthersOdoo

CREATE = {"call": "res.partner.create"}


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxOdoo]:
    with SandboxOdoo(version="19") as running:
        yield running


@pytest.fixture
def front(server: SandboxOdoo) -> Iterator[Front]:
    with Front(server.url) as running:
        yield running


@pytest.fixture
def through(server: SandboxOdoo, front: Front) -> Odoo:
    """Crossdock's way, its login done."""
    odoo = Odoo(OdooAddress(front.url, server.db, server.login, server.api_key))
    odoo.call("res.partner", "search_count", [])
    front.forget()
    return odoo


def named(server: SandboxOdoo, name: str) -> int:
    odoo = Odoo(OdooAddress(server.url, server.db, server.login, server.api_key))
    return int(odoo.call("res.partner", "search_count", [["name", "=", name]]))


def test_calls_are_counted_by_model_and_method(front: Front, through: Odoo) -> None:
    through.create("res.partner", {"name": "Counted"})
    through.version()
    assert dict(front.calls) == {"res.partner.create": 1, "common.version": 1}


def test_every_protocol_is_understood(server: SandboxOdoo, front: Front, through: Odoo) -> None:
    about: Any = (server.db, 2, server.api_key, "res.partner", "search_count", [[]], {})
    by_xmlrpc = xmlrpc.client.ServerProxy(f"{front.url}/xmlrpc/2/object").execute_kw(*about)
    bearer = {"authorization": f"bearer {server.api_key}", "x-odoo-database": server.db}
    by_json2 = httpx.post(f"{front.url}/json/2/res.partner/search_count", json={"domain": []}, headers=bearer).json()
    assert through.call("res.partner", "search_count", []) == by_xmlrpc == by_json2
    assert dict(front.calls) == {"res.partner.search_count": 3}


def test_a_call_that_is_cut_after_it_landed_has_landed(server: SandboxOdoo, front: Front, through: Odoo) -> None:
    front.rules.add({"fault": "cut_after_commit", "match": CREATE, "times": 1})
    with pytest.raises(NoAnswer):
        through.create("res.partner", {"name": "Cut after"})
    assert (named(server, "Cut after"), front.calls["res.partner.create"]) == (1, 1)


def test_a_call_that_is_cut_before_never_gets_there(server: SandboxOdoo, front: Front, through: Odoo) -> None:
    front.rules.add({"fault": "cut_before", "match": CREATE, "times": 1})
    with pytest.raises(NoAnswer):
        through.create("res.partner", {"name": "Cut before"})
    assert (named(server, "Cut before"), front.calls["res.partner.create"]) == (0, 0)


def test_out_of_reach_it_hangs_up_until_the_time_is_over(front: Front, through: Odoo) -> None:
    front.go_down(60)
    with pytest.raises(NoAnswer):
        through.version()
    front.go_down(0)
    assert through.version() == 19


def test_an_odoo_that_is_not_there_is_no_answer() -> None:
    with Front("http://127.0.0.1:9") as nowhere, pytest.raises(NoAnswer):
        Odoo(OdooAddress(nowhere.url, "db", "login", "key")).version()


def test_the_date_is_odoo_s_own(server: SandboxOdoo, front: Front) -> None:
    asked = {"jsonrpc": "2.0", "params": {"service": "common", "method": "version", "args": []}}
    answers = [httpx.post(f"{url}/jsonrpc", json=asked) for url in (server.url, front.url)]
    assert [len(answer.headers.get_list("date")) for answer in answers] == [1, 1]


def test_the_drill_asks_past_the_front_in_one_company(server: SandboxOdoo, front: Front) -> None:
    odoo = OthersOdoo(OdooAddress(server.url, server.db, server.login, server.api_key), front)
    place = odoo.find_place()
    assert (place.code, place.company, odoo.calls_of_others()) == ("WH", 1, 0)
