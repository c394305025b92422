"""Keys of our own user, which database answers, and what our user may do, as each version of Odoo tells it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integration.adapters.odoo.gateway import OdooGateway
from integration.adapters.odoo.rights import Rights
from integration.errors import ConfigurationError, Permanent
from tests.contract.gateway.guard import CountingGuard
from tests.contract.gateway.world import World

SOON = datetime.now(UTC).date() + timedelta(days=30)


def with_key(world: World, key: str) -> OdooGateway:
    return OdooGateway(replace(world.settings, secrets={"key": key}), CountingGuard())


def test_keys_are_listed_without_themselves(world: World) -> None:
    for key in world.gateway.keys.names():
        assert key.name
        assert str(world.settings.secrets["key"]) not in repr(key)


def test_before_19_no_key_is_made_and_none_revoked(world: World) -> None:
    if world.version >= 19:
        pytest.skip("from 19 on there are methods for it")
    world.guard.calls.clear()
    for act in (lambda: world.gateway.keys.make("x", SOON), lambda: world.gateway.keys.revoke("x")):
        with pytest.raises(ConfigurationError, match="lets no program make or revoke keys") as caught:
            act()
        assert caught.value.code == "CD-2005"
    assert world.guard.calls == []


def test_a_key_is_made_used_and_revoked(world: World) -> None:
    if world.version < 19:
        pytest.skip("before 19 only a person makes keys")
    name = world.unique("Key")
    key = world.gateway.keys.make(name, SOON)
    assert [each.expires for each in world.gateway.keys.names() if each.name == name] == [SOON]
    assert with_key(world, key).identity() == world.gateway.identity()
    world.gateway.keys.revoke(key)
    assert [each for each in world.gateway.keys.names() if each.name == name] == []
    with pytest.raises(Permanent) as caught:
        with_key(world, key).keys.knock()
    assert caught.value.code == "CD-2001"
    with pytest.raises(Permanent):
        world.gateway.keys.revoke(key)


def test_it_says_which_database_it_is_and_always_the_same(world: World) -> None:
    found = world.gateway.identity()
    login, _, since = found.born.partition(" since ")
    assert login == str(world.settings.options["login"])
    assert datetime.fromisoformat(since)
    assert found == world.gateway.identity()


def test_it_says_what_our_user_may_do(world: World) -> None:
    found = Rights(world.call).held(["sale.order", "no.such.model"])
    assert (set(found.operations), "read" in found.operations["sale.order"]) == ({"sale.order"}, True)
    assert found.groups == world.gateway.rights([]).groups != []
