"""What a site configures, as a file and back: nothing lost, nothing written twice, all of it or nothing."""

import re
import threading

import pytest
import yaml
from django.contrib import admin
from django.core.management import CommandError
from django.db import transaction
from django.utils.timezone import now

from integration import models
from integration.console.base import ConfigurationAdmin
from integration.jobs import connections
from integration.jobs.acts import Actor
from integration.jobs.tree import files, reading, shape, writing
from integration.jobs.tree.tables import SECTIONS
from tests.component.configuration.conftest import ADDRESS
from tests.component.engine.yard import somebody_waits, together, until

WHY = ("--why", "moved", "--yes")
CONFIGURED = [table.model for table in SECTIONS.values()]


def changed(text: str, before: str, after: str) -> str:
    assert text.count(before) == 1, before
    return text.replace(before, after)


def test_what_was_exported_makes_an_empty_database_say_the_same(site, config, tmp_path):
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "alert_channels.Ops room.address").write_text(ADDRESS)
    text = config("export")
    for model in reversed(CONFIGURED):
        if model is not models.Connection:
            model.objects.all().delete()
    models.Connection.objects.all().update(name="-", options={}, master_kinds=[], read_timeout=1)
    assert config("export") != text
    config("apply", text, *WHY, "--secrets", str(tmp_path / "secrets"))
    assert config("export") == text
    assert config("apply", text, *WHY) == "Nothing to do: the database says what the file says.\n"


def test_every_row_of_every_table_is_in_it(site):
    tree = reading.read()
    assert {name: len(rows) for name, rows in tree.items()} == {
        name: table.model._base_manager.count() for name, table in SECTIONS.items()
    }


def test_a_person_can_read_it(site, config):
    assert "\n".join(config("export").splitlines()[:16]) == (
        "version: 1\n"
        "connections:\n"
        "- slug: main\n"
        "  name: Odoo\n"
        "  kind: odoo\n"
        "  base_url: https://odoo.example.com\n"
        "  options:\n"
        "    n: 1.5\n"
        "    db: main\n"
        "  read_timeout: 12.5\n"
        "  calls_per_second: 2\n"
        "- slug: north\n"
        "  name: Northgate\n"
        "  kind: http_json\n"
        "  base_url: https://north.example.com\n"
        "  master_kinds:"
    )
    assert "- erp: main\n  erp_warehouse_id: SW\n  name: South" in config("export")
    assert "- erp: main\n  erp_warehouse_id: WH@2\n  name: Kobe" in config("export")
    assert "- warehouse: main/SW\n  carrier: Post\n  time: 09:00\n" in config("export")


def test_no_secret_is_in_it(site, config):
    site.north.secrets = {"signing": "whsec_do-not-show"}
    site.north.save()
    text = config("export")
    assert "do-not-show" not in text
    assert "old-key" not in text


def test_a_plan_says_what_differs_and_writes_nothing(site, config):
    text = changed(config("export"), "  value: 2.5\n", "  value: 3\n")
    text = changed(
        text, "tracking_pages:\n- carrier: Post\n  url: https://post.example.com/{number}\n", "tracking_pages: []\n"
    )
    text = changed(text, "cut_offs:\n", 'cut_offs:\n- warehouse: main/SW\n  time: "17:00"\n')
    before, log = config("export"), models.AuditEvent.objects.count()
    said = config("plan", text)
    assert re.sub(r"Plan [0-9a-f]{12}", "Plan N", said) == (
        "~ rules: over_percent main/SW A\n"
        "      value: 2.5 -> 3\n"
        "+ cut_offs: main/SW\n"
        "      time: 17:00\n"
        "      days: [0, 1, 2, 3, 4]\n"
        "- tracking_pages: Post\n"
        "Plan N: 1 to add, 1 to change, 1 to remove.\n"
    )
    assert (config("export"), models.AuditEvent.objects.count()) == (before, log)
    with pytest.raises(SystemExit, match="2"):
        config("plan", text, "--check")


def test_what_was_changed_in_the_console_is_told_with_who_did_it(site, config):
    text = config("export")
    models.TrackingPage.objects.update(url="https://other.example.com/{number}")
    row = models.TrackingPage.objects.get()
    models.AuditEvent.objects.create(actor="anna", verb="changed", subject=f"tracking page {row} ({row.pk})")
    said = config("plan", text)
    assert "      url: https://other.example.com/{number} -> https://post.example.com/{number}\n" in said
    assert "      last changed by anna, 20" in said


