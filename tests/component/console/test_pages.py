"""Every page of the console opens, escapes what it shows, and never shows a secret."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.urls import reverse

from integration.models import Connection
from tests.component.console.conftest import ESCAPED, EVIL, PERSONAL, SECRET

OURS = sorted(
    (model for model in admin.site._registry if model._meta.app_label == "integration"),
    key=lambda model: model.__name__,
)


def address(model, page, *args):
    return reverse(f"admin:integration_{model._meta.model_name}_{page}", args=args)


def test_every_table_is_in_the_console():
    tables = {model for model in Connection._meta.apps.get_models() if model._meta.app_label == "integration"}
    assert set(OURS) == tables


@pytest.mark.parametrize("model", OURS)
def test_a_list_opens_and_is_safe(model, rows, admin_client):
    page = admin_client.get(address(model, "changelist"))
    assert page.status_code == 200
    assert EVIL not in page.text
    assert SECRET not in page.text
    assert PERSONAL not in page.text


@pytest.mark.parametrize("model", OURS)
def test_a_row_opens_and_is_safe(model, rows, admin_client):
    page = admin_client.get(address(model, "change", model.objects.first().pk))
    assert page.status_code == 200
    assert EVIL not in page.text
    assert SECRET not in page.text


@pytest.mark.parametrize("model", OURS)
def test_the_form_for_a_new_row_opens_where_rows_may_be_added(model, rows, admin_client, admin_user):
    request = RequestFactory().get("/")
    request.user = admin_user
    allowed = admin.site.get_model_admin(model).has_add_permission(request)
    page = admin_client.get(address(model, "add"))
    assert page.status_code == (200 if allowed else 403)


@pytest.mark.parametrize("model", OURS)
def test_an_empty_list_says_what_to_do_next(model, db, admin_client):
    page = admin_client.get(address(model, "changelist"))
    assert admin.site.get_model_admin(model).nothing
    assert "Nothing here" in page.text


@pytest.mark.parametrize("name", ["user", "group"])
def test_users_and_groups_open(name, rows, admin_client, admin_user):
    assert admin_client.get(reverse(f"admin:auth_{name}_changelist")).status_code == 200
    assert admin_client.get(reverse(f"admin:auth_{name}_add")).status_code == 200


def test_the_schedules_open(db, admin_client):
    assert admin_client.get(reverse("admin:django_celery_beat_periodictask_changelist")).status_code == 200


def test_hostile_text_is_shown_as_text(rows, admin_client):
    assert ESCAPED in admin_client.get(address(type(rows.case), "change", rows.case.pk)).text
    assert ESCAPED in admin_client.get(reverse("admin:timeline", args=[rows.delivery.pk])).text


def test_our_pages_hold_no_script_of_their_own(rows, admin_client):
    own = admin_client.get(reverse("admin:timeline", args=[rows.delivery.pk])).text
    assert "<script>" not in own
    assert "onclick=" not in own


def test_a_stranger_is_sent_to_the_login(rows, client):
    for page in (reverse("admin:index"), reverse("admin:find"), reverse("admin:timeline", args=[rows.order.pk])):
        assert client.get(page).status_code == 302


@pytest.mark.parametrize("model", OURS)
def test_anything_can_be_searched_for(model, rows, rf):
    page = admin.site.get_model_admin(model)
    for term in ("WH/OUT/1", "1", "9" * 25, "'; --", "%", "\\", "x y"):
        found, _ = page.get_search_results(rf.get("/"), model.objects.all(), term)
        assert len(found) <= 1


def test_a_search_that_postgresql_cannot_store_finds_nothing(rows, admin_client):
    assert "Nothing fits" in admin_client.get(address(Connection, "changelist"), {"q": "none"}).text
    assert admin_client.get(reverse("admin:find"), {"q": "a\x00b"}).status_code == 200
    assert admin_client.get(address(type(rows.job), "changelist"), {"q": "a\x00b"}).status_code in (200, 302)


def test_who_logs_in_on_the_login_page_itself_comes_to_today(db, client):
    User.objects.create_superuser("ann", password="long-enough-4711")
    sent = client.post(reverse("admin:login"), {"username": "ann", "password": "long-enough-4711"})
    assert sent.url == reverse("admin:index")
