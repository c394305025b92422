"""Two people with the same page of configuration: the later one is told, and writes over nothing unseen."""

import pytest
from django.contrib.auth.models import Group, User
from django.forms import BaseModelForm
from django.urls import reverse

from integration.jobs import connections
from integration.jobs.acts import Actor
from integration.models import BusinessRule, Connection

SOMEBODY = Actor("somebody")


def page_of(name, row):
    return reverse(f"admin:{name}_change", args=[row.pk])


def sent(page):
    """What the page sends as it is, with what it knows of the row."""
    form = page.context["adminform"].form
    values = {bound.html_name: bound.value() for bound in form}
    entered = {name: value for name, value in values.items() if value is not None and value is not False}
    inlines = {
        f"{one.formset.prefix}-{name}": number
        for one in page.context["inline_admin_formsets"]
        for name, number in (("TOTAL_FORMS", 0), ("INITIAL_FORMS", 0))
    }
    return entered | inlines | {"seen": page.context["seen"]}


def wrong(page):
    return [str(error) for error in page.context["adminform"].form.non_field_errors()]


def test_the_later_one_is_told_what_has_changed_and_saves_on_purpose(rows, admin_client):
    address = page_of("integration_connection", rows.wms)
    opened = admin_client.get(address)
    assert 'name="seen"' in opened.text
    Connection.objects.filter(pk=rows.wms.pk).update(calls_per_second=5, name="North again")
    page = admin_client.post(address, sent(opened) | {"read_timeout": "12"})
    [said] = wrong(page)
    assert said.startswith("Somebody has changed this since you opened the page: Name (North again); Calls per second")
    row = Connection.objects.get(pk=rows.wms.pk)
    assert (row.calls_per_second, row.read_timeout) == (5, rows.wms.read_timeout)
    assert admin_client.post(address, sent(page)).status_code == 302
    row = Connection.objects.get(pk=rows.wms.pk)
    assert (row.calls_per_second, row.read_timeout) == (None, 12)


def test_who_was_alone_saves(rows, admin_client):
    address = page_of("integration_connection", rows.wms)
    entered = sent(admin_client.get(address)) | {"read_timeout": "12"}
    assert admin_client.post(address, entered).status_code == 302
    assert Connection.objects.get(pk=rows.wms.pk).read_timeout == 12


def test_what_the_page_does_not_show_is_not_in_the_way_and_stays(rows, admin_client):
    """Paused, tested and given another secret meanwhile."""
    address = page_of("integration_connection", rows.wms)
    entered = sent(admin_client.get(address)) | {"read_timeout": "12"}
    connections.pause(rows.wms.pk, SOMEBODY, "they move house")
    connections.keep_secrets(Connection.objects.get(pk=rows.wms.pk), {"token": "newer"})
    assert admin_client.post(address, entered).status_code == 302
    row = Connection.objects.get(pk=rows.wms.pk)
    assert (row.enabled, row.secrets["token"], row.read_timeout) == (False, "newer", 12)


@pytest.mark.parametrize("known", ["", "[]", "{", '{"value": 5}', "\0", "[" * 100_000], ids=lambda text: text[:5])
def test_a_page_that_knows_nothing_of_the_row_does_not_save(known, rows, admin_client):
    rule = BusinessRule.objects.get()
    address = page_of("integration_businessrule", rule)
    page = admin_client.post(address, sent(admin_client.get(address)) | {"value": "7", "seen": known})
    assert "Somebody has changed this" in wrong(page)[0]
    assert BusinessRule.objects.get().value == rule.value


def test_a_row_that_somebody_deletes_meanwhile_is_gone(rows, admin_client, monkeypatch):
    rule, clean = BusinessRule.objects.get(), BaseModelForm.clean
    address = page_of("integration_businessrule", rule)
    entered = sent(admin_client.get(address)) | {"value": "7"}
    monkeypatch.setattr(BaseModelForm, "clean", lambda form: BusinessRule.objects.all().delete() and clean(form))
    assert admin_client.post(address, entered).status_code == 404


def test_roles_that_somebody_gave_meanwhile_are_not_taken_back_unseen(db, admin_client):
    user = User.objects.create_user("anna", password="a long enough one")
    address = page_of("auth_user", user)
    opened = sent(admin_client.get(address))
    assert "password" not in opened["seen"]
    user.groups.add(Group.objects.get(name="operator"))
    page = admin_client.post(address, opened | {"first_name": "Anna"})
    assert "Roles (operator)" in wrong(page)[0] or "Groups (operator)" in wrong(page)[0]
    assert [group.name for group in user.groups.all()] == ["operator"]
