"""The guard of the environment: nothing is sent anywhere while something is not as it was confirmed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils.timezone import now

from integration.adapters.base import Identity
from integration.errors import Throttled
from integration.handlers import HANDLERS
from integration.jobs import confirming, connections, engine, environment, systems
from integration.jobs.acts import Actor, NotAllowed
from integration.models import AuditEvent, Connection, EnvironmentLock, Installation, KnownSystem, Lane, SyncJob
from integration.sandbox.wms.server import _Handler
from tests.component.flows.yard import Yard
from tests.rig import backup

pytestmark = pytest.mark.django_db(transaction=True)
ANNA = Actor("anna")
TEST_URL = "https://test.example.com"
Calls = Callable[[], tuple[int, int]]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    environment.forget()
    yield
    environment.forget()


def codes() -> set[str]:
    return set(SyncJob.objects.filter(state__in=SyncJob.ACTIVE).values_list("failure_code", flat=True))


def differing() -> list[tuple[str, str, str, str]]:
    found = EnvironmentLock.objects.get(released_at=None).differences
    return [(each["about"], each["what"], each["before"], each["after"]) for each in found]


def confirmed(reason: str = "they are ours") -> int:
    return confirming.confirm(EnvironmentLock.objects.get(released_at=None).pk, ANNA, reason)


def seen(yard: Yard, born: str) -> None:
    with transaction.atomic():
        environment.found(yard.erp, Identity("", born))


@pytest.fixture(autouse=True)
def at_the_warehouse(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What its server was asked by us, whatever it answered."""
    asked: list[str] = []
    serve = _Handler._contract

    def counted(handler: _Handler, path: str, query: dict[str, str], body: bytes) -> Any:
        asked.append(path)
        return serve(handler, path, query, body)

    monkeypatch.setattr(_Handler, "_contract", counted)
    return asked


@pytest.fixture
def calls(yard: Yard, at_the_warehouse: list[str]) -> Callable[[], tuple[int, int]]:
    """How often both sides were called."""
    return lambda: (len(yard.odoo.calls()), len(at_the_warehouse))


@pytest.fixture
def met(yard: Yard) -> Yard:
    """An order has gone out: both systems are known."""
    yard.released(("CRATE-S", 2))
    return yard


def test_the_first_contact_is_taken_as_confirmed(met: Yard) -> None:
    known = {row.connection.slug: (row.base_url, row.database) for row in KnownSystem.objects.all()}
    assert known == {
        met.erp.slug: (met.erp.base_url, str(met.erp.options["database"])),
        met.partner.slug: (met.partner.base_url, ""),
    }
    here = Installation.objects.get()
    assert (here.environment, here.public_url, EnvironmentLock.objects.count()) == ("test", "http://127.0.0.1:8000", 0)


def test_production_restored_into_a_test_installation_sends_nothing_until_a_person_confirms(
    yard: Yard, calls: Calls, settings: Any
) -> None:
    settings.ENVIRONMENT = "production"
    Connection.objects.update(environment="production")
    yard.released(("CRATE-S", 2))
    waits = yard.sell(("CRATE-S", 3))
    taken = backup.take()
    before = calls()
    backup.restore(taken)
    settings.ENVIRONMENT, settings.PUBLIC_URL = "test", TEST_URL
    yard.look()
    yard.later()
    assert calls() == before
    assert EnvironmentLock.objects.count() == 0  # each connection says of itself that it is another environment's

    Connection.objects.update(environment="test")  # somebody thinks that this will do
    yard.look()
    yard.later()
    assert (calls(), codes()) == (before, {"CD-2020"})
    assert ("this installation", "address", "http://127.0.0.1:8000", TEST_URL) in differing()
    assert (yard.erp.slug, "environment", "production", "test") in differing()
    assert "CD-2021" in [code for code, _ in yard.cases()]

    assert confirmed() >= 1
    yard.later()
    assert waits.release in [held.release for held in yard.wms.held()]
    assert [code for code, _ in yard.cases()] == []
    assert AuditEvent.objects.get(verb="confirm environment").actor == "anna"


