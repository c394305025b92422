"""The two questions of a load balancer, and where the front door leads."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from integration.observe import health


@pytest.fixture(autouse=True)
def _asked_for_the_first_time() -> Iterator[None]:
    health._known.migrated = False
    yield
    health._known.migrated = False


def test_healthz_needs_no_database(client: Client) -> None:  # the test has no access to one
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_readyz_with_a_migrated_database(client: Client) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "workers": 0, "beat": False})


@pytest.mark.django_db
def test_readyz_with_a_missing_migration(client: Client) -> None:
    MigrationRecorder(connection).migration_qs.filter(app="integration").latest("id").delete()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"status": "migrations are missing (1): run `manage.py migrate`"}


@pytest.mark.usefixtures("database_down")
@pytest.mark.parametrize("known", [False, True])
def test_readyz_without_a_database(client: Client, known: bool) -> None:
    health._known.migrated = known

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "the database cannot be reached"})


@pytest.mark.usefixtures("database_down")
def test_alivez_without_a_database(client: Client) -> None:
    answer = client.get("/alivez")

    assert (answer.status_code, answer.json()) == (503, {"status": "the database cannot be reached"})


def test_they_are_for_reading(client: Client) -> None:
    assert [client.post(address).status_code for address in ("/healthz", "/readyz", "/alivez")] == [405, 405, 405]


def test_the_front_door_leads_to_the_console(client: Client) -> None:
    answer = client.get("/")

    assert (answer.status_code, answer["Location"]) == (302, "/console/")


def test_an_unknown_address_of_the_api_is_answered_in_json(client: Client) -> None:
    answer = client.get("/api/v2/orders")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_wrong_host_is_answered_in_json(client: Client) -> None:
    answer = client.get("/api/v1/openapi.json", headers={"host": "evil.example"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")
