"""A look at a system obeys the same rules as work: no open transaction, and the connection's throttle."""

import time

import pytest
from django.db import transaction

from integration.jobs.remote import OpenTransaction, ProbeGuard
from integration.models import Connection, ConnectionGate

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_call_inside_a_transaction() -> None:
    with pytest.raises(OpenTransaction), transaction.atomic(), ProbeGuard().call("health", timeout=1.0):
        pass


def test_the_throttle_of_a_stored_connection_holds() -> None:
    row = Connection.objects.create(
        slug="w", name="W", kind="http_json", base_url="https://w.test", calls_per_second=20
    )
    guard, started = ProbeGuard(row), time.monotonic()
    for _ in range(5):
        with guard.call("health", timeout=1.0):
            pass
    assert time.monotonic() - started > 0.15


def test_an_open_breaker_does_not_keep_a_person_from_looking() -> None:
    row = Connection.objects.create(slug="w", name="W", kind="http_json", base_url="https://w.test")
    ConnectionGate.objects.create(connection=row, breaker="open", failures=9)
    with ProbeGuard(row).call("health", timeout=1.0):
        pass
    assert ConnectionGate.objects.values_list("breaker", "failures").get() == ("open", 9)
