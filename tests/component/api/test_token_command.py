"""`manage.py api_token`."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from integration.models import ApiToken, AuditEvent

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command("api_token", *words, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def status_with(token: str) -> int:
    return Client().get("/api/v1/jobs", headers={"authorization": f"Bearer {token}"}).status_code


def test_make_prints_a_token_that_works_and_nothing_else() -> None:
    token = run("make", "erp team", "--scope", "jobs:read", "--scope", "cases:read")

    assert re.fullmatch(r"cd_[0-9a-f]{8}_[\w-]{43}", token)
    assert status_with(token) == 200
    assert ApiToken.objects.get().scopes == ["cases:read", "jobs:read"]
    assert AuditEvent.objects.get().verb == "make token"


def test_list_shows_no_secret() -> None:
    token = run("make", "erp team", "--scope", "jobs:read", "--days", "90")

    listed = run("list")

    assert listed.startswith(f"{ApiToken.objects.get().prefix}  erp team  valid until ")
    assert token.split("_", 2)[2] not in listed


def test_revoke_ends_the_token_once() -> None:
    token = run("make", "erp team", "--scope", "jobs:read")
    prefix = ApiToken.objects.get().prefix

    assert run("revoke", prefix) == "erp team is revoked."
    assert status_with(token) == 401
    with pytest.raises(CommandError, match="No valid token begins with"):
        run("revoke", prefix)


@pytest.mark.parametrize("words", [["make", "x", "--scope", "everything"], ["make", "x"], ["make", "x", "--scope",
    "jobs:read", "--days", "0"]])  # fmt: skip
def test_nonsense_is_refused(words: list[str]) -> None:
    with pytest.raises(CommandError):
        run(*words)
    assert not ApiToken.objects.exists()
