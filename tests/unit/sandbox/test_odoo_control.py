"""The Odoo sandbox's own API: the call log, outages, the clock, writes from the past, a fresh start."""

from datetime import datetime, timedelta
from http.client import RemoteDisconnected
from urllib.error import URLError

import pytest

from integration.sandbox.odoo import SandboxOdoo
from tests.unit.sandbox.conftest import Caller

FORMAT = "%Y-%m-%d %H:%M:%S"


def written(caller: Caller, record: int) -> datetime:
    row = caller.result("res.partner", "read", [record], ["write_date"])[0]
    return datetime.strptime(row["write_date"], FORMAT)


def test_calls_are_logged_with_their_outcome_and_counted_by_method(caller: Caller) -> None:
    caller.control("DELETE", "calls")
    caller.call("res.partner", "search", [])
    caller.call("res.partner", "search", [])
    caller.call("res.partner", "no_such_method", [1])
    _status, log = caller.control("GET", "calls")
    assert [(call["method"], call["uid"], call["outcome"]) for call in log["calls"]] == [
        ("search", 2, "ok"),
        ("search", 2, "ok"),
        ("no_such_method", 2, "builtins.AttributeError"),
    ]
    assert log["counts"] == {"res.partner.search": 2, "res.partner.no_such_method": 1}


def test_while_the_server_is_down_every_connection_breaks_until_told_otherwise(caller: Caller) -> None:
    caller.control("POST", "down", {"seconds": 60})
    with pytest.raises((URLError, RemoteDisconnected, ConnectionError)):
        caller.call("res.partner", "search", [])
    caller.control("POST", "down", {"seconds": 0})
    assert "result" in caller.call("res.partner", "search", [])


def test_the_clock_of_the_server_can_run_ahead(caller: Caller) -> None:
    before = caller.result("res.partner", "create", {"name": "today"})
    caller.control("POST", "clock", {"offset_seconds": 86400})
    after = caller.result("res.partner", "create", {"name": "tomorrow"})
    assert written(caller, after) - written(caller, before) >= timedelta(days=1)


def test_a_write_can_commit_with_a_time_long_gone(caller: Caller) -> None:
    record = caller.result("res.partner", "create", {"name": "slow"})
    at_first = written(caller, record)
    status, _answer = caller.control(
        "POST", "past", {"model": "res.partner", "id": record, "values": {"name": "late"}, "seconds": 300}
    )
    assert status == 200
    assert timedelta(seconds=295) < at_first - written(caller, record) <= timedelta(seconds=300)
    assert caller.customers("late") == 1


def test_a_reset_forgets_records_faults_and_calls(caller: Caller) -> None:
    caller.result("res.partner", "create", {"name": "gone"})
    caller.control("POST", "faults", {"fault": "error500", "match": {"model": "sale.order"}})
    caller.control("POST", "reset")
    assert caller.control("GET", "faults")[1] == []
    assert caller.control("GET", "calls")[1]["calls"] == []
    assert caller.customers("gone") == 0


@pytest.mark.parametrize("body", [{"fault": "no such fault"}, {"fault": "latency", "odd": 1}, ["x"]])
def test_a_wrong_rule_is_refused_and_none_is_added(caller: Caller, body: object) -> None:
    assert caller.control("POST", "faults", body)[0] == 400
    assert caller.control("GET", "faults")[1] == []


def test_an_unknown_control_route_is_not_found(caller: Caller) -> None:
    assert caller.control("POST", "nothing", {})[0] == 404


def test_with_a_token_the_control_api_answers_nobody_else() -> None:
    with SandboxOdoo(version="18", seed="empty", token="s3cret") as odoo:
        caller = Caller(odoo)
        assert caller.control("GET", "calls")[0] == 403
        assert caller.control("GET", "calls", **{"X-Sandbox-Token": "wrong"})[0] == 403
        assert caller.control("GET", "calls", **{"X-Sandbox-Token": "s3cret"})[0] == 200