def test_settings_that_were_copied_with_the_database_are_seen_by_the_address(
    met: Yard, calls: Calls, settings: Any
) -> None:
    before = calls()
    settings.PUBLIC_URL = TEST_URL
    met.sell(("CRATE-S", 3))
    met.look()
    assert (calls(), codes()) == (before, {"CD-2020"})
    assert differing() == [("this installation", "address", "http://127.0.0.1:8000", TEST_URL)]


@pytest.mark.parametrize("which", ["erp", "partner"])
def test_a_changed_address_locks_all_that_is_sent(which: str, met: Yard, calls: Calls) -> None:
    connection: Connection = getattr(met, which)
    before = calls()
    Connection.objects.filter(pk=connection.pk).update(base_url=f"{connection.base_url}/copy")
    met.sell(("CRATE-S", 3))
    met.look()
    assert (calls(), codes()) == (before, {"CD-2020"})
    assert differing() == [(connection.slug, "address", connection.base_url, f"{connection.base_url}/copy")]
    connections.ask_for_test(met.partner.pk, ANNA)
    engine.run_lane(Lane.ORDER, HANDLERS, seconds=20)
    assert "CD-2020" in Connection.objects.get(pk=met.partner.pk).test_failure
    assert calls() == before


def test_another_database_of_the_same_server_locks(met: Yard) -> None:
    Connection.objects.filter(pk=met.erp.pk).update(options={**met.erp.options, "database": "copy"})
    met.look()
    assert differing() == [(met.erp.slug, "database", str(met.erp.options["database"]), "copy")]


def test_a_copy_behind_the_same_address_is_seen_by_its_number(met: Yard, calls: Calls) -> None:
    systems.start()
    met.run()
    number = KnownSystem.objects.get(connection=met.erp).uuid
    assert len(number) == 36
    met.odoo.copied()
    systems.start()
    met.run()
    [(about, what, before, after)] = differing()
    assert (about, what, before, len(after)) == (met.erp.slug, "number of the Odoo database", number, 36)
    done = calls()
    met.sell(("CRATE-S", 3))
    met.look()
    assert (calls(), codes()) == (done, {"CD-2020"})
    confirmed("the old server is gone")
    systems.start()
    met.later()
    assert (
        KnownSystem.objects.get(connection=met.erp).uuid,
        EnvironmentLock.objects.filter(released_at=None).count(),
    ) == (after, 0)


def test_the_original_that_came_back_while_it_was_locked_is_what_is_confirmed(met: Yard) -> None:
    systems.start()
    met.run()
    number = KnownSystem.objects.get(connection=met.erp).uuid
    copy = met.odoo.copied()
    systems.start()
    met.run()
    assert differing() == [(met.erp.slug, "number of the Odoo database", number, copy)]
    met.odoo.copied(number)
    systems.start()
    met.later()
    assert differing() == []
    assert EnvironmentLock.objects.filter(released_at=None).count() == 1  # somebody has to know that it was different
    confirmed("the original is back")
    systems.start()
    met.later()
    assert KnownSystem.objects.get(connection=met.erp).uuid == number
    assert EnvironmentLock.objects.filter(released_at=None).count() == 0


@pytest.mark.parametrize("what", ["base_url", "options"])
def test_an_odoo_that_is_not_where_it_was_confirmed_is_not_even_asked_which_one_it_is(
    what: str, met: Yard, calls: Calls
) -> None:
    elsewhere = {"base_url": f"{met.erp.base_url}/copy", "options": {**met.erp.options, "database": "copy"}}
    Connection.objects.filter(pk=met.erp.pk).update(**{what: elsewhere[what]})
    environment.watch()
    before = calls()
    systems.start()
    met.later()
    assert (calls(), codes()) == (before, {"CD-2020"})


def test_a_neutralized_copy_behind_the_same_address_is_seen_though_it_has_the_original_s_number(met: Yard) -> None:
    systems.start()
    met.run()
    number = KnownSystem.objects.get(connection=met.erp).uuid
    met.odoo.neutralized()
    systems.start()
    met.run()
    assert differing() == [(met.erp.slug, "number of the Odoo database", number, f"{number} (neutralized)")]


