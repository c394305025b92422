"""What counts as another system, and what does not."""

from integration.rules import known_systems
from integration.rules.known_systems import Difference, Place, System

BEFORE = System("production", "https://erp.example.com", "main", "11-22", "robot since 2026-01-01 10:00:00")


def after(**changed: str) -> list[Difference]:
    same = {name: getattr(BEFORE, name) for name in ("environment", "base_url", "database", "uuid", "born")}
    return list(known_systems.changed("main", BEFORE, System(**{**same, **changed})))


def test_nothing_differs_from_itself() -> None:
    assert after() == []


def test_each_property_is_told_with_before_and_after() -> None:
    assert after(base_url="https://copy.example.com") == [
        Difference("main", "address", "https://erp.example.com", "https://copy.example.com")
    ]
    assert [each.what for each in after(environment="test", database="copy", uuid="33-44")] == [
        "environment", "database", "number of the Odoo database",
    ]  # fmt: skip


def test_what_cannot_be_seen_is_no_difference() -> None:
    assert after(uuid="", born="") == []


def test_our_user_may_become_another_one_but_not_be_born_anew() -> None:
    assert after(born="other since 2026-02-01 10:00:00") == []
    assert [each.what for each in after(born="robot since 2026-02-01 10:00:00")] == ["birth of our user"]


def test_an_installation_is_its_environment_and_its_address() -> None:
    here = Place("production", "https://a.example.com")
    assert list(known_systems.moved(here, here)) == []
    assert [each.what for each in known_systems.moved(here, Place("test", "https://b.example.com"))] == [
        "environment", "address",
    ]  # fmt: skip


def test_a_credential_of_production_is_borrowed_only_by_a_test() -> None:
    assert list(known_systems.borrowed("main", "production", ["other"])) == []
    assert list(known_systems.borrowed("trial", "test", [])) == []
    assert [each.after for each in known_systems.borrowed("trial", "test", ["main"])] == [
        "the one that main has in production"
    ]
