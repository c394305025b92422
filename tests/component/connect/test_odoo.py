"""Connecting an Odoo: looked at first, stored only when it lets us in, and said plainly."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.core.management import CommandError

from integration.adapters.base import Profile
from integration.jobs import connections
from integration.management.commands.connect import Command
from integration.models import AuditEvent, Connection, ExceptionCase, SyncJob
from integration.sandbox.odoo.server import SandboxOdoo
from tests.component.connect.conftest import Person

EVERY = pytest.mark.parametrize("odoo", ["16", "17", "18", "19"], indirect=True)


@EVERY
def test_an_odoo_is_stored_with_what_was_found(person: Person, stored: Callable[[str], Any]) -> None:
    said = person.connect_odoo("--name=Harbor")
    row = stored("odoo")
    assert (row.name, row.kind, row.base_url, row.environment) == ("Harbor", "odoo", person.odoo.url, "test")
    assert row.options == {"database": "demo", "login": "admin"}
    assert row.secrets == {"key": person.odoo.api_key}
    assert row.profile["version"].startswith(person.odoo.version)
    assert [each["code"] for each in row.profile["warehouses"]] == ["WH"]
    assert f"Harbor: {person.odoo.url}, database demo, as admin" in said
    assert said.rstrip().splitlines()[-1] == "Next: manage.py connect wms"


def test_the_first_full_sweep_waits_for_a_worker(person: Person) -> None:
    person.connect_odoo()
    assert list(SyncJob.objects.values_list("flow", "state", "subject")) == [("odoo_sweep", "pending", "sweep odoo")]


def test_the_act_is_in_the_audit_log_without_secrets(person: Person) -> None:
    person.connect_odoo()
    [event] = AuditEvent.objects.all()
    assert (event.verb, event.subject) == ("add connection", "odoo")
    assert event.detail == {"slug": "odoo", "kind": "odoo", "version": "18.0"}


def test_a_second_run_changes_what_is_named_and_keeps_the_rest(person: Person, stored: Callable[[str], Any]) -> None:
    person.connect_odoo("--name=Harbor", "--calls-per-second=50", "--key-expires=2027-01-31")
    person.connect_odoo("--transport=xmlrpc", key=person.odoo.password)
    row = stored("odoo")
    assert (row.name, row.calls_per_second, row.secrets) == ("Harbor", 50.0, {"key": person.odoo.password})
    assert row.options == {
        "database": "demo", "login": "admin", "key_expires": "2027-01-31", "transport": "xmlrpc",
    }  # fmt: skip
    assert row.profile["facts"]["transport"] == "xmlrpc"


def test_a_stored_odoo_is_looked_at_again_without_its_key(person: Person, stored: Callable[[str], Any]) -> None:
    person.connect_odoo()
    before = stored("odoo").probed_at
    person.patch.delenv("ODOO_KEY")
    person.connect("odoo", "--slug=odoo")
    assert stored("odoo").probed_at > before
    assert stored("odoo").secrets == {"key": person.odoo.api_key}


def test_what_was_changed_while_it_was_looked_at_stays(person: Person, stored: Callable[[str], Any]) -> None:
    person.connect_odoo()
    probe = connections.probe

    def meanwhile(draft: Connection) -> Profile:
        found = probe(draft)
        secrets = stored("odoo").secrets | {"hint_token": "exchanged"}
        Connection(pk=draft.pk, secrets=secrets, enabled=False).save(update_fields=["secrets", "enabled"])
        return found

    person.patch.setattr(connections, "probe", meanwhile)
    person.connect("odoo", "--slug=odoo", "--name=Harbor")
    row = stored("odoo")
    assert (row.name, row.enabled) == ("Harbor", False)
    assert row.secrets == {"key": person.odoo.api_key, "hint_token": "exchanged"}


@pytest.mark.parametrize("odoo", ["16", "19"], indirect=True)
@pytest.mark.parametrize(
    ("changed", "key", "said"),
    [
        ({}, "wrong", "odoo refused the login"),
        ({"database": "other"}, "", "odoo has no database other."),
        ({"url": "http://127.0.0.1:9"}, "", "odoo cannot be reached"),
        (
            {"url": "http://odoo.example.com"},
            "",
            "odoo is configured with http://odoo.example.com, which is not HTTPS.",
        ),
        ({"url": "odoo.example.com"}, "", "odoo cannot be used: 'odoo.example.com' is not an http(s) address."),
        ({"slug": "no spaces"}, "", "--slug must be 1 to 40 letters, digits, dashes and underscores."),
        ({"environment": "production"}, "", "This installation is for test systems (ENVIRONMENT)"),
    ],
)
def test_nothing_is_stored_of_what_cannot_be_used(person: Person, changed: dict[str, str], key: str, said: str) -> None:
    with pytest.raises(CommandError) as wrong:
        person.connect_odoo(key=key, **changed)
    assert str(wrong.value).startswith(said)
    assert "\n" not in str(wrong.value)
    assert not Connection.objects.exists()


@pytest.mark.parametrize("limit", ["--calls-per-second=0", "--max-concurrency=500", "--read-timeout=900"])
def test_a_limit_that_would_stop_the_work_is_refused(person: Person, limit: str) -> None:
    with pytest.raises(CommandError, match=f"^{limit.replace('=', ' ')}: Ensure this value is"):
        person.connect_odoo(limit)
    assert not Connection.objects.exists()


def test_a_limit_that_is_no_number_is_refused(person: Person) -> None:
    with pytest.raises(CommandError, match=r"^--calls-per-second nan: Enter a number"):
        person.connect_odoo("--calls-per-second=nan")
    assert not Connection.objects.exists()


def test_a_refusal_is_one_line_and_status_one(person: Person, capsys: pytest.CaptureFixture[str]) -> None:
    person.patch.setenv("ODOO_KEY", "wrong")
    asked = ["--slug=odoo", f"--url={person.odoo.url}", "--database=demo", "--login=admin"]
    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["manage.py", "connect", "odoo", *asked])
    assert ended.value.code == 1
    assert capsys.readouterr().err.splitlines() == [
        "CommandError: odoo refused the login admin. Enter a valid API key or password for the connection, then retry. "
        "(CD-2001) Nothing was stored."
    ]


def test_a_refused_key_leaves_what_is_stored(person: Person, stored: Callable[[str], Any]) -> None:
    person.connect_odoo()
    with pytest.raises(CommandError):
        person.connect_odoo(key="wrong")
    assert stored("odoo").secrets == {"key": person.odoo.api_key}


def test_a_slug_of_another_kind_is_not_taken_over(person: Person) -> None:
    person.connect_wms(slug="odoo")
    with pytest.raises(CommandError, match="odoo is a connection of kind http_json already"):
        person.connect_odoo()


def test_a_case_about_the_login_is_tried_again(person: Person, stored: Callable[[str], Any]) -> None:
    person.connect_odoo()
    case = ExceptionCase.objects.create(
        fingerprint="f", code="CD-2001", title="t", cause="c", fix="f", owner="administrator", severity="critical",
        connection=stored("odoo"), last_seen="2026-01-01T00:00Z", deadline="2026-01-01T00:00Z",
    )  # fmt: skip
    person.connect_odoo()
    assert AuditEvent.objects.filter(verb="retry case", detail__case=case.pk).count() == 1


class TestHints:
    @pytest.mark.parametrize("odoo", ["17", "18", "19"], indirect=True)
    def test_odoo_gets_the_address_that_the_token_is_stored_for(
        self, person: Person, stored: Callable[[str], Any]
    ) -> None:
        said = person.connect_odoo("--install-hints")
        token = stored("odoo").secrets["hint_token"]
        assert urls(person.odoo) == [f"http://127.0.0.1:8000/api/v1/hints/odoo/{token}"] * 2
        assert "Odoo hints at changes of sale.order, stock.picking." in said
        assert token not in said

    def test_a_second_run_keeps_the_token(self, person: Person, stored: Callable[[str], Any]) -> None:
        person.connect_odoo("--install-hints")
        token = stored("odoo").secrets["hint_token"]
        person.connect_odoo("--install-hints")
        assert stored("odoo").secrets == {"key": person.odoo.api_key, "hint_token": token}

    def test_rotated_only_the_new_address_is_good(self, person: Person, stored: Callable[[str], Any]) -> None:
        person.connect_odoo("--install-hints")
        token = stored("odoo").secrets["hint_token"]
        person.connect_odoo("--rotate-hints")
        secrets = stored("odoo").secrets
        assert secrets.keys() == {"key", "hint_token"}
        assert secrets["hint_token"] != token
        assert urls(person.odoo) == [f"http://127.0.0.1:8000/api/v1/hints/odoo/{secrets['hint_token']}"] * 2

    def test_the_old_address_stays_good_until_odoo_surely_has_the_new_one(
        self, person: Person, stored: Callable[[str], Any]
    ) -> None:
        person.connect_odoo("--install-hints")
        token = stored("odoo").secrets["hint_token"]
        for _ in range(2):
            person.odoo.service.faults.add({"fault": "error500", "match": {"model": "ir.actions.server"}})
            with pytest.raises(CommandError, match="The connection is stored, its hints are not"):
                person.connect_odoo("--rotate-hints")
            assert stored("odoo").secrets["hint_token_previous"] == token
        person.odoo.service.faults.clear()
        person.connect_odoo("--rotate-hints")
        assert stored("odoo").secrets.keys() == {"key", "hint_token"}

    def test_an_administrator_installs_them_and_is_not_stored(
        self, person: Person, stored: Callable[[str], Any]
    ) -> None:
        person.patch.setenv("ODOO_ADMIN_KEY", person.odoo.password)
        person.connect_odoo("--install-hints", f"--hints-login={person.odoo.login}")
        assert stored("odoo").secrets.keys() == {"key", "hint_token"}
        assert stored("odoo").options == {"database": "demo", "login": "admin"}

    @pytest.mark.parametrize("odoo", ["16"], indirect=True)
    def test_16_has_none_and_says_so(self, person: Person, stored: Callable[[str], Any]) -> None:
        with pytest.raises(CommandError, match="Odoo 16 has none, and is polled"):
            person.connect_odoo("--install-hints")
        assert stored("odoo").secrets == {"key": person.odoo.api_key}


def urls(odoo: SandboxOdoo) -> list[str]:
    """Where the automation rules of the stand-in post to."""
    call = {"service": "object", "method": "execute_kw"}
    args = [
        odoo.db,
        2,
        odoo.password,
        "ir.actions.server",
        "search_read",
        [[["state", "=", "webhook"]], ["webhook_url"]],
    ]
    answer = httpx.post(f"{odoo.url}/jsonrpc", json={"id": 1, "params": {**call, "args": args}})
    return [row["webhook_url"] for row in answer.json()["result"]]
