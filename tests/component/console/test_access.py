"""Users are made with a name and a password, and the audit log keeps no password."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse

from integration.models import AuditEvent, Reach, Warehouse

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


@pytest.fixture
def limited(clerk, rows):
    """The clerk sees one warehouse, and may do all that is done to users."""
    own = User.objects.get(username="clerk")
    own.user_permissions.add(*Permission.objects.filter(codename__endswith="_reach"))
    Reach.objects.create(user=own, warehouse=rows.warehouse)
    return own


@pytest.fixture
def elsewhere(rows):
    return Warehouse.objects.create(
        name="Elsewhere", erp=rows.erp, company_id=9, erp_warehouse_id=9, wms=rows.wms, site="E"
    )


def given(*names):
    return list(Reach.objects.filter(user__username__in=names).values_list("user__username", "warehouse__name"))


def give(client, user, warehouse):
    sent = {"username": user.username, "is_active": "on", "reach-TOTAL_FORMS": 1, "reach-INITIAL_FORMS": 0}
    address = reverse("admin:auth_user_change", args=[user.pk])
    seen = client.get(address).context
    stale = {"seen": seen["seen"]} if seen and "seen" in seen else {}
    return client.post(address, sent | stale | {"reach-0-warehouse": warehouse.pk, "reach-0-user": user.pk})


def test_who_sees_one_warehouse_gives_nobody_another_and_himself_least(clerk, limited, elsewhere):
    anna = User.objects.create_user("anna", password=PASSWORD)
    for user in (anna, limited):
        give(clerk, user, elsewhere)
    assert given("anna", "clerk") == [("clerk", limited.reach.get().warehouse.name)]


def test_who_sees_all_warehouses_gives_them(admin_client, elsewhere):
    anna = User.objects.create_user("anna", password=PASSWORD)
    give(admin_client, anna, elsewhere)
    assert given("anna") == [("anna", "Elsewhere")]


def test_nobody_changes_the_password_of_somebody_who_sees_more(clerk, limited, elsewhere):
    anna = User.objects.create_user("anna", password=PASSWORD)
    address = reverse("admin:auth_user_password_change", args=[anna.pk])
    assert clerk.get(address).status_code == 200
    Reach.objects.create(user=anna, warehouse=elsewhere)
    assert clerk.get(address).status_code == 403