def test_a_credential_of_production_locks_a_test(met: Yard, calls: Calls) -> None:
    KnownSystem.objects.filter(connection=met.erp).update(environment="production")
    Connection.objects.filter(pk=met.erp.pk).update(enabled=False)  # the copied one is paused
    Connection.objects.create(
        slug="trial",
        name="Trial",
        kind="odoo",
        base_url=met.erp.base_url,
        secrets=met.erp.secrets,
        options=met.erp.options,
    )
    before = calls()
    systems.start()
    met.run()
    assert calls() == before
    assert differing() == [("trial", "credential", "one of its own", f"the one that {met.erp.slug} has in production")]
    confirmed("the copy has the same key")
    met.later()
    assert (EnvironmentLock.objects.filter(released_at=None).count(), calls()[0] > before[0]) == (0, True)


def test_a_new_key_is_taken_over_and_its_fingerprint_is_no_key(met: Yard) -> None:
    before = KnownSystem.objects.get(connection=met.partner).credential
    Connection.objects.filter(pk=met.partner.pk).update(secrets={**met.partner.secrets, "token": "another"})
    connection = Connection.objects.get(pk=met.partner.pk)
    environment.check(connection)
    known = KnownSystem.objects.get(connection=met.partner)
    assert (known.former, known.credential != before, len(known.credential)) == ([before], True, 64)
    assert EnvironmentLock.objects.count() == 0


def test_what_a_person_has_not_seen_is_not_confirmed(met: Yard) -> None:
    Connection.objects.filter(pk=met.partner.pk).update(base_url="https://one.example.com")
    met.look()
    Connection.objects.filter(pk=met.erp.pk).update(base_url="https://two.example.com")
    with pytest.raises(NotAllowed, match="Something else differs by now"):
        confirmed()
    assert len(differing()) == 2
    with pytest.raises(NotAllowed, match="Please say why"):
        confirmed("  ")
    confirmed()
    assert (EnvironmentLock.objects.get().released_by, KnownSystem.objects.get(connection=met.erp).base_url) == (
        "anna", "https://two.example.com",
    )  # fmt: skip


def test_another_user_of_ours_is_no_other_database(met: Yard) -> None:
    seen(met, "admin since 2026-01-01 00:00:00")
    seen(met, "robot since 2026-02-01 00:00:00")
    assert (EnvironmentLock.objects.count(), KnownSystem.objects.get(connection=met.erp).born[:5]) == (0, "robot")
    seen(met, "robot since 2026-03-01 00:00:00")
    assert [what for _, what, _, _ in differing()] == ["birth of our user"]


def test_a_terminal_confirms_what_it_has_shown_and_nothing_else(met: Yard, capsys: pytest.CaptureFixture[str]) -> None:
    def told(*words: str) -> str:
        call_command("environment", *words)
        return capsys.readouterr().out

    assert told("status") == "Nothing is locked.\n"
    Connection.objects.filter(pk=met.erp.pk).update(base_url="https://one.example.com")
    shown = told("status")
    assert f"- {met.erp.slug}: address https://one.example.com, before {met.erp.base_url}" in shown
    seen = shown.split("--seen ")[1].split()[0]
    Connection.objects.filter(pk=met.erp.pk).update(base_url="https://two.example.com")
    for _ in range(2):
        with pytest.raises(CommandError, match="Something else differs by now"):
            told("confirm", "--seen", seen, "--why", "it has moved")
    seen = told("status").split("--seen ")[1].split()[0]
    assert told("confirm", "--seen", seen, "--why", "it has moved").startswith("Confirmed: ")
    assert KnownSystem.objects.get(connection=met.erp).base_url == "https://two.example.com"


def test_who_waits_at_a_lock_for_long_asks_seldom(met: Yard) -> None:
    Connection.objects.filter(pk=met.partner.pk).update(base_url="https://one.example.com")
    with pytest.raises(Throttled) as soon:
        environment.check(met.erp)
    EnvironmentLock.objects.update(began_at=now() - timedelta(hours=1))
    with pytest.raises(Throttled) as later:
        environment.check(met.erp)
    assert (soon.value.retry_after, later.value.retry_after) == (30, 120)


def test_beat_sees_it_while_nothing_is_sent(met: Yard) -> None:
    environment.watch()
    assert EnvironmentLock.objects.count() == 0
    Connection.objects.filter(pk=met.erp.pk).update(base_url="https://elsewhere.example.com")
    environment.watch()
    environment.watch()
    assert (len(differing()), [code for code, _ in met.cases()]) == (1, ["CD-2021"])
