"""Each role may do what it is for, on each page, and nothing else."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.urls import reverse

from integration import models
from integration.models import AuditEvent, ExceptionCase, SyncJob
from integration.rules.roles import ALL_WAREHOUSES, MACHINERY, ROLES
from tests.component.console.conftest import SECRET, user_with

PEOPLE = [name for name in ROLES if name != ALL_WAREHOUSES]
OURS = sorted(
    (model for model in admin.site._registry if model._meta.app_label == "integration"),
    key=lambda model: model.__name__,
)
# What only some roles open: the machinery for integrators, the rest for administrators.
HIDDEN = {model for model in OURS if model._meta.model_name in MACHINERY}
ACCESS = {models.ApiToken, models.AuditEvent, models.Reach}
SEES = {
    "customer service": set(),
    "viewer": set(OURS) - HIDDEN - ACCESS,
    "operator": set(OURS) - HIDDEN - ACCESS,
    "supervisor": set(OURS) - HIDDEN - ACCESS | {models.AuditEvent},
    "integrator": set(OURS) - {models.Reach},
    "administrator": set(OURS),
}
CONFIGURED = {
    *(models.Connection, models.Warehouse, models.Place, models.CodeMapping, models.BusinessRule, models.ApiToken),
    models.OrderRule,
    *(models.CaseRule, models.CutOff, models.TrackingPage, models.AlertChannel, models.WorkingHours, models.DaysOff),
    models.ReportSchedule,
}
ADDS = {
    "customer service": set(),
    "viewer": set(),
    "operator": {models.CodeMapping},
    "supervisor": {
        *(models.CodeMapping, models.BusinessRule, models.CaseRule, models.CutOff, models.TrackingPage),
        *(models.ReportSchedule, models.OrderRule, models.WorkingHours, models.DaysOff),
    },
    "integrator": CONFIGURED | {models.KeyRotation},
    "administrator": CONFIGURED | {models.KeyRotation},
}
ACTS = {"operator", "supervisor", "integrator", "administrator"}


def address(model, page, *args):
    return reverse(f"admin:integration_{model._meta.model_name}_{page}", args=args)


def statuses(client, page, *args):
    return {model: client.get(address(model, page, *args)).status_code for model in OURS}


@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_opens_its_lists_and_no_others(role, rows):
    _, client = user_with(role, ALL_WAREHOUSES)
    assert statuses(client, "changelist") == {model: 200 if model in SEES[role] else 403 for model in OURS}


@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_opens_the_rows_of_its_lists_and_no_others(role, rows):
    _, client = user_with(role, ALL_WAREHOUSES)
    for model in OURS:
        status = client.get(address(model, "change", model.objects.first().pk)).status_code
        assert (model, status) == (model, 200 if model in SEES[role] else 403)


@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_adds_what_it_configures(role, rows):
    _, client = user_with(role, ALL_WAREHOUSES)
    assert statuses(client, "add") == {model: 200 if model in ADDS[role] else 403 for model in OURS}


@pytest.mark.parametrize("act", ["retry", "cancel"])
@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_acts_on_jobs_or_does_not(role, act, rows):
    _, client = user_with(role, ALL_WAREHOUSES)
    page = client.post(address(SyncJob, "act", rows.job.pk, act), {"reason": "tried"})
    assert page.status_code == (302 if role in ACTS else 403)
    assert AuditEvent.objects.filter(actor="someone").exists() == (role in ACTS)


@pytest.mark.parametrize("act", ["retry", "resolve", "done", "ignore"])
@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_acts_on_cases_or_does_not(role, act, rows):
    _, client = user_with(role, ALL_WAREHOUSES)
    page = client.post(address(ExceptionCase, "act", rows.case.pk, act), {"reason": "done"})
    assert page.status_code == (302 if role in ACTS else 403)
    assert AuditEvent.objects.filter(actor="someone").exists() == (role in ACTS)


@pytest.mark.parametrize("role", PEOPLE)
def test_only_a_supervisor_and_an_administrator_approve(role, rows):
    _, client = user_with(role, ALL_WAREHOUSES)
    ExceptionCase.objects.update(code="CD-8001")
    page = client.get(address(ExceptionCase, "change", rows.case.pk)).text if SEES[role] else ""
    allowed = role in {"supervisor", "administrator"}
    assert ("/act/approve/" in page) == allowed
    status = client.post(address(ExceptionCase, "act", rows.case.pk, "approve"), {}).status_code
    assert status == (200 if allowed else 403)  # 200: asks for the reason


@pytest.mark.parametrize("role", PEOPLE)
def test_only_an_integrator_and_an_administrator_enter_credentials(role, rows):
    _, client = user_with(role, ALL_WAREHOUSES)
    page = client.get(address(models.Connection, "change", rows.wms.pk)).text if SEES[role] else ""
    assert ("secret_signing" in page) == (role in {"integrator", "administrator"})
    assert SECRET not in page


def test_credentials_that_are_sent_without_the_right_are_not_taken(rows):
    user, client = user_with("viewer", ALL_WAREHOUSES)
    user.user_permissions.set(Permission.objects.filter(codename="change_connection"))
    form = client.get(address(models.Connection, "change", rows.wms.pk)).context["adminform"].form
    values = {bound.html_name: bound.value() for bound in form}
    sent = {name: value for name, value in values.items() if value not in (None, False)}
    sent |= {"secret_token": "stolen", "name": "Renamed"}
    client.post(address(models.Connection, "change", rows.wms.pk), sent)
    rows.wms.refresh_from_db()
    assert (rows.wms.name, rows.wms.secrets["token"]) == ("Renamed", SECRET)


def test_the_rights_of_a_role_come_back_with_each_migration(db):
    Group.objects.get(name="viewer").permissions.clear()
    Group.objects.get(name="operator").delete()
    call_command("migrate", verbosity=0)
    for name in ("viewer", "operator"):
        rights = Group.objects.get(name=name).permissions.values_list("content_type__app_label", "codename")
        assert {f"{app}.{codename}" for app, codename in rights} == ROLES[name].rights


def test_a_role_can_not_be_edited_and_a_group_of_ones_own_can(db, admin_client):
    own = Group.objects.create(name="our own")
    role = Group.objects.get(name="viewer")
    for group, editable in ((own, True), (role, False)):
        page = admin_client.get(reverse("admin:auth_group_change", args=[group.pk]))
        assert ('name="_save"' in page.text) == editable
    assert admin_client.post(reverse("admin:auth_group_delete", args=[role.pk]), {"post": "yes"}).status_code == 403


def test_a_user_gets_a_role_and_the_warehouses_that_he_sees(rows, admin_client):
    admin_client.post(
        reverse("admin:auth_user_add"),
        {"username": "anna", "usable_password": "true", "password1": "correct-horse-7", "password2": "correct-horse-7"},
    )
    anna = User.objects.get(username="anna")
    role = Group.objects.get(name="operator")
    admin_client.post(
        reverse("admin:auth_user_change", args=[anna.pk]),
        {
            **{"username": "anna", "is_active": "on", "groups": [role.pk], "reach-TOTAL_FORMS": 1},
            **{"reach-INITIAL_FORMS": 0, "reach-0-warehouse": rows.warehouse.pk, "reach-0-user": anna.pk},
        },
    )
    anna.refresh_from_db()
    assert (anna.is_staff, list(anna.groups.all()), anna.reach.get().warehouse) == (True, [role], rows.warehouse)
    told = AuditEvent.objects.filter(actor="admin").order_by("pk").values_list("verb", flat=True)
    assert list(told) == ["added", "changed", "added"]
    assert AuditEvent.objects.filter(verb="changed").get().detail["groups"] == "operator"


def test_half_of_a_company_is_refused_in_words(rows, admin_client, admin_user):
    sent = {"username": "admin", "is_active": "on", "reach-TOTAL_FORMS": 1, "reach-INITIAL_FORMS": 0}
    page = admin_client.post(reverse("admin:auth_user_change", args=[admin_user.pk]), sent | {"reach-0-company_id": 7})
    assert "Choose a warehouse, or an Odoo together with the company" in page.text
