"""What people are told, for whoever asks the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integration.models import Alert, Connection

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/alerts"


@pytest.fixture
def alerts(erp: Connection) -> list[Alert]:
    away = ["{connection} has not answered for {span}", {"connection": "Odoo", "span": "3 min"}]
    moment = timezone.now()
    return [
        Alert.objects.create(
            fingerprint=f"away/{number}", kind="away", state=state, severity="high", team="operations",
            says=[away, ["{n} jobs wait for it", {"n": 4}]], connection=erp,
            first_seen=moment - timedelta(hours=number), last_seen=moment,
        )
        for number, state in enumerate(("gone", "open", "watched"))
    ]  # fmt: skip


def found(api: Callable[..., Client], **filters: Any) -> list[dict[str, Any]]:
    answer = api("alerts:read").get(ADDRESS, filters)
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


def test_they_are_told_in_words_newest_first_without_what_nobody_was_told(
    api: Callable[..., Client], alerts: list[Alert]
) -> None:
    row, over = found(api)
    assert (row["state"], row["connection"], over["state"]) == ("open", "odoo", "gone")
    assert row["says"] == "Odoo has not answered for 3 min: 4 jobs wait for it."
    assert row["todo"] == "Ask whoever runs it. The work waits and goes on by itself."
    assert api("alerts:read").get(f"{ADDRESS}/{alerts[2].pk}").status_code == 404


def test_they_are_narrowed_and_paged(api: Callable[..., Client], alerts: list[Alert]) -> None:
    assert [row["id"] for row in found(api, state="gone")] == [alerts[0].pk]
    half_an_hour_ago = timezone.now() - timedelta(minutes=30)
    assert [row["id"] for row in found(api, seen_after=half_an_hour_ago.isoformat())] == [alerts[0].pk]
    assert found(api, connection="nobody") == []
    first = api("alerts:read").get(ADDRESS, {"page_size": 1}).json()
    second = api("alerts:read").get(first["next"]).json()
    assert [row["id"] for page in (first, second) for row in page["results"]] == [alerts[1].pk, alerts[0].pk]
