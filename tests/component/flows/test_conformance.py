"""The contract suite passes a warehouse that keeps to the contract, and names what another one does wrong."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from pytest_django.live_server_helper import LiveServer

from integration.adapters.conformance import Goods
from integration.handlers import HANDLERS
from integration.jobs import conformance, engine
from integration.jobs.acts import Actor, NotAllowed
from integration.models import AuditEvent, ConformanceRun, Connection, ExceptionCase, InboundMessage, Lane, SyncJob
from integration.sandbox.wms import SandboxWms, contract, messages
from integration.sandbox.wms.wire import Answer, answer, problem
from integration.sandbox.wms.world import Behaviour
from tests.component.engine.yard import until

pytestmark = pytest.mark.django_db(transaction=True)
SLUG, SECRET, TOKEN = "acme-wms", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "sesame-open-0123456789"
GOODS, SOMEBODY = Goods("MAIN", "", "SKU-1", "EA"), Actor("somebody")
CODES = ("--site", "MAIN", "--sku", "SKU-1", "--unit", "EA")
Serve = Callable[..., Answer]


@pytest.fixture
def warehouse(live_server: LiveServer) -> Iterator[SandboxWms]:
    """Says yes by itself, and counts what it sends."""
    target = f"{live_server.url}/api/v1/webhooks/{SLUG}"
    with SandboxWms(SECRET, TOKEN, target, behaviour=Behaviour(acknowledge_after=0.0, number_messages=True)) as server:
        yield server


@pytest.fixture
def partner(warehouse: SandboxWms) -> Connection:
    facts = {"accepts": list(contract.ACCEPTS), "serves": list(contract.SERVES)}
    secrets = {"signing": SECRET, "token": TOKEN}
    return Connection.objects.create(
        slug=SLUG, name="Acme", kind="http_json", base_url=warehouse.url, secrets=secrets, profile={"facts": facts}
    )


def examined(partner: Connection, wait: float = 20.0) -> ConformanceRun:
    return conformance.run(partner, SOMEBODY, GOODS, wait=wait)


def wrong(run: ConformanceRun) -> dict[str, str]:
    return {check["name"]: check["detail"] for check in run.checks if check["ok"] is False}


def worked_off() -> bool:
    engine.run_lane(Lane.MASTER_DATA, HANDLERS, seconds=60)
    return set(SyncJob.objects.values_list("state", flat=True)) == {"succeeded"}


def test_the_sandbox_keeps_to_the_contract(partner: Connection) -> None:
    run = examined(partner)

    assert wrong(run) == {}
    assert (run.passed, len(run.checks), [each["name"] for each in run.checks if each["ok"] is None]) == (True, 18, [])
    assert AuditEvent.objects.filter(verb="conformance run", actor="somebody").count() == 1


def test_what_it_says_of_test_orders_is_kept_and_nothing_is_done(partner: Connection) -> None:
    run = examined(partner)
    until(worked_off)  # what it says comes in by and by

    told = InboundMessage.objects.filter(reference__startswith=f"CONFORMANCE-{run.number}")
    assert told.count() >= 1
    assert set(SyncJob.objects.values_list("flow", "state")) == {("conformance_news", "succeeded")}
    assert ExceptionCase.objects.count() == 0


def test_the_command_prints_the_report_and_keeps_it(partner: Connection) -> None:
    said = StringIO()
    call_command("conformance", SLUG, *CODES, stdout=said)

    run = ConformanceRun.objects.get()
    assert "ok         acts once: the same key with the same bytes is answered as before\n" in said.getvalue()
    assert said.getvalue().endswith(f"Acme keeps to the contract. Report {run.number}, kept in the console.\n")


def test_a_production_connection_is_refused_unless_it_is_meant(partner: Connection, settings: Any) -> None:
    settings.ENVIRONMENT = "production"
    Connection.objects.update(environment="production")

    with pytest.raises(CommandError, match="Acme is in production, where test orders may be shipped"):
        call_command("conformance", SLUG, *CODES)
    assert (ConformanceRun.objects.count(), InboundMessage.objects.count()) == (0, 0)
    call_command("conformance", SLUG, *CODES, "--production", stdout=StringIO())
    assert ConformanceRun.objects.get().passed


def test_an_odoo_is_no_warehouse(db: None) -> None:
    Connection.objects.create(slug="odoo", name="Odoo", kind="odoo", base_url="https://o.test")
    with pytest.raises(CommandError, match="Odoo is no warehouse: its kind is odoo"):
        call_command("conformance", "odoo", *CODES)


def test_without_codes_it_says_what_to_name(partner: Connection) -> None:
    with pytest.raises(NotAllowed, match="Acme has no warehouse, product or unit yet to ask about"):
        conformance.run(partner, SOMEBODY)


def changed(serve: Serve, change: Callable[[Answer], Answer]) -> Serve:
    return lambda *args: change(serve(*args))


def over(**fields: Any) -> Callable[[Answer], Answer]:
    """The answer with these fields otherwise, where it is a good one."""

    def change(given: Answer) -> Answer:
        made = {name: value() if callable(value) else value for name, value in fields.items()}
        return given if given.status >= 300 else answer(given.status, json.loads(given.body) | made)

    return change


def failing(given: Answer) -> Answer:
    return problem(500, "oops") if given.status == 422 else given


def forgiving(given: Answer) -> Answer:
    return answer(200, {"status": "received", "warehouse_order": "W-1"}) if given.status >= 400 else given


def none(given: Answer) -> Answer:
    return answer(200, {"orders": []})


def any_order(given: Answer) -> Answer:
    return answer(200, {"orders": [{"release": "X", "version": 1, "status": "accepted"}]})


POST, GET = ("POST", "/orders"), ("GET", "/orders")


@pytest.mark.parametrize(
    ("route", "change", "names"),
    [
        (POST, over(warehouse_order=lambda: uuid4().hex), {"acts once"}),
        (POST, failing, {"refuses nonsense"}),
        (POST, forgiving, {"signature of calls", "one key, one document", "versions in order", "refuses nonsense"}),
        (GET, none, {"takes an order", "versions in order"}),
        (("GET", "/health"), over(contract="7"), {"health"}),
        (("GET", "/states"), over(states=[]), {"pages of states"}),
        (("GET", "/items"), over(items=[{"sku": "B"}, {"sku": "A"}]), {"pages of items"}),
        (("GET", "/events"), over(events=[]), {"tells again what it told"}),
        (("POST", "/orders/cancellations"), lambda _: problem(500, "oops"), {"cancels what was sent"}),
    ],
)
def test_a_broken_endpoint_is_found(partner: Connection, monkeypatch, route, change, names) -> None:
    monkeypatch.setitem(contract.ROUTES, route, changed(contract.ROUTES[route], change))

    run = examined(partner)

    assert (run.passed, set(wrong(run))) == (False, names)


def test_an_endpoint_that_looks_at_no_signature_is_found(partner: Connection, monkeypatch) -> None:
    monkeypatch.setattr(contract, "_signed", lambda *_: True)

    assert wrong(examined(partner)) == {
        "signature of calls": "an order with a stranger's signature must be refused, and was taken"
    }


def test_an_endpoint_that_looks_at_no_token_is_found(partner: Connection, warehouse: SandboxWms) -> None:
    warehouse.world.token = ""

    assert wrong(examined(partner)) == {"token": "a call with a wrong token must be refused, and was taken"}


def test_a_warehouse_that_says_nothing_is_found(partner: Connection, warehouse: SandboxWms) -> None:
    warehouse.world.behaviour = dataclasses.replace(warehouse.world.behaviour, acknowledge_after=None)

    run = examined(partner, wait=0.5)

    assert set(wrong(run)) == {"says yes or no"}
    assert "came within 0.5 s of the order" in wrong(run)["says yes or no"]


def test_a_warehouse_that_signs_wrongly_is_not_heard(partner: Connection, monkeypatch) -> None:
    monkeypatch.setattr(messages, "headers", lambda *args: HEADERS(*args[:3], "bad"))

    assert set(wrong(examined(partner, wait=1.0))) == {"says yes or no"}


HEADERS = messages.headers


def test_a_warehouse_that_says_it_twice_is_found(partner: Connection, warehouse: SandboxWms) -> None:
    rule = {"side": "delivery", "type": "order.accepted"}
    warehouse.world.rules.add({"fault": "renumbered", "times": 99, "match": rule})

    found = wrong(examined(partner))

    assert "says it once" in found
    assert found["says it once"].startswith("one order was answered by 2 messages: msg_")


def test_a_warehouse_that_writes_another_shape_is_found(partner: Connection, monkeypatch) -> None:
    made = messages.body
    monkeypatch.setattr(
        messages,
        "body",
        lambda *args: made(*args).replace(b'"version": 1', b'"version": "one"'),
    )

    found = wrong(examined(partner, wait=1.0))

    assert set(found) == {"says yes or no", "keeps to the contract"}
    assert found["keeps to the contract"].startswith("order.accepted was refused: data.version")
