"""Keys of Odoo and signing secrets of warehouses are exchanged: made, proven, used, the old one taken away."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils.timezone import now

from integration.errors import ConfigurationError
from integration.jobs import connections, environment, rotations
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.work import Work
from integration.models import AuditEvent, ConfigurationChange, Connection, KeyRotation, KnownSystem, SyncJob
from tests.component.engine.death import Death, install
from tests.component.flows.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)
ANNA = Actor("anna")
State = KeyRotation.State
nineteen = pytest.mark.parametrize("odoo_server", ["19"], indirect=True)
older = pytest.mark.parametrize("odoo_server", ["16", "17", "18"], indirect=True)
MOST, STEP = 2000, 23
OTHER = "whsec_" + "b3RoZXItc2VjcmV0LW90aGVyLXNlY3JldC0wMDAwMDE="


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    environment.forget()
    yield
    environment.forget()


def rotation() -> KeyRotation:
    return KeyRotation.objects.latest("pk")


def key_of(yard: Yard) -> str:
    return str(Connection.objects.get(pk=yard.erp.pk).secrets["key"])


def over(yard: Yard) -> None:
    """No call with the old key can be under way any more."""
    KeyRotation.objects.update(until=now())
    rotations.sweep()
    yard.run()


def by_hand(yard: Yard, key: str = "made-by-hand", login: str = "") -> str:
    """A person makes a key in Odoo."""
    yard.odoo.make_key(key, "Crossdock by hand", login or yard.odoo.server.login)
    return key


@nineteen
def test_odoo_makes_a_key_it_is_proven_and_used_and_the_old_one_revoked(yard: Yard) -> None:
    old = key_of(yard)
    rotations.ask_for_key(yard.erp.pk, ANNA)
    yard.run()
    row, new = rotation(), key_of(yard)
    assert (row.state, new != old, row.secrets) == (State.BOTH, True, {"old": old})
    assert row.name == f"Crossdock {yard.erp.slug} {row.pk}.1"
    ends = date.fromisoformat(str(Connection.objects.get(pk=yard.erp.pk).options["key_expires"]))
    assert ends == now().date() + timedelta(days=90)
    assert yard.odoo.keys() == {"Made by hand": old, row.name: new}
    over(yard)
    row.refresh_from_db()
    assert (row.state, row.secrets, row.failure, yard.odoo.keys()) == (State.ENDED, {}, "", {row.name: new})
    assert (yard.cases(), KnownSystem.objects.get(connection=yard.erp).confirmed_by) == ([], "")
    assert [each.verb for each in AuditEvent.objects.filter(actor="anna").order_by("pk")] == [
        "exchange key", "exchange key", "old key is gone",
    ]  # fmt: skip
    change = ConfigurationChange.objects.get(secrets=["key"])
    assert (change.actor, new in str(change.after), old in str(change.before)) == ("anna", False, False)
    yard.released(("CRATE-S", 2))


@nineteen
def test_a_death_after_odoo_made_the_key_leaves_no_unknown_key(yard: Yard) -> None:
    """Its answer is lost, so nobody holds it: it is known by its name, and the next one is used."""
    old = key_of(yard)
    yard.odoo.fault("generate", "cut_after_commit", model="res.users.apikeys")
    rotations.ask_for_key(yard.erp.pk, ANNA)
    yard.run()
    row = rotation()
    assert (row.state, key_of(yard)) == (State.ASKED, old)
    yard.later()
    row.refresh_from_db()
    lost, used = f"Crossdock {yard.erp.slug} {row.pk}.1", f"Crossdock {yard.erp.slug} {row.pk}.2"
    assert (row.state, row.name, row.strays, key_of(yard)) == (State.BOTH, used, [lost], yard.odoo.keys()[used])
    over(yard)
    row.refresh_from_db()
    assert (row.state, row.failure) == (State.ENDED, f"Nobody holds these keys, remove them in Odoo: {lost}")


@nineteen
def test_wherever_a_worker_dies_a_key_is_used_that_works_and_what_nobody_holds_is_named(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    yard.look()
    death = Death()
    install(death, monkeypatch)
    for points in range(1, MOST, STEP):
        kills, before = death.kills, len(yard.odoo.keys())
        rotations.ask_for_key(yard.erp.pk, ANNA)
        with death.after(points):
            yard.run()
        yard.later()
        row, keys = rotation(), yard.odoo.keys()
        assert (row.state, key_of(yard)) == (State.BOTH, keys[row.name])
        assert len(keys) == before + 1 + len(row.strays)
        over(yard)
        assert (rotation().state, key_of(yard), yard.cases()) == (State.ENDED, keys[row.name], [])
        for name in rotation().strays:
            yard.odoo.remove_key(keys[name])
        if death.kills == kills:
            break
    assert death.kills > 5


@nineteen
def test_a_swap_that_a_deadlock_undoes_goes_again(yard: Yard) -> None:
    """As whatever settles a job does: with what it had in hand the first time."""
    rotations.ask_for_key(yard.erp.pk, ANNA)
    row = rotation()
    rotations.made(row, by_hand(yard))
    with transaction.atomic():
        rotations.swap(row)
        transaction.set_rollback(True)
    with transaction.atomic():
        rotations.swap(row)
    assert (rotation().state, key_of(yard)) == (State.BOTH, "made-by-hand")


@nineteen
def test_a_made_key_that_odoo_refuses_is_taken_back(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    old = key_of(yard)

    def refused(connection: Connection, work: Work) -> None:
        if connection.secrets["key"] != old:
            raise ConfigurationError("CD-2001", connection=connection.name, login="", detail="too new")

    monkeypatch.setattr(connections, "probe", refused)
    rotations.ask_for_key(yard.erp.pk, ANNA)
    yard.run()
    assert (rotation().state, rotation().strays, yard.odoo.keys()) == (State.FAILED, [], {"Made by hand": old})


@nineteen
def test_an_old_key_that_is_entered_again_is_not_revoked(yard: Yard) -> None:
    old = yard.erp.secrets
    rotations.ask_for_key(yard.erp.pk, ANNA)
    yard.run()
    row = Connection.objects.get(pk=yard.erp.pk)
    row.secrets = old
    row.save()
    over(yard)
    assert (rotation().state, yard.odoo.keys()["Made by hand"]) == (State.FAILED, old["key"])
    assert f"remove {rotation().name}" in rotation().failure
    yard.released(("CRATE-S", 2))


@nineteen
def test_looking_again_revokes_nothing_while_calls_are_under_way(yard: Yard) -> None:
    old = key_of(yard)
    row = rotations.ask_for_key(yard.erp.pk, ANNA)
    rotations.look_again(row.pk)
    yard.run()
    rotations.look_again(row.pk)
    yard.run()
    assert (rotation().state, yard.odoo.keys()["Made by hand"]) == (State.BOTH, old)


@nineteen
def test_one_look_waits_however_long_odoo_is_down_and_one_that_a_person_ended_goes_on(yard: Yard) -> None:
    row = rotations.ask_for_key(yard.erp.pk, ANNA)
    SyncJob.objects.filter(flow="key_rotation").update(state=SyncJob.State.CANCELLED)
    rotations.look_again(row.pk)
    yard.run()
    assert rotation().state == State.BOTH
    KeyRotation.objects.update(until=now())
    for _ in range(3):
        rotations.sweep()
    assert SyncJob.objects.filter(flow="key_rotation", state=SyncJob.State.PENDING).count() == 1


@nineteen
def test_where_odoo_may_not_make_keys_the_old_one_goes_on_and_a_case_says_why(yard: Yard) -> None:
    old = key_of(yard)
    yard.odoo.restrict()
    rotations.ask_for_key(yard.erp.pk, ANNA)
    yard.run()
    row = rotation()
    assert (row.state, key_of(yard)) == (State.FAILED, old)
    assert "Programmatic API keys are not enabled" in row.failure
    assert [code for code, _ in yard.cases()] == ["CD-2022"]
    yard.odoo.allow_keys()
    rotations.ask_for_key(yard.erp.pk, ANNA)
    yard.run()
    assert (rotation().state, yard.cases(), key_of(yard) != old) == (State.BOTH, [], True)


@older
def test_before_19_a_person_makes_the_key_and_takes_the_old_one_away(yard: Yard) -> None:
    old = key_of(yard)
    rotations.ask_for_key(yard.erp.pk, ANNA)
    yard.run()
    assert (rotation().state, f"Odoo {yard.odoo.version} lets no program" in rotation().failure) == (State.FAILED, True)
    assert [code for code, _ in yard.cases()] == ["CD-2022"]

    new = by_hand(yard)
    rotations.ask_for_key(yard.erp.pk, ANNA, key=new, expires=date(2030, 1, 31))
    yard.run()
    assert (rotation().state, key_of(yard), yard.cases()) == (State.BOTH, new, [])
    assert Connection.objects.get(pk=yard.erp.pk).options["key_expires"] == "2030-01-31"
    over(yard)
    row = rotation()
    assert (row.state, row.secrets) == (State.LEFT, {"old": old})
    assert row.failure == "In Odoo, remove the old one of these: Made by hand, Crossdock by hand"
    assert [code for code, _ in yard.cases()] == ["CD-2023"]
    yard.odoo.remove_key(old)
    over(yard)
    assert (rotation().state, rotation().secrets, yard.cases()) == (State.ENDED, {}, [])


def test_a_key_of_another_user_is_not_used(yard: Yard) -> None:
    old = key_of(yard)
    yard.odoo.user("robot")
    rotations.ask_for_key(yard.erp.pk, ANNA, key=by_hand(yard, "robots-key", "robot"))
    yard.run()
    assert (rotation().state, key_of(yard)) == (State.FAILED, old)
    yard.released(("CRATE-S", 2))


def test_a_wrong_key_is_not_used(yard: Yard) -> None:
    old = key_of(yard)
    rotations.ask_for_key(yard.erp.pk, ANNA, key="no-such-key")
    yard.run()
    assert (rotation().state, key_of(yard), [code for code, _ in yard.cases()]) == (State.FAILED, old, ["CD-2022"])
    assert "refused the login" in rotation().failure


def test_two_at_once_are_refused_and_so_is_the_key_in_use(yard: Yard) -> None:
    rotations.ask_for_key(yard.erp.pk, ANNA)
    with pytest.raises(NotAllowed, match="is being exchanged already"):
        rotations.ask_for_key(yard.erp.pk, ANNA)
    KeyRotation.objects.all().delete()
    with pytest.raises(NotAllowed, match="in use"):
        rotations.ask_for_key(yard.erp.pk, ANNA, key=key_of(yard))
    Connection.objects.filter(pk=yard.erp.pk).update(four_eyes=True)
    with pytest.raises(NotAllowed, match="Two have to look"):
        rotations.ask_for_key(yard.erp.pk, ANNA, key="another")


@nineteen
def test_keys_that_end_soon_are_exchanged_by_themselves_where_it_is_wanted(yard: Yard) -> None:
    soon = (now().date() + timedelta(days=9)).isoformat()
    Connection.objects.filter(pk=yard.erp.pk).update(options={**yard.erp.options, "key_expires": soon})
    rotations.sweep()
    assert KeyRotation.objects.count() == 0
    options = {**yard.erp.options, "key_expires": soon, "rotate_key_days": 10}
    Connection.objects.filter(pk=yard.erp.pk).update(options=options)
    rotations.sweep()
    yard.run()
    rotations.sweep()
    assert (KeyRotation.objects.count(), rotation().state, rotation().asked_by) == (1, State.BOTH, "Crossdock")


@nineteen
def test_a_new_key_is_not_exchanged_at_once_however_early_that_is_wanted(yard: Yard) -> None:
    ends = (now().date() + timedelta(days=90)).isoformat()
    options = {**yard.erp.options, "key_expires": ends, "rotate_key_days": 120}
    Connection.objects.filter(pk=yard.erp.pk).update(options=options)
    rotations.sweep()
    assert KeyRotation.objects.count() == 0


def shipped(yard: Yard) -> str:
    """The answer that the warehouse gets for a message."""
    before = len(yard.wms.received())
    yard.shipped(yard.released(("CRATE-S", 1)))
    return yard.wms.received()[before:][-1].split()[-1]


def test_a_signing_secret_is_exchanged_with_both_good_for_a_while(yard: Yard) -> None:
    old = yard.partner.secrets["signing"]
    row, new = rotations.ask_for_signing(yard.partner.pk, ANNA, hours=24)
    assert (shipped(yard), new != old, new.startswith("whsec_")) == ("202", True, True)  # it signs with the old one
    assert KeyRotation.objects.get(pk=row.pk).old_used_at is not None
    yard.wms.sign_with(new)
    assert shipped(yard) == "202"
    assert new not in str(list(ConfigurationChange.objects.values())) + str(list(AuditEvent.objects.values()))

    KeyRotation.objects.update(until=now())
    rotations.sweep()
    secrets = Connection.objects.get(pk=yard.partner.pk).secrets
    assert (secrets["signing"], secrets.keys() & {"signing_previous", "signing_previous_until"}) == (new, set())
    assert (rotation().state, shipped(yard)) == (State.ENDED, "202")


def test_the_old_signing_secret_is_refused_from_its_moment_on_whoever_sweeps(yard: Yard) -> None:
    rotations.ask_for_signing(yard.partner.pk, ANNA, hours=0)
    assert yard.wms.tells() == "401"
    assert rotation().state == State.BOTH


def test_a_secret_that_the_partner_has_made_is_taken(yard: Yard) -> None:
    row, new = rotations.ask_for_signing(yard.partner.pk, ANNA, hours=1, secret=OTHER)
    assert (new, row.made_here, Connection.objects.get(pk=yard.partner.pk).secrets["signing"]) == (OTHER, False, OTHER)
    rotations.end_signing(row.pk, ANNA)
    with pytest.raises(NotAllowed, match="refused already"):
        rotations.end_signing(row.pk, ANNA)


def test_the_command_says_how_far_it_is(yard: Yard, capsys: Any) -> None:
    call_command("keys", "status")
    call_command("keys", "signing", "--slug", yard.partner.slug, "--hours", "2")
    call_command("keys", "status")
    call_command("keys", "end", "--slug", yard.partner.slug)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Nothing is being exchanged."
    assert said[1] == Connection.objects.get(pk=yard.partner.pk).secrets["signing"]
    assert said[2].startswith(f"{yard.partner.slug}: signing secret: in use; the old one is good, too, until ")
    assert said[3] == "The old signing secret is refused from now on."
