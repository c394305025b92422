"""Pages by cursor: complete, bounded, and unmoved by rows that arrive meanwhile."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from integration.models import SyncJob

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(api: Callable[..., Client]) -> Client:
    return api("jobs:read")


def ids(page: Any) -> list[int]:
    return [row["id"] for row in page["results"]]


def test_all_rows_are_met_once_newest_first_though_others_arrive(
    client: Client, add_job: Callable[..., SyncJob]
) -> None:
    there = [add_job(number).pk for number in range(7)]

    met: list[int] = []
    address: str | None = "/api/v1/jobs?page_size=3"
    while address:
        page = client.get(address).json()
        met += ids(page)
        address = page["next"]
        add_job(100 + len(met))

    assert met == there[::-1]


def test_a_full_last_page_has_no_next(client: Client, add_job: Callable[..., SyncJob]) -> None:
    for number in range(3):
        add_job(number)

    assert client.get("/api/v1/jobs?page_size=3").json()["next"] is None


def test_next_keeps_the_filters(client: Client, add_job: Callable[..., SyncJob]) -> None:
    wanted = [add_job(number, state=state).pk for number, state in enumerate(["retry", "pending", "retry", "retry"])]

    page = client.get("/api/v1/jobs?page_size=2&state=retry").json()

    assert ids(client.get(page["next"]).json()) == [wanted[0]]


@pytest.mark.parametrize("size", ["0", "-1", "201", "1.5", "", "many", "٣", "9" * 5000])
def test_a_wrong_size_is_400(client: Client, size: str) -> None:
    answer = client.get("/api/v1/jobs", {"page_size": size})

    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "page_size")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "☃",
        "%00",
        "\x00",
        "before:5",
        *(urlsafe_b64encode(each).decode() for each in (b"before:", b"\xff", b"5", b"before:" + b"9" * 19)),
    ],
)
def test_a_wrong_cursor_is_400(client: Client, cursor: str) -> None:
    answer = client.get("/api/v1/jobs", {"cursor": cursor})

    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "cursor")


def test_nothing_is_counted(client: Client, add_job: Callable[..., SyncJob], django_assert_num_queries: Any) -> None:
    add_job()
    client.get("/api/v1/jobs")  # notes the token's use

    with django_assert_num_queries(2) as asked:
        client.get("/api/v1/jobs?state=pending")
    assert not [query for query in asked.captured_queries if "COUNT" in query["sql"]]
