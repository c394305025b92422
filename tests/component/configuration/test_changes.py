"""What is changed of the configuration is kept, rolled back with a click, and waits for a second person where asked."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from integration import models
from integration.jobs import business, mappings
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.tree import undoing
from integration.models import ConfigurationChange

ADMIN = ("integrator", "supervisor", "every warehouse")
BERT = Actor("bert")


@pytest.fixture(autouse=True)
def quick_pages(settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


def person(name: str, *roles: str) -> Client:
    user, _ = User.objects.get_or_create(username=name, defaults={"is_staff": True})
    user.is_staff = True
    user.save()
    user.groups.set(Group.objects.filter(name__in=roles or ADMIN))
    client = Client()
    client.force_login(user)
    return client


def save(client: Client, row, **changed):
    """Posts the form of a row's page with these fields changed."""
    page = reverse(f"admin:integration_{row._meta.model_name}_change", args=[row.pk])
    form = client.get(page).context["adminform"].form
    given = {name: form[name].value() for name in form.fields}
    posted = {name: value for name, value in (given | changed).items() if value not in (None, False)}
    return client.post(page, posted, follow=True)


def press(client: Client, change: ConfigurationChange, act: str, reason: str = "a reason") -> str:
    page = reverse("admin:integration_configurationchange_act", args=[change.pk, act])
    answer = client.post(page, {"reason": reason}, follow=True)
    return " ".join(str(message) for message in answer.context["messages"])


def rule() -> models.BusinessRule:
    return models.BusinessRule.objects.get(kind="over_percent")


def latest() -> ConfigurationChange:
    return ConfigurationChange.objects.latest("id")


def test_a_change_is_kept_as_it_was_and_is_with_who_and_why(site):
    save(person("anna"), rule(), value="4", change_why="Peak of December")
    change = latest()
    assert (change.section, change.name, change.verb) == ("rules", "over_percent main/SW A", "change")
    assert (change.before["value"], change.after["value"]) == (2.5, 4)
    assert {name for name in change.before if change.before[name] != change.after[name]} == {"value"}
    assert (change.actor, change.why, change.source, change.state) == ("anna", "Peak of December", "console", "done")
    assert change.warehouse == site.south


def test_saving_a_page_as_it_is_is_no_change(site):
    save(person("anna"), models.CutOff.objects.get(time="16:30"))
    assert not ConfigurationChange.objects.exists()


def test_a_click_takes_it_back_and_the_taking_back_is_a_change_too(site):
    client = person("anna")
    save(client, rule(), value="4")
    told = press(client, latest(), "undo", "too many went over")
    assert told == "1 configuration change rolled back. It is as it was before."
    assert (rule().value, rule().version) == (2.5, 3)
    undone = latest()
    assert (undone.source, undone.why, undone.undoes.after["value"]) == ("rollback", "too many went over", 4)
    page = client.get(reverse("admin:integration_configurationchange_change", args=[undone.undoes.pk])).text
    assert "Rolled back by anna" in page
    assert "/act/undo/" not in page
    assert "rolled back" in client.get(reverse("admin:integration_configurationchange_changelist")).text.lower()
    press(client, undone, "undo", "after all")
    assert rule().value == 4


@pytest.mark.parametrize("kind", ["changed again", "rolled back already"])
def test_what_was_changed_since_is_not_taken_back(site, kind):
    client = person("anna")
    save(client, rule(), value="4")
    first = latest()
    if kind == "changed again":
        save(client, rule(), value="5")
    else:
        press(client, first, "undo")
    before = rule().value
    told = press(client, first, "undo")
    assert ("is not as this change left it" if kind == "changed again" else "is not offered any more") in told
    with pytest.raises(NotAllowed, match="is not as this change" if kind == "changed again" else "rolled back already"):
        undoing.roll_back(first.pk, BERT, "at the same moment")
    assert rule().value == before


def test_what_was_added_goes_and_what_was_removed_comes_back(site, config):
    tree = "version: 1\ntracking_pages:\n- {carrier: DHX, url: 'https://dhx.example.com/{number}'}\n"
    config("apply", tree, "--why", "new carrier", "--yes")
    for change in list(ConfigurationChange.objects.order_by("id")):
        undoing.roll_back(change.pk, BERT, "not yet")
    assert dict(models.TrackingPage.objects.values_list("carrier", "url")) == {
        "Post": "https://post.example.com/{number}"
    }


