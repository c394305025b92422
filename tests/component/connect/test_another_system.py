"""A connection is led to another system only by who says so, and what differs is confirmed in a terminal, too."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from integration.jobs import environment
from integration.models import AuditEvent, Connection, EnvironmentLock, KnownSystem
from integration.sandbox.odoo.server import SandboxOdoo
from tests.component.connect.conftest import Person


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    environment.forget()
    yield
    environment.forget()


@pytest.fixture
def elsewhere() -> Iterator[SandboxOdoo]:
    with SandboxOdoo(version="18", seed="empty") as server:
        yield server


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("environment", *arguments, stdout=out)
    return out.getvalue()


def test_another_address_has_to_be_meant(person: Person, elsewhere: SandboxOdoo) -> None:
    person.connect_odoo()
    assert KnownSystem.objects.get().base_url == person.odoo.url
    with pytest.raises(CommandError, match=r"would speak to another system.*--another-system") as refused:
        person.connect_odoo(url=elsewhere.url)
    assert (elsewhere.url in str(refused.value), Connection.objects.get().base_url) == (True, person.odoo.url)
    person.connect_odoo("--another-system", url=elsewhere.url)
    known = KnownSystem.objects.get()
    assert (known.base_url, known.uuid, EnvironmentLock.objects.count()) == (elsewhere.url, "", 0)
    assert list(environment.differences()) == []


def seen(told: list[str]) -> str:
    return told[-1].split()[4]


def test_what_differs_is_shown_and_confirmed_in_a_terminal(person: Person) -> None:
    person.connect_odoo()
    assert said("status") == "Nothing is locked.\n"
    Connection.objects.update(base_url="https://new.example.com")
    told = said("status").splitlines()
    assert told[0].startswith("Locked since ")
    assert told[1:] == [
        f"- odoo: address https://new.example.com, before {person.odoo.url}",
        "0 jobs wait. If all of this is meant:",
        f'manage.py environment confirm --seen {seen(told)} --why "..."',
    ]
    assert said("confirm", "--seen", seen(told), "--why", "it has moved") == "Confirmed: 0 jobs go on.\n"
    assert (EnvironmentLock.objects.get().released_why, said("status")) == ("it has moved", "Nothing is locked.\n")
    assert AuditEvent.objects.filter(verb="confirm environment").count() == 1
