"""Environment locks are confirmed, keys and secrets exchanged, and rights shown, by who may, and by nobody else."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from integration.jobs import environment
from integration.models import AuditEvent, Connection, EnvironmentLock, KeyRotation, KnownSystem, SyncJob
from integration.rules.roles import ALL_WAREHOUSES
from tests.component.console.conftest import ESCAPED, SECRET, user_with
from tests.component.console.test_configuration import fields

NEW = "whsec_" + "b3RoZXItc2VjcmV0LW90aGVyLXNlY3JldC0wMDAwMDE="


def page(table, *args, of="change"):
    return reverse(f"admin:integration_{table}_{of}", args=args)


@pytest.fixture
def locked(rows):
    """The warehouse's connection leads elsewhere than it was confirmed."""
    environment.forget()
    EnvironmentLock.objects.all().delete()
    KnownSystem.objects.all().delete()
    environment.confirm_place("anna")
    Connection.objects.filter(pk=rows.wms.pk).update(base_url="https://old.example.com")
    environment.confirm(Connection.objects.get(pk=rows.wms.pk), "anna")
    Connection.objects.filter(pk=rows.wms.pk).update(base_url="https://new.example.com")
    return environment.begin()


@pytest.fixture
def free(rows):
    KeyRotation.objects.all().delete()
    Connection.objects.filter(pk=rows.wms.pk).update(secrets={"signing": SECRET})
    return rows


def test_the_page_of_a_lock_says_what_was_and_what_is_and_it_is_confirmed_with_a_reason(locked, admin_client):
    shown = admin_client.get(page("environmentlock", locked.pk)).text
    assert "https://old.example.com" in shown
    assert "https://new.example.com" in shown
    act = page("environmentlock", locked.pk, "confirm", of="act")
    asked = admin_client.post(act, {})
    assert "Why are these the systems" in asked.text
    assert EnvironmentLock.objects.get().released_at is None
    admin_client.post(act, {"reason": "it has moved"})
    lock = EnvironmentLock.objects.get()
    assert (lock.released_by, lock.released_why, lock.user.username) == ("admin", "it has moved", "admin")
    assert KnownSystem.objects.get().base_url == "https://new.example.com"
    assert AuditEvent.objects.get(verb="confirm environment").detail["reason"] == "it has moved"
    assert "/act/confirm/" not in admin_client.get(page("environmentlock", locked.pk)).text


def test_what_differs_otherwise_than_was_shown_has_to_be_looked_at_again(locked, admin_client):
    Connection.objects.update(base_url="https://newest.example.com")
    admin_client.post(page("environmentlock", locked.pk, "confirm", of="act"), {"reason": "it has moved"})
    assert EnvironmentLock.objects.get().released_at is None
    assert "https://newest.example.com" in admin_client.get(page("environmentlock", locked.pk)).text


def test_what_is_as_it_was_again_is_said_and_confirmed_all_the_same(locked, admin_client):
    Connection.objects.update(base_url="https://old.example.com")
    act = page("environmentlock", locked.pk, "confirm", of="act")
    admin_client.post(act, {"reason": "it has moved back"})
    shown = admin_client.get(page("environmentlock", locked.pk)).text
    assert "Nothing differs any more" in shown
    assert "https://new.example.com" not in shown
    admin_client.post(act, {"reason": "it has moved back"})
    assert EnvironmentLock.objects.get().released_why == "it has moved back"
    shown = admin_client.get(page("environmentlock", locked.pk)).text
    assert "Nothing differed any more when it was confirmed" in shown


@pytest.mark.parametrize(
    ("role", "may"), [("viewer", False), ("operator", False), ("supervisor", False), ("integrator", True)]
)
def test_only_who_connects_systems_confirms(locked, role, may):
    _, client = user_with(role, ALL_WAREHOUSES)
    client.post(page("environmentlock", locked.pk, "confirm", of="act"), {"reason": "x"})
    assert (EnvironmentLock.objects.get().released_at is not None) == may


def test_who_does_not_see_everything_confirms_nothing(locked):
    _, client = user_with("integrator")
    client.post(page("environmentlock", locked.pk, "confirm", of="act"), {"reason": "x"})
    assert EnvironmentLock.objects.get().released_at is None


