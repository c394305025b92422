"""How the database differs from the files that it is kept in, since when, and who has changed it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.timezone import now

from integration import models
from integration.jobs.tree import drifting, files, reading
from integration.models import ConfigurationDrift
from tasks import maintenance
from tests.component.configuration.conftest import ADDRESS


@pytest.fixture
def kept(site, tmp_path, settings):
    """A folder that the site is kept in, and that says the same."""
    folder = tmp_path / "site"
    files.save(reading.read(), folder)
    settings.CONFIG_TREE = str(folder)
    return folder


def looked():
    maintenance.compare_configuration()
    return [(row.section, row.name, row.how, row.differs) for row in ConfigurationDrift.objects.all()]


def test_a_key_that_was_exchanged_is_no_difference_and_no_file_says_when_it_ended(kept, site):
    connection = models.Connection.objects.filter(kind="odoo").first()
    models.Connection.objects.filter(pk=connection.pk).update(
        options={**connection.options, "key_expires": "2030-01-31"}
    )
    assert looked() == []
    files.save(reading.read(), kept)
    models.Connection.objects.filter(pk=connection.pk).update(
        options={**connection.options, "key_expires": "2030-04-30"}
    )
    assert looked() == []


def test_of_very_many_rows_no_more_is_asked_than_is_kept(kept, site, monkeypatch, django_assert_max_num_queries):
    for hour in range(40):
        models.CutOff.objects.create(warehouse=site.south, carrier=f"Carrier {hour}", time="10:00")
    monkeypatch.setattr(drifting, "MOST", 2)
    with django_assert_max_num_queries(55):
        assert len(looked()) == 2


def test_what_says_the_same_differs_in_nothing(kept):
    assert looked() == []


def test_without_files_nothing_is_compared(site, settings):
    settings.CONFIG_TREE = ""
    ConfigurationDrift.objects.create(section="cut_offs", name="old", how="beyond")
    assert looked() == []


def test_what_was_changed_is_told_with_both_sides_and_who_did_it(kept, site, admin_client):
    url = "https://other.example.com/{number}"
    page = models.TrackingPage.objects.get()
    admin_client.post(
        reverse("admin:integration_trackingpage_change", args=[page.pk]),
        {"carrier": page.carrier, "url": url, "change_why": "moved"},
    )
    assert looked() == [
        ("tracking_pages", "Post", "differs", [["url", url, "https://post.example.com/{number}"]]),
    ]
    [row] = ConfigurationDrift.objects.all()
    assert (row.row_id, row.changed_by) == (page.pk, "admin")


def test_what_is_new_here_and_what_is_missing_are_told_and_connections_are_not_asked_to_go(kept, site):
    models.CaseRule.objects.all().delete()
    models.CutOff.objects.create(warehouse=site.south, carrier="New", time="10:00")
    models.Connection.objects.create(slug="extra", name="Extra", kind="http_json", base_url="https://e.example.com")
    assert sorted(row[:3] for row in looked()) == [
        ("case_rules", "CD-30 main/WH@2", "missing"),
        ("cut_offs", "main/SW New", "beyond"),
    ]
    assert ConfigurationDrift.objects.get(section="cut_offs").warehouse == site.south


def test_since_when_is_kept_until_it_is_the_same_again(kept, site):
    models.TrackingPage.objects.update(url="https://other.example.com/{number}")
    looked()
    ConfigurationDrift.objects.update(first_at=now() - timedelta(days=3))
    models.TrackingPage.objects.update(url="https://third.example.com/{number}")
    looked()
    [row] = ConfigurationDrift.objects.all()
    assert now() - row.first_at > timedelta(days=2)
    assert row.differs[0][1] == "https://third.example.com/{number}"
    models.TrackingPage.objects.update(url="https://post.example.com/{number}")
    assert looked() == []


def test_files_that_cannot_be_read_are_told_as_one_row(kept):
    (kept / "rules.yaml").write_text("version: 1\nrules: [{kind: nonsense}]\n")
    [(section, name, how, _)] = looked()
    assert (section, name, how) == ("", settings.CONFIG_TREE, "unread")
    assert "'nonsense' is none of" in ConfigurationDrift.objects.get().says


def test_no_secret_is_in_it(kept, site):
    models.Connection.objects.filter(slug="main").update(name="Other")
    models.AlertChannel.objects.update(teams=["buying"])
    looked()
    said = str(list(ConfigurationDrift.objects.values()))
    assert "old-key" not in said
    assert ADDRESS not in said


def test_today_and_the_page_tell_it(kept, site, admin_client):
    models.TrackingPage.objects.update(url="https://other.example.com/{number}")
    looked()
    assert "not as its files say in 1 row." in admin_client.get(reverse("admin:index")).text
    page = admin_client.get(reverse("admin:integration_configurationdrift_changelist")).text
    assert "Url: https://other.example.com/{number} | https://post.example.com/{number}" in page
    assert str(kept) in page


def test_who_sees_one_warehouse_sees_what_differs_of_it(kept, site, client):
    models.CutOff.objects.create(warehouse=site.south, carrier="New", time="10:00")
    models.TrackingPage.objects.all().delete()
    looked()
    person = User.objects.create_user("sue", is_staff=True)
    person.groups.add(*person.groups.model.objects.filter(name="viewer"))
    models.Reach.objects.create(user=person, warehouse=site.south)
    client.force_login(person)
    page = client.get(reverse("admin:integration_configurationdrift_changelist")).text
    assert "main/SW New" in page
    assert "Post" not in page