def test_a_change_counts_the_version_and_is_in_the_audit_log(site, config):
    text = changed(config("export"), "  value: 2.5\n", "  value: 3\n")
    assert config("apply", text, *WHY).endswith("Done: 0 add, 1 change, 0 remove.\n")
    rule = models.BusinessRule.objects.get(kind="over_percent")
    assert (rule.value, rule.version) == (3, 2)
    event = models.AuditEvent.objects.get(verb="changed")
    assert event.subject == f"business rule {rule} ({rule.pk})"
    assert event.detail == {"why": "moved", "how": "by a file", "value": "2.5 -> 3"}
    assert event.actor.startswith("command line (")


def test_a_section_that_is_not_there_is_left_alone(site, config):
    config("apply", "version: 1\ntracking_pages: []\n", *WHY)
    assert models.TrackingPage.objects.count() == 0
    assert models.CutOff.objects.count() == 2


def test_days_off_come_with_the_warehouse_that_names_them(site, config):
    text = config("export")
    models.Warehouse.objects.update(days_off=None)
    models.DaysOff.objects.all().delete()
    config("apply", text, *WHY)
    off = models.Warehouse.objects.get(site="S").days_off
    assert (off.name, off.dates) == ("Germany", {"2026-12-25": "Christmas Day"})
    assert config("plan", text).endswith("Nothing to do: the database says what the file says.\n")


def test_days_off_that_are_no_days_or_do_not_exist_are_refused(site, config):
    with pytest.raises(CommandError, match="days_off, Germany: dates: 2026-02-30 is no day"):
        config("plan", changed(config("export"), "2026-12-25", "2026-02-30"))
    with pytest.raises(CommandError, match="there is no days off France"):
        config("plan", changed(config("export"), "  days_off: Germany", "  days_off: France"))


def test_connections_and_warehouses_that_the_file_does_not_have_stay(site, config):
    said = config("plan", "version: 1\nwarehouses: []\nconnections: []\n")
    assert "  warehouses: main SW  (is not in the file and stays: work and history hang on it)\n" in said
    assert said.endswith("Nothing to do: the database says what the file says.\n")
    assert models.Warehouse.objects.count() == 2


def test_mappings_swap_their_codes_and_aliases_go_with_what_they_stand_beside(site, config):
    models.CodeMapping.objects.create(partner=site.north, kind="product", odoo_code="B", partner_code="5000")
    text = config("export", None, "--only", "mappings")
    swapped = text.replace("5000", "x").replace("'4711'", "'5000'").replace("'x'", "'4711'")
    config("apply", swapped, *WHY, "--odoo-has-them")
    sent = models.CodeMapping.objects.filter(valid_to=None, alias=False, kind="product")
    assert dict(sent.values_list("odoo_code", "partner_code")) == {"A": "5000", "B": "4711"}
    assert set(sent.values_list("version", flat=True)) == {2}
    config("apply", "version: 1\nmappings: []\n", *WHY)
    assert models.CodeMapping.objects.filter(valid_to=None).count() == 0
    assert models.CodeMapping.objects.count() == 6, "what was in force is kept"


def test_a_code_that_odoo_was_not_seen_to_have_is_refused_unless_somebody_says_so(site, config):
    models.MasterRun.objects.create(
        connection=site.erp, kind="item", task="sweep", number=1, began_at=now(), ended_at=now()
    )
    text = config("export", None, "--only", "mappings")
    text += "- {partner: north, kind: product, odoo_code: NEW, partner_code: '1'}\n"
    with pytest.raises(CommandError, match="mappings: north, product NEW: Odoo has no product with the code NEW"):
        config("apply", text, *WHY)
    config("apply", text, *WHY, "--odoo-has-them")
    assert models.CodeMapping.objects.filter(odoo_code="NEW").exists()


def test_one_wrong_row_leaves_everything_as_it_was(site, config):
    text = changed(config("export"), "  value: 2.5\n", "  value: -3\n")
    text = changed(text, "  name: Northgate\n", "  name: Other\n")
    with pytest.raises(CommandError) as refused:
        config("apply", text, *WHY)
    assert str(refused.value) == ("rules, over_percent main/SW A: value: Enter a number that is not below zero.")
    assert models.Connection.objects.get(slug="north").name == "Northgate"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("  assignee: anna\n", "  assignee: bert\n", "case_rules, CD-30 main/WH@2: there is no user bert"),
        ("erp_warehouse_id: SW", "erp_warehouse_id: XX", "it has: WH@1, WH@2, SW. Look anew: connect odoo."),
        ("  company_id: 2\n  wms", "  company_id: 1\n  wms", "company_id: WH@2 belongs to company 2 there, not to 1"),
        ("  time_zone: Europe/Berlin\n", "  time_zone: Moon\n", "time_zone: Moon is no time zone"),
        ("  quiet_from: 22:00\n", "", "quiet_to: Give both: from when to when it is quiet."),
    ],
)
def test_what_is_wrong_is_said_with_the_row(site, config, before, after, said):
    with pytest.raises(CommandError, match=re.escape(said)):
        config("plan", changed(config("export"), before, after))


