"""Users are made with a name and a password, and the audit log keeps no password."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse

from integration.models import AuditEvent

ADD = "/console/auth/user/add/"
PASSWORD = "correct-horse-battery"
NEW = {"username": "anna", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}


def test_the_form_for_a_user_asks_for_name_and_password(db, admin_client):
    page = admin_client.get(ADD)
    assert all(f'name="{field}"' in page.text for field in NEW)


def test_a_user_is_added_can_log_in_and_is_audited_without_the_password(db, admin_client, client):
    page = admin_client.post(ADD, NEW)
    made = User.objects.get(username="anna")
    assert page.url == reverse("admin:auth_user_change", args=[made.pk])
    assert client.login(username="anna", password=PASSWORD)
    event = AuditEvent.objects.get(verb="added", actor="admin")
    assert event.subject == f"user anna ({made.pk})"
    assert PASSWORD not in str(event.detail)


@pytest.mark.parametrize("left_out", ["username", "password1", "password2"])
def test_a_user_without_name_or_password_is_not_made(left_out, db, admin_client):
    page = admin_client.post(ADD, NEW | {left_out: ""})
    assert left_out in page.context["adminform"].form.errors
    assert User.objects.count() == 1


@pytest.fixture
def clerk(client, db):
    """May change users, and little else."""
    user = User.objects.create_user("clerk", password=PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    client.force_login(user)
    return client


@pytest.mark.parametrize("page", ["change", "password_change"])
def test_nobody_changes_somebody_who_may_do_more(page, clerk, admin_user):
    name = "admin:auth_user_change" if page == "change" else "admin:auth_user_password_change"
    sent = {"username": "admin", "password1": "taken-over-1", "password2": "taken-over-1", "usable_password": "true"}
    assert clerk.post(reverse(name, args=[admin_user.pk]), sent).status_code in (403, 302)
    admin_user.refresh_from_db()
    assert (admin_user.check_password("password"), admin_user.is_active) == (True, True)


def test_nobody_gives_rights_that_he_has_not_got(clerk):
    own = User.objects.get(username="clerk")
    page = clerk.get(reverse("admin:auth_user_change", args=[own.pk]))
    assert list(page.context["adminform"].form.fields["groups"].queryset) == []
    sent = {"username": "clerk", "is_active": "on", "groups": [Group.objects.get(name="administrator").pk]}
    clerk.post(page.wsgi_request.path, sent | {"reach-TOTAL_FORMS": 0, "reach-INITIAL_FORMS": 0})
    assert not own.groups.exists()


def test_a_new_password_is_audited_without_it(db, admin_client):
    anna = User.objects.create_user("anna", password=PASSWORD)
    sent = {"password1": "another-horse-9", "password2": "another-horse-9", "usable_password": "true"}
    admin_client.post(reverse("admin:auth_user_password_change", args=[anna.pk]), sent)
    event = AuditEvent.objects.get(verb="changed", actor="admin")
    assert (event.subject, event.detail) == (f"user anna ({anna.pk})", {"password": "(secret)"})
