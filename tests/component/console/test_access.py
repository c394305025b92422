"""Users are made with a name and a password, and the audit log keeps no password."""

import pytest
from django.contrib.auth.models import User
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
