"""A key of Odoo and a signing secret are exchanged while orders go out and shipments come in: no call fails."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from django.db import connection as database

from integration.handlers import HANDLERS
from integration.jobs import engine, environment, rotations, sweep
from integration.jobs.acts import Actor
from integration.models import Connection, JobAttempt, KeyRotation, Lane
from tests.component.engine.yard import until
from tests.component.flows.yard import Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
ANNA = Actor("anna")
WORKERS, ORDERS = 3, 36
KEY_AT, SECRET_AT, PARTNER_AT = 6, 10, 20  # after so many orders
FLIGHT = timedelta(seconds=5)
KNOCK = "res.users.context_get"  # the one call that may be refused: whether the old key still works
State = KeyRotation.State


def work(stop: threading.Event) -> None:
    with closing(database):
        while not stop.is_set():
            if not sum(engine.run_lane(lane, HANDLERS, seconds=2) for lane in Lane):
                stop.wait(0.05)


@contextmanager
def workers() -> Iterator[None]:
    stop = threading.Event()
    with ThreadPoolExecutor(WORKERS) as pool:
        running: list[Future[None]] = [pool.submit(work, stop) for _ in range(WORKERS)]
        try:
            yield
        finally:
            stop.set()
            for each in running:
                each.result(timeout=60)


def traded(yard: Yard) -> Sale:
    """One order, from its confirmation to its shipment's message."""
    sale = yard.sell(("CRATE-S", 1))
    sweep.start_polls("odoo_poll")
    until(lambda: any(held.release == sale.release for held in yard.wms.held()), 60)
    yard.wms.accept(sale.release)
    until(lambda: yard.state(sale.release) == "accepted", 60)
    yard.wms.ship(sale.release)
    return sale


def state(kind: str) -> str:
    rotations.sweep()
    return KeyRotation.objects.get(kind=kind).state


@pytest.mark.parametrize("odoo_server", ["19"], indirect=True)
def test_two_exchanges_under_load_fail_no_call(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotations, "FLIGHT", FLIGHT)
    environment.forget()
    old = {"key": yard.erp.secrets["key"], "signing": yard.partner.secrets["signing"]}
    secret, sales = "", []
    with workers():
        for number in range(ORDERS):
            if number == KEY_AT:
                rotations.ask_for_key(yard.erp.pk, ANNA)
            if number == SECRET_AT:
                secret = rotations.ask_for_signing(yard.partner.pk, ANNA, hours=1)[1]
            if number == PARTNER_AT:
                yard.wms.sign_with(secret)
            sales.append(traded(yard))
            rotations.sweep()  # as beat does: the old key goes while calls are under way
        until(lambda: state("key") == State.ENDED, 60)
        rotations.end_signing(KeyRotation.objects.get(kind="signing").pk, ANNA)
        sales.append(traded(yard))
        until(lambda: {yard.state(sale.release) for sale in sales} == {"shipped"}, 60)

    key, signing = (Connection.objects.get(pk=each.pk).secrets for each in (yard.erp, yard.partner))
    assert (key["key"] != old["key"], signing["signing"]) == (True, secret)
    assert set(yard.odoo.keys().values()) == {key["key"]}
    assert failed_calls() == []
    assert JobAttempt.objects.exclude(code="").values_list("job__flow", "code").first() is None
    assert {answer.split()[-1] for answer in yard.wms.received()} == {"202"}
    assert (yard.cases(), len(sales)) == ([], ORDERS + 1)


def failed_calls() -> list[str]:
    """Of both sides, but for the knock with the old key."""
    tries = JobAttempt.objects.exclude(calls=[]).values_list("job__flow", "calls")
    return [
        f"{flow} {call['what']} {call['outcome']}"
        for flow, calls in tries
        for call in calls
        if call["outcome"] != "ok" and call["what"] != KNOCK
    ]