def test_a_plan_that_is_not_the_one_that_was_seen_is_refused(site, config):
    text = changed(config("export"), "  value: 2.5\n", "  value: 3\n")
    number = re.search(r"Plan ([0-9a-f]{12})", config("plan", text))[1]
    models.TrackingPage.objects.all().delete()
    with pytest.raises(CommandError, match="The configuration is not as it was when this was shown"):
        config("apply", text, "--why", "moved", "--plan", number)
    assert models.BusinessRule.objects.get(kind="over_percent").value == 2.5


def test_nothing_is_done_before_somebody_agrees(site, config):
    text = changed(config("export"), "  value: 2.5\n", "  value: 3\n")
    with pytest.raises(CommandError, match="Nothing was done"):
        config("apply", text, "--why", "moved")
    assert models.BusinessRule.objects.get(kind="over_percent").version == 1


def test_going_live_by_a_file_has_odoo_read_again_as_in_the_console(site, config):
    models.CaptureCursor.objects.create(connection=site.erp, model="sale.order", read_to="2026-01-01T00:00Z")
    text = changed(
        config("export"), "  time_zone: Europe/Berlin\n", "  time_zone: Europe/Berlin\n  return_mode: live\n"
    )
    config("apply", text, *WHY)
    assert models.Warehouse.objects.get(pk=site.south.pk).return_mode == "live"
    assert models.SyncJob.objects.filter(flow="odoo_sweep").exists()


@pytest.mark.django_db(transaction=True)
def test_a_key_that_is_exchanged_meanwhile_stays(site):
    wanted = reading.read(["connections"])
    wanted["connections"][0]["name"] = "Odoo 18"
    exchanged = threading.Event()

    def exchange() -> None:
        with transaction.atomic():
            connections.keep_secrets(site.erp, {"key": "new-key"})
            exchanged.set()
            until(somebody_waits)

    def apply() -> None:
        exchanged.wait(20)
        writing.write(wanted, Actor("anna"), "moved")

    together(exchange, apply)
    row = models.Connection.objects.get(slug="main")
    assert (row.name, row.secrets) == ("Odoo 18", {"key": "new-key"})


def test_a_folder_holds_a_file_for_each_section(site, config, tmp_path):
    folder = tmp_path / "site"
    config("export", None, str(folder))
    assert {file.stem for file in folder.iterdir()} == set(SECTIONS)
    assert config("plan", None, str(folder)) == "Nothing to do: the database says what the file says.\n"


class TestSecrets:
    def test_they_come_from_files_and_are_never_shown(self, site, config, tmp_path):
        folder = tmp_path / "secrets"
        folder.mkdir()
        (folder / "connections.main.key").write_text("new-key\n")
        (folder / "..data").write_text("of the mount")
        text = config("export")
        said = config("apply", text, *WHY, "--secrets", str(folder))
        assert said.startswith("~ connections: main\n      secret key: set from its file\n")
        assert "new-key" not in said
        assert models.Connection.objects.get(slug="main").secrets == {"key": "new-key"}
        detail = models.AuditEvent.objects.get(verb="changed").detail
        assert detail == {"why": "moved", "how": "by a file", "secret key": "(secret)"}
        assert config("apply", text, *WHY, "--secrets", str(folder)).startswith("Nothing to do")

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("connections.main.pasword", "x", "main has no such secret; it has: hint_token, key."),
            ("connections.west.key", "x", "the tree has no such row. A file is called such as connections.main.key."),
            ("connections.north.signing", "whsec_short", "It is"),
            ("connections.main.key", "  ", "is empty, or too long for a secret."),
        ],
    )
    def test_a_file_that_says_nothing_is_refused(self, site, config, tmp_path, name, content, said):
        folder = tmp_path / "secrets"
        folder.mkdir()
        (folder / name).write_text(content)
        with pytest.raises(CommandError, match=re.escape(said)):
            config("plan", config("export"), "--secrets", str(folder))


def test_the_schema_takes_what_is_exported_and_is_the_one_in_the_docs(site, config):
    said = yaml.load(config("export"), files.Loader)
    assert list(files._faults(said)) == []
    assert set(shape.schema()["properties"]) == {"version", *SECTIONS}


# What is of this installation alone, or of its people.
NOT_IN_IT = {"User", "Group", "ApiToken"}


def test_everything_that_is_edited_in_the_console_is_in_it():
    edited = {page.model.__name__ for page in admin.site._registry.values() if isinstance(page, ConfigurationAdmin)}
    assert edited == {model.__name__ for model in CONFIGURED} | NOT_IN_IT