def test_a_connection_that_was_added_is_not_removed(site, config):
    text = config("export", None, "--only", "connections")
    west = "- {slug: west, name: West, kind: http_json, base_url: 'https://west.example.com'}\n"
    config("apply", text + west, "--why", "west", "--yes")
    with pytest.raises(NotAllowed, match="Work and history hang on it: turn it off instead"):
        undoing.roll_back(latest().pk, BERT, "not yet")


def test_mappings_are_taken_back_as_new_versions(site):
    mappings.change(site.product.pk, partner_code="9999", factor=1, per=1, actor=Actor("anna"))
    changed = latest()
    assert (changed.before["partner_code"], changed.after["partner_code"]) == ("4711", "9999")
    undoing.roll_back(changed.pk, BERT, "a typo")
    row = models.CodeMapping.objects.get(kind="product", odoo_code="A", alias=False, valid_to=None)
    assert (row.partner_code, row.version, row.made_by) == ("4711", 3, "bert")
    assert (latest().undoes, latest().source, latest().why) == (changed, "rollback", "a typo")
    unit = models.CodeMapping.objects.get(kind="unit")
    mappings.end(unit.pk, Actor("anna"), "gone")
    undoing.roll_back(latest().pk, BERT, "still there")
    assert models.CodeMapping.objects.filter(kind="unit", valid_to=None).count() == 1


def test_of_a_secret_only_that_it_was_entered(site):
    client = person("anna")
    save(client, site.erp, secret_key="new-key-4711")
    change = latest()
    assert (change.secrets, change.before, change.kept) == (["key"], change.after, {})
    assert "new-key-4711" not in str(vars(change))
    assert "what they were before is not kept" in press(client, change, "undo")


