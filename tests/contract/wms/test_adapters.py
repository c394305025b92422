"""The suite covers every adapter, and every adapter says what it can."""

from integration.adapters.base import Capability
from integration.adapters.registry import WMS


def test_every_registered_adapter_is_under_test(adapters_under_test) -> None:
    assert set(adapters_under_test) == set(WMS)


def test_a_warehouse_takes_releases_and_can_be_asked_for_them(partner) -> None:
    assert partner.adapter.capabilities >= {Capability.RELEASE, Capability.FINDS}
