"""What a wrong configuration or a lost right looks like, on each protocol; and the company of every call."""

import dataclasses
import logging

import pytest

from integration.adapters.base import ConnectionSettings
from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.gateway import OdooGateway
from integration.errors import ConfigurationError, IntegrationError, Rejected, Unreachable
from tests.contract.gateway.guard import CountingGuard
from tests.contract.gateway.world import World


def _with(settings: ConnectionSettings, **options: object) -> ConnectionSettings:
    return dataclasses.replace(settings, options={**settings.options, **options})


def test_a_wrong_key_is_a_refused_login(settings: ConnectionSettings) -> None:
    wrong = dataclasses.replace(settings, secrets={"key": "not-the-key"})
    with pytest.raises(ConfigurationError) as caught:
        OdooGateway(wrong, CountingGuard()).order_ids(after_id=0, limit=1)
    assert caught.value.code == "CD-2001"
    assert "not-the-key" not in str(caught.value)


def test_an_unknown_database_is_named(settings: ConnectionSettings) -> None:
    with pytest.raises(ConfigurationError) as caught:
        OdooGateway(_with(settings, database="no_such_db"), CountingGuard()).order_ids(after_id=0, limit=1)
    assert (caught.value.code, caught.value.context["database"]) == ("CD-2002", "no_such_db")


@pytest.mark.parametrize(
    ("model", "method", "named", "code"),
    [
        ("no.such.model", "search_count", {"domain": []}, "CD-2003"),
        ("res.partner", "no_such_method", {}, "CD-2005"),
        ("res.partner", "search_read", {"domain": [], "fields": ["no_such_field"]}, "CD-2005"),
    ],
)
def test_what_this_odoo_does_not_have(
    world: World, model: str, method: str, named: dict[str, object], code: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        world.call(model, method, **named)
    assert caught.value.code == code


def test_a_business_refusal_carries_odoo_s_words(world: World) -> None:
    order = world.order({world.product(stock=4): 1})
    with pytest.raises(Rejected) as caught:
        world.call("sale.order", "unlink", [order])
    assert caught.value.code == "CD-4008"
    assert "cancel" in str(caught.value)


def test_a_closed_port_is_unreachable_for_reads_and_writes(settings: ConnectionSettings) -> None:
    closed = dataclasses.replace(_with(settings, uid=1, version="18.0", company_ids=[1]), base_url="http://127.0.0.1:9")
    caller = Caller(closed, CountingGuard())
    errors = [_error(caller, "search_count", domain=[]), _error(caller, "write", vals={})]
    assert [(type(error), error.code) for error in errors] == [(Unreachable, "CD-1001")] * 2


def test_plain_http_off_this_machine_is_refused(settings: ConnectionSettings) -> None:
    remote = dataclasses.replace(settings, base_url="http://odoo.example.com")
    with pytest.raises(ConfigurationError) as caught:
        OdooGateway(remote, CountingGuard())
    assert caught.value.code == "CD-2006"


def test_a_second_gateway_of_the_process_does_not_log_in_again(settings: ConnectionSettings, world: World) -> None:
    guard = CountingGuard()
    OdooGateway(settings, guard).order_ids(after_id=0, limit=1)
    assert guard.take() == ["sale.order.search"]


def test_neither_the_key_nor_the_payload_is_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world.gateway.order_ids(after_id=1_711_004_711, limit=1)
    assert "1711004711" not in caplog.text
    assert world.settings.secrets["key"] not in caplog.text.replace(world.settings.base_url, "")


def test_each_company_s_order_is_read_and_shipped_in_its_own_company(world: World) -> None:
    fields = ["company_id", "lot_stock_id"]
    for company_id in world.call.company_ids():
        [warehouse] = world.call.rows("stock.warehouse", [("company_id", "=", company_id)], fields, limit=1)
        product = world.product()
        world.put(product, 9, location_id=warehouse["lot_stock_id"][0])
        order = world.order({product: 2}, company_id=company_id, warehouse_id=warehouse["id"])
        [read] = world.gateway.orders([order])
        posted = world.ship(world.delivery_of(order), [2])
        assert [read.company_id, posted.picking.company_id] == [company_id] * 2
        assert world.delivered(order) == [2]


def test_a_probe_asks_for_what_this_process_has_learnt_before(world: World) -> None:
    """Odoo may have been upgraded since: this process spoke to the release before."""
    told = world.gateway.probe()
    with world.call.session.lock:
        world.call.session.version, world.call.session.company_ids = "15.0", (99,)
    again = world.gateway.probe()
    assert (again.version, again.facts["company_ids"]) == (told.version, told.facts["company_ids"])


def test_what_a_new_probe_found_is_known_without_a_restart(settings: ConnectionSettings) -> None:
    before = Caller(_with(settings, version="17.0", company_ids=[1]), CountingGuard())
    assert (before.version_text, before.company_ids()) == ("17.0", (1,))
    after = Caller(_with(settings, version="18.0", company_ids=[1, 2]), CountingGuard())
    assert (after.version_text, after.company_ids()) == ("18.0", (1, 2))


def test_a_company_that_the_user_is_given_or_loses_meanwhile_is_seen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = world.call.company_ids()
    made = world.call.create("res.company", {"name": world.unique("Company")})
    world.call("res.users", "write", [world.call.uid()], vals={"company_ids": [[4, made, 0]]})
    try:
        assert world.call.company_ids() == before, "it is not asked for at each call"
        monkeypatch.setattr("integration.adapters.odoo.caller.COMPANIES_SECONDS", 0)
        assert set(world.call.company_ids()) == {*before, made}
    finally:
        world.call("res.users", "write", [world.call.uid()], vals={"company_ids": [[3, made, 0]]}, companies=before)
        monkeypatch.undo()
        assert made in world.call.company_ids(), "nobody has asked yet"
        world.gateway.order_ids(after_id=0, limit=1)
        assert set(world.call.company_ids()) == set(before)


def _error(caller: Caller, method: str, **named: object) -> IntegrationError:
    ids = [1] if method == "write" else None
    with pytest.raises(IntegrationError) as caught:
        caller("res.partner", method, ids, **named)
    return caught.value
