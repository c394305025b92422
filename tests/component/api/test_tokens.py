"""Who may call: tokens, scopes, expiry, revocation."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integration.api import tokens
from integration.models import ApiToken

pytestmark = pytest.mark.django_db
JOBS = "/api/v1/jobs"


def get(text: str, address: str = JOBS) -> Any:
    return Client().get(address, headers={"authorization": text})


def test_a_token_with_the_scope_may_read() -> None:
    _, text = tokens.make("erp team", ["jobs:read"], None)

    assert get(f"Bearer {text}").status_code == 200


def test_only_a_hash_of_the_secret_is_stored() -> None:
    row, text = tokens.make("erp team", ["jobs:read"], None)

    secret = text.removeprefix(f"cd_{row.prefix}_")
    assert len(secret) >= 43
    assert secret not in str(ApiToken.objects.values().get())


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[:-1],
        lambda text: text + "x",
        lambda text: text.upper(),
        lambda text: text.replace("cd_", "ab_"),
        lambda text: text.rsplit("_", 1)[0] + "_",
        lambda text: "cd_" + "0" * 5000 + "_x",
        lambda text: "ünïcode ☃",
        lambda text: text + " " + text,
    ],
)
def test_any_other_text_is_401_and_says_how_to_authenticate(damage: Callable[[str], str]) -> None:
    _, text = tokens.make("erp team", ["jobs:read"], None)

    answer = get(f"Bearer {damage(text)}".encode().decode("latin-1"))

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="crossdock"')
    assert answer.json()["error"]["code"] == "authentication_failed"


def test_no_token_is_401() -> None:
    answer = Client().get(JOBS)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == 'Bearer realm="crossdock"'


def test_a_session_of_the_console_is_no_token(admin_client: Client) -> None:
    assert admin_client.get(JOBS).status_code == 401


def test_an_expired_token_is_401() -> None:
    _, text = tokens.make("erp team", ["jobs:read"], timezone.now() - timedelta(seconds=1))

    assert get(f"Bearer {text}").status_code == 401


def test_a_revoked_token_is_401() -> None:
    row, text = tokens.make("erp team", ["jobs:read"], None)
    ApiToken.objects.filter(pk=row.pk).update(revoked_at=timezone.now())

    assert get(f"Bearer {text}").status_code == 401


def test_a_missing_scope_is_403_and_named(api: Callable[..., Client]) -> None:
    answer = api("cases:read").get(JOBS)

    assert answer.status_code == 403
    assert answer.json() == {"error": {"code": "scope_missing", "message": "The token lacks the scope jobs:read."}}


@pytest.mark.parametrize(
    ("address", "scope"),
    [
        ("/api/v1/connections", "connections:read"),
        ("/api/v1/warehouses", "connections:read"),
        ("/api/v1/messages/inbound", "messages:read"),
        ("/api/v1/messages/outbound", "messages:read"),
        ("/api/v1/jobs", "jobs:read"),
        ("/api/v1/orders", "orders:read"),
        ("/api/v1/cases", "cases:read"),
        ("/api/v1/alerts", "alerts:read"),
        ("/api/v1/mappings", "mappings:read"),
    ],
)
def test_each_resource_has_a_scope_of_its_own(api: Callable[..., Client], address: str, scope: str) -> None:
    others = set(tokens.SCOPES) - {scope}

    assert api(scope).get(address).status_code == 200
    assert api(*others).get(address).status_code == 403


@pytest.mark.parametrize(
    ("address", "scope"),
    [
        ("/api/v1/jobs/1/retry", "jobs:write"),
        ("/api/v1/jobs/1/cancel", "jobs:write"),
        ("/api/v1/cases/1/retry", "cases:write"),
        ("/api/v1/cases/1/resolve", "cases:write"),
        ("/api/v1/cases/1/done_by_hand", "cases:write"),
        ("/api/v1/mappings", "mappings:write"),
    ],
)
def test_acting_needs_the_write_scope(api: Callable[..., Client], address: str, scope: str) -> None:
    answer = api(*(set(tokens.SCOPES) - {scope})).post(address, {}, content_type="application/json")

    assert (answer.status_code, scope in answer.json()["error"]["message"]) == (403, True)


def test_the_last_use_is_noted_at_most_once_a_minute(django_assert_num_queries: Any) -> None:
    row, text = tokens.make("erp team", ["jobs:read"], None)

    get(f"Bearer {text}")
    first = ApiToken.objects.get().last_used_at
    with django_assert_num_queries(2):  # the token, the jobs
        get(f"Bearer {text}")
    assert ApiToken.objects.get().last_used_at == first

    ApiToken.objects.filter(pk=row.pk).update(last_used_at=timezone.now() - timedelta(seconds=61))
    get(f"Bearer {text}")
    assert ApiToken.objects.get().last_used_at > first