def test_a_signing_secret_is_made_and_shown_once(free, admin_client):
    given = {"connection": free.wms.pk, "secret_new": "", "expires": "", "hours": "24"}
    answer = admin_client.post(page("keyrotation", of="add"), given, follow=True)
    row, secrets = KeyRotation.objects.get(), Connection.objects.get(pk=free.wms.pk).secrets
    assert secrets["signing"] in answer.text
    assert (secrets["signing_previous"], row.state, row.asked_by) == (SECRET, "both", "admin")
    assert abs(row.until - now() - timedelta(hours=24)) < timedelta(minutes=5)
    again = admin_client.get(page("keyrotation", row.pk)).text
    assert secrets["signing"] not in again
    assert "has not signed with the old secret since" in again
    assert secrets["signing"] not in str(list(AuditEvent.objects.values()))


def test_the_old_secret_is_ended_by_a_click(free, admin_client):
    given = {"connection": free.wms.pk, "secret_new": NEW, "expires": "", "hours": "24"}
    admin_client.post(page("keyrotation", of="add"), given)
    row = KeyRotation.objects.get()
    admin_client.post(page("keyrotation", row.pk, "end", of="act"), {"reason": "they have changed"})
    assert (KeyRotation.objects.get().state, Connection.objects.get(pk=free.wms.pk).secrets) == (
        "ended",
        {"signing": NEW},
    )


def test_what_is_no_signing_secret_is_refused(free, admin_client):
    given = {"connection": free.wms.pk, "secret_new": "whsec_c2hvcnQ=", "expires": "", "hours": "24"}
    assert "too short" in admin_client.post(page("keyrotation", of="add"), given).text
    assert KeyRotation.objects.count() == 0


def test_a_key_that_a_person_has_made_is_proven_by_a_worker(free, admin_client):
    given = {"connection": free.erp.pk, "secret_new": "a-key-4711", "expires": "2030-01-31", "hours": "24"}
    admin_client.post(page("keyrotation", of="add"), given)
    row, job = KeyRotation.objects.get(), SyncJob.objects.get(flow="key_rotation")
    assert (row.state, row.secrets, row.made_here, str(row.expires)) == (
        "made",
        {"new": "a-key-4711"},
        False,
        "2030-01-31",
    )
    assert job.payload == {"rotation": row.pk}
    assert "a-key-4711" not in admin_client.get(page("keyrotation", row.pk)).text
    second = admin_client.post(page("keyrotation", of="add"), given, follow=True)
    assert "being exchanged already" in second.text
    assert KeyRotation.objects.count() == 1


@pytest.mark.parametrize(("version", "offered"), [("18.0", False), ("19.0", True)])
def test_only_an_odoo_that_makes_keys_is_asked_for_one(free, admin_client, version, offered):
    Connection.objects.filter(pk=free.erp.pk).update(profile={"version": version})
    assert ("/act/exchange/" in admin_client.get(page("connection", free.erp.pk)).text) == offered
    admin_client.post(page("connection", free.erp.pk, "exchange", of="act"), {})
    assert KeyRotation.objects.filter(state="asked").exists() == offered


@pytest.mark.parametrize("role", ["viewer", "operator", "supervisor"])
def test_who_may_not_enter_credentials_exchanges_none(free, role):
    Connection.objects.filter(pk=free.erp.pk).update(profile={"version": "19.0"})
    _, client = user_with(role, ALL_WAREHOUSES)
    given = {"connection": free.wms.pk, "secret_new": NEW, "expires": "", "hours": "24"}
    assert client.post(page("keyrotation", of="add"), given).status_code == 403
    assert client.post(page("connection", free.erp.pk, "exchange", of="act"), {}).status_code == 403
    assert KeyRotation.objects.count() == 0


def test_the_rights_of_an_odoo_are_shown_by_model(rows, admin_client):
    Connection.objects.filter(pk=rows.erp.pk).update(profile={"version": "18.0"})
    shown = admin_client.get(page("heldrights", rows.erp.pk)).text
    assert ESCAPED in shown
    assert "Has and never used" in shown
    assert admin_client.get(page("heldrights", of="changelist")).status_code == 200


def test_whoever_changes_an_address_is_told_what_comes_of_it(locked, rows, admin_client):
    EnvironmentLock.objects.all().delete()
    Connection.objects.filter(pk=rows.wms.pk).update(base_url="https://old.example.com")
    form = fields(admin_client.get(page("connection", rows.wms.pk)))
    answer = admin_client.post(page("connection", rows.wms.pk), form | {"name": "Northgate"}, follow=True)
    assert "nothing is sent anywhere" not in answer.text
    form = fields(admin_client.get(page("connection", rows.wms.pk)))
    answer = admin_client.post(
        page("connection", rows.wms.pk), form | {"base_url": "https://x.example.com"}, follow=True
    )
    assert "nothing is sent anywhere until somebody confirms it" in answer.text
