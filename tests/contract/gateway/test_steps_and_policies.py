"""Warehouses that deliver in several steps, operation types with a policy of their own, and the probe that tells."""

from collections.abc import Iterator

import pytest

from integration.errors import ConfigurationError, Forbidden, IntegrationError, Rejected
from tests.contract.gateway.world import World


@pytest.fixture
def two_steps(world: World) -> Iterator[None]:
    world.call("stock.warehouse", "write", [world.warehouse_id], vals={"delivery_steps": "pick_ship"})
    yield
    world.call("stock.warehouse", "write", [world.warehouse_id], vals={"delivery_steps": "ship_only"})


def test_the_last_step_waits_for_the_ones_before_it(world: World, two_steps: None) -> None:
    product = world.product(stock=50)
    order = world.order({product: 4})
    [read] = world.gateway.orders([order])
    [pick] = [picking for picking in read.pickings if picking.state == "assigned"]
    waiting = [picking for picking in read.pickings if picking.code == "outgoing" and picking.id != pick.id]
    for delivery in waiting:
        with pytest.raises(Rejected) as caught:
            world.ship(world.gateway.delivery(delivery.id)[0], [4])
        assert (caught.value.code, caught.value.context["earlier"]) == ("CD-5014", pick.name)
    world.validate_by_hand(pick)
    posted = world.ship(world.delivery_of(order), [4])
    assert posted.picking.state == "done"
    assert world.delivered(order) == [4]


@pytest.mark.parametrize(("policy", "backorders"), [("never", 0), ("always", 1)])
def test_the_operation_type_s_policy_is_told_by_the_probe(world: World, policy: str, backorders: int) -> None:
    kind = world.read("stock.warehouse", world.warehouse_id, "out_type_id")["out_type_id"][0]
    world.call("stock.picking.type", "write", [kind], vals={"create_backorder": policy})
    try:
        profile = world.gateway.probe()
        order = world.order({world.product(stock=50): 10})
        posted = world.ship(world.delivery_of(order), [6], keep_backorder=policy == "never")
    finally:
        world.call("stock.picking.type", "write", [kind], vals={"create_backorder": "ask"})
    [told] = [warehouse.backorder_policy for warehouse in profile.warehouses if warehouse.id == world.warehouse_id]
    assert (told, len(posted.backorders)) == (policy, backorders)


def test_the_probe_finds_nothing_missing_and_its_facts_spare_all_questions(world: World) -> None:
    profile = world.gateway.probe()
    assert [finding.name for finding in profile.findings if finding.ok is False] == []
    assert profile.version.startswith(str(world.version))
    names = {"version", "protocol", "e-mail address", "language", "companies", "clock", "app sale_stock"}
    assert names <= {finding.name for finding in profile.findings}
    facts = profile.facts
    assert facts["uid"] == world.call.uid()
    assert facts["transport"] == world.call.transport.name


def test_hints_are_installed_once_and_removed(world: World) -> None:
    url = f"http://127.0.0.1:9/hints/{world.unique('token').replace(' ', '')}"
    if (refusal := _refusal(world)) is not None:
        kind, code = refusal
        with pytest.raises(kind) as caught:
            world.gateway.install_hints(url)
        assert caught.value.code == code
        return
    assert list(world.gateway.install_hints(url)) == ["sale.order", "stock.picking"]
    assert list(world.gateway.install_hints(url + "2")) == ["sale.order", "stock.picking"]
    rules = world.call.rows("ir.actions.server", [("webhook_url", "=like", url + "%")], ["webhook_url"])
    assert [rule["webhook_url"] for rule in rules] == [url + "2"] * 2
    world.gateway.remove_hints()
    assert list(world.gateway.hints_installed()) == []


def _refusal(world: World) -> tuple[type[IntegrationError], str] | None:
    """16 has no webhooks, and elsewhere they need Settings rights."""
    if world.version == 16:
        return ConfigurationError, "CD-2009"
    ids = [world.call.uid()] if world.version >= 18 else None
    may = world.call("res.users", "has_group", ids, group_ext_id="base.group_system")
    return None if may else (Forbidden, "CD-2004")