class TestFourEyes:
    @pytest.fixture
    def asks(self, site):
        models.Connection.objects.filter(slug="north").update(four_eyes=True)
        return site

    def test_nothing_is_changed_before_somebody_else_has_approved(self, asks):
        anna, bert = person("anna"), person("bert")
        answer = save(anna, rule(), value="4", change_why="December")
        assert "Nothing is changed yet: somebody else has to approve it." in answer.content.decode()
        assert (rule().value, rule().version) == (2.5, 1)
        wish = latest()
        assert (wish.state, wish.actor) == ("waiting", "anna")
        assert press(anna, wish, "approve").endswith("You want it yourself: somebody else has to approve it.")
        assert press(bert, wish, "approve") == "1 configuration change approved. It is in force."
        assert (rule().value, rule().version) == (4, 2)
        wish.refresh_from_db()
        assert (wish.state, wish.actor, wish.decided_by, wish.why) == ("done", "anna", "bert", "December")
        assert ConfigurationChange.objects.count() == 1

    def test_the_same_wish_waits_once(self, asks):
        anna = person("anna")
        save(anna, rule(), value="4")
        assert "That waits already." in save(anna, rule(), value="4").content.decode()
        assert ConfigurationChange.objects.count() == 1

    def test_what_is_refused_is_not_done(self, asks):
        save(person("anna"), rule(), value="4")
        press(person("bert"), latest(), "refuse", "too much")
        assert (latest().state, latest().decided_why, rule().value) == ("refused", "too much", 2.5)
        with pytest.raises(NotAllowed, match="does not wait any more"):
            undoing.approve(latest().pk, BERT)

    def test_what_was_changed_meanwhile_is_not_written_over(self, asks):
        save(person("anna"), rule(), value="4")
        models.BusinessRule.objects.filter(pk=rule().pk).update(value=1)
        assert "is not as this change left it" in press(person("bert"), latest(), "approve")
        assert (rule().value, latest().state) == (1, "waiting")

    def test_a_secret_waits_encrypted_and_is_used_then(self, asks):
        site = asks
        models.Connection.objects.filter(pk=site.erp.pk).update(four_eyes=True)
        save(person("anna"), site.erp, secret_key="new-key-4711")
        assert latest().kept == {"key": "new-key-4711"}
        assert models.Connection.objects.get(pk=site.erp.pk).secrets == {"key": "old-key"}
        press(person("bert"), latest(), "approve")
        assert models.Connection.objects.get(pk=site.erp.pk).secrets == {"key": "new-key-4711"}
        assert latest().kept == {}

    def test_nobody_turns_it_off_alone(self, asks):
        save(person("anna"), asks.north, four_eyes=False)
        assert models.Connection.objects.get(slug="north").four_eyes
        assert latest().state == "waiting"

    def test_a_row_of_no_connection_belongs_to_all_of_them(self, asks):
        save(person("anna"), models.TrackingPage.objects.get(), url="https://other.example.com/{number}")
        assert (latest().section, latest().state) == ("tracking_pages", "waiting")

    def test_what_a_file_asks_for_waits_too_and_the_plan_says_so(self, asks, config):
        text = config("export").replace("  value: 2.5\n", "  value: 3\n")
        assert "~ rules: over_percent main/SW A  (will wait for a second person)\n" in config("plan", text)
        assert not ConfigurationChange.objects.exists()
        config("apply", text, "--why", "December", "--yes")
        assert (latest().state, latest().source, rule().value) == ("waiting", "file", 2.5)
        undoing.approve(latest().pk, BERT)
        assert rule().value == 3

    def test_where_a_rule_stands_is_not_changed_by_one_person(self, site):
        first = models.OrderRule.objects.get()
        models.OrderRule.objects.create(kind="hold", position=2, name="Late", condition="true", outcome={}, version=1)
        business.move(first.pk, BERT, up=False)
        assert [(each.name, each.verb) for each in ConfigurationChange.objects.all()] == [
            ("hold Dear", "change"),
            ("hold Late", "change"),
        ]
        models.Connection.objects.filter(slug="north").update(four_eyes=True)
        with pytest.raises(NotAllowed, match="A second person has to approve where rules stand"):
            business.move(first.pk, BERT, up=True)
        assert list(models.OrderRule.objects.values_list("name", "position")) == [("Late", 1), ("Dear", 2)]

    def test_a_rollback_waits_too(self, site):
        save(person("anna"), rule(), value="4")
        models.Connection.objects.filter(slug="north").update(four_eyes=True)
        assert "Somebody else has to approve it." in press(person("anna"), latest(), "undo")
        assert rule().value == 4
        press(person("bert"), latest(), "approve")
        assert rule().value == 2.5

    def test_a_rule_that_is_deleted_stays_until_it_is_approved(self, asks):
        anna = person("anna")
        User.objects.filter(username="anna").update(is_superuser=True)
        row = models.CutOff.objects.get(time="16:30")
        anna.post(reverse("admin:integration_cutoff_delete", args=[row.pk]), {"post": "yes"})
        assert models.CutOff.objects.filter(pk=row.pk).exists()
        press(person("bert"), latest(), "approve")
        assert not models.CutOff.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_who_may_not_change_a_rule_may_not_roll_one_back(site, role):
    save(person("anna"), rule(), value="4")
    told = press(person("carl", role, "every warehouse"), latest(), "undo")
    assert "You may not change this: ask somebody who may." in told
    assert rule().value == 4


def test_who_sees_one_warehouse_sees_its_changes_only(site):
    save(person("anna"), rule(), value="4")
    save(person("anna"), models.TrackingPage.objects.get(), url="https://other.example.com/{number}")
    carl = person("carl", "supervisor")
    page = reverse("admin:integration_configurationchange_changelist")
    assert list(carl.get(page).context["cl"].result_list) == []
    models.Reach.objects.create(user=User.objects.get(username="carl"), warehouse=site.south)
    assert [row.section for row in carl.get(page).context["cl"].result_list] == ["rules"]


def test_the_rules_of_a_file_are_tried_on_past_documents_and_nothing_is_written(site, config):
    text = config("export").replace("  value: 2.5\n", "  value: 3\n")
    told = config("plan", text, "--try-days", "14")
    tried = models.TriedChange.objects.get()
    assert told.splitlines()[-1] == f"It is tried on the last 14 days: see Tried changes, number {tried.pk}."
    [step] = tried.steps
    assert (step["section"], step["before"]["value"], step["after"]["value"]) == ("rules", 2.5, 3)
    assert str(models.BusinessRule.objects.get(pk=step["row"]).value) == "2.500000"
    assert "No rule or mapping to try." in config("plan", config("export"), "--try-days", "14")
