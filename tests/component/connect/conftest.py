"""Stand-ins for Odoo and a WMS, and the command as a person runs it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integration.models import Connection
from integration.sandbox.odoo.server import SandboxOdoo
from integration.sandbox.wms import SandboxWms

SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOKEN = "sesame-open-0123456789"


@pytest.fixture
def odoo(request: pytest.FixtureRequest) -> Iterator[SandboxOdoo]:
    with SandboxOdoo(version=getattr(request, "param", "18"), seed="empty") as server:
        yield server


@pytest.fixture
def wms() -> Iterator[SandboxWms]:
    with SandboxWms(SIGNING, TOKEN) as server:
        yield server


@dataclass
class Person:
    """Runs `manage.py connect`; ``said`` is everything that was ever printed."""

    odoo: SandboxOdoo
    wms: SandboxWms
    patch: pytest.MonkeyPatch
    said: str = ""

    def connect(self, *arguments: str) -> str:
        out = StringIO()
        try:
            call_command("connect", *arguments, stdout=out, stderr=out)
        except CommandError as wrong:
            self.said += str(wrong)
            raise
        finally:
            self.said += out.getvalue()
        return out.getvalue()

    def connect_odoo(self, *more: str, key: str = "", **changed: str) -> str:
        self.patch.setenv("ODOO_KEY", key or self.odoo.api_key)
        usual = {"slug": "odoo", "url": self.odoo.url, "database": self.odoo.db, "login": self.odoo.login}
        given = [f"--{name}={value}" for name, value in (usual | changed).items()]
        return self.connect("odoo", *given, *more)

    def connect_wms(self, *more: str, signing: str = SIGNING, **changed: str) -> str:
        self.patch.setenv("WMS_SIGNING", signing)
        self.patch.setenv("WMS_TOKEN", TOKEN)
        given = [f"--{name}={value}" for name, value in ({"slug": "wms", "url": self.wms.url} | changed).items()]
        return self.connect("wms", *given, *more)


@pytest.fixture
def person(
    odoo: SandboxOdoo, wms: SandboxWms, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Person]:
    made = Person(odoo, wms, monkeypatch)
    yield made
    for hidden in (odoo.api_key, TOKEN, SIGNING):
        assert hidden not in made.said


@pytest.fixture
def stored() -> Callable[[str], Any]:
    return lambda slug: Connection.objects.get(slug=slug)
