"""Nothing secret and nothing personal is written to any log, whatever goes well or wrong on the way of an order."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db import IntegrityError
from pytest_django.live_server_helper import LiveServer

from integration.api import tokens
from integration.handlers import HANDLERS
from integration.jobs import engine
from integration.jobs.work import Outcome, Work
from integration.models import Document, Lane, SyncJob
from integration.observe.logs import Json, Line
from integration.sandbox.wms import messages
from tests.component.flows.conftest import SECRET, SLUG, TOKEN
from tests.component.flows.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)
NAME, STREET, PHONE, MAIL = "Erika Mustermann", "Heidestraße 17", "+49 30 1234567", "erika@example.org"
SIGNER = "Max Empfang"
HINT = "the-token-in-the-address"
OURS = ("integration", "tasks", "config")


class Written:
    """All that the process logs, in both forms, with every line of ours."""

    def __init__(self) -> None:
        self._json, self._line = io.StringIO(), io.StringIO()
        self.handlers = [logging.StreamHandler(self._json), logging.StreamHandler(self._line)]
        for handler, form in zip(self.handlers, (Json(), Line()), strict=True):
            handler.setFormatter(form)

    @property
    def text(self) -> str:
        return self._json.getvalue() + self._line.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._json.getvalue().splitlines()]

    def said(self, words: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["message"] == words]


@pytest.fixture
def written() -> Iterator[Written]:
    found = Written()
    loggers = [logging.getLogger(), logging.getLogger("django")]
    levels = {name: logging.getLogger(name).level for name in OURS}
    for logger in loggers:
        for handler in found.handlers:
            logger.addHandler(handler)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield found
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    for logger in loggers:
        for handler in found.handlers:
            logger.removeHandler(handler)


@pytest.fixture
def hidden(yard: Yard) -> list[str]:
    """What no log may hold."""
    yard.erp.secrets = {**yard.erp.secrets, "hint_token": HINT}
    yard.erp.save()
    customer = yard.odoo.id_of("res.partner", "Alder Outdoor")
    yard.odoo.call("res.partner", "write", [customer], {"name": NAME, "street": STREET, "phone": PHONE, "email": MAIL})
    keys = [settings.SECRET_KEY, *settings.FIELD_KEYS, yard.erp.secrets["key"]]
    return [NAME, "Mustermann", STREET, PHONE, MAIL, SIGNER, SECRET.removeprefix("whsec_"), TOKEN, HINT, *keys]


def found(written: Written, hidden: list[str]) -> list[str]:
    """By their place: a failing test shows no secret either."""
    return [f"{place}: {word[:3]}..." for place, word in enumerate(hidden) if word in written.text]


def test_an_order_that_goes_well(yard: Yard, hidden: list[str], written: Written) -> None:
    sale = yard.released(("CRATE-S", 3), customer=NAME)
    yard.shipped(sale, tracking=["1Z1"])
    assert (yard.state(sale.release), yard.cases()) == ("shipped", [])
    assert STREET in json.dumps(yard.wms.books(), ensure_ascii=False)  # it was on the wire
    assert found(written, hidden) == []
    calls = [line for line in written.said("called") if line["flow"] == "shipment_confirmation"]
    job = SyncJob.objects.select_related("inbound").get(flow="shipment_confirmation")
    assert calls
    for line in calls:
        assert (line["job"], line["stream"], line["inbound"]) == (job.pk, job.stream_id, job.inbound_id)
        assert (line["connection"], line["trace"]) == (yard.erp.slug, str(job.trace_id))
        assert line["method"].startswith("stock.") or line["method"].startswith("res."), line["method"]
        assert (line["code"], line["seconds"] > 0) == ("ok", True)
    sent = [line for line in written.said("called") if line["flow"] == "release_send"]
    assert {(line["connection"], line["outbound"] is not None) for line in sent} == {(SLUG, True)}
    taken = written.said("message taken")
    assert [line["connection"] for line in taken] == [SLUG] * len(taken)
    assert job.inbound_id in [line["inbound"] for line in taken]


def test_an_order_that_goes_wrong(yard: Yard, hidden: list[str], written: Written) -> None:
    sale = yard.released(("CRATE-S", 3), customer=NAME)
    yard.odoo.fault("button_validate", "error500")
    yard.odoo.fault("write", "cut_after_commit", times=2)
    yard.shipped(sale, tracking=["1Z1"])
    yard.later()
    unknown = yard.released(("CRATE-S", 2), customer=NAME)
    yard.shipped(unknown, lines=[yard.line(unknown, sku=f"SKU of {NAME}")])
    refused = yard.sell(("CRATE-S", 1), customer=NAME)
    yard.look()
    yard.wms.reject(refused.release, f"We do not deliver to {NAME}, {STREET}")
    yard.run()
    assert yard.cases()
    assert len(written.said("job failed")) >= 2
    assert all(line["code"].startswith("CD-") and line["job"] for line in written.said("job failed"))
    assert found(written, hidden) == []


def test_what_is_refused_at_the_door(yard: Yard, live_server: LiveServer, hidden: list[str], written: Written) -> None:
    web = httpx.Client(base_url=live_server.url, timeout=60)
    body = json.dumps({"type": "shipment.confirmed", "data": {"signed_by": SIGNER, "to": NAME}}).encode()
    good = messages.headers(SECRET, "msg_1", body)
    broken = f'{{"type": "shipment.confirmed", "name": "{NAME}"'.encode()
    text = tokens.make("erp team", ["jobs:read"], None)[1]
    hint = f"/api/v1/hints/{yard.erp.slug}"
    answers = [
        web.post(f"/api/v1/webhooks/{SLUG}", content=body, headers=good),
        web.post(f"/api/v1/webhooks/{SLUG}", content=body, headers={**good, "webhook-signature": "v1,bm9wZQ=="}),
        web.post(f"/api/v1/webhooks/{SLUG}", content=broken, headers=messages.headers(SECRET, "msg_2", broken)),
        web.post("/api/v1/webhooks/nobody", content=body, headers=good),
        web.post(f"{hint}/{HINT}", json={"_model": "sale.order", "_id": NAME}),
        web.get(f"{hint}/{HINT}"),
        web.post(f"{hint}/{HINT}/more", json={}),
        web.post(f"{hint}/{HINT}x", json={}),
        web.get("/api/v1/orders", headers={"authorization": f"Bearer {text}"}),
        web.get(f"/api/v1/orders?reference={MAIL}", headers={"authorization": "Bearer cd_00000000_nothing"}),
        web.get(f"/console/find/?q={NAME}"),
    ]
    assert [answer.status_code for answer in answers] == [400, 401, 400, 401, 400, 405, 404, 404, 403, 401, 302]
    assert "Method Not Allowed" in written.text
    assert f"{hint}/[secret]" in written.text
    signature = good["webhook-signature"].removeprefix("v1,")
    assert found(written, [*hidden, text.rpartition("_")[2], signature]) == []


def test_a_mistake_of_ours(yard: Yard, hidden: list[str], written: Written) -> None:
    """Its way through the code is told, and not what it says."""

    def stumble(work: Work) -> Outcome:
        try:
            raise KeyError(NAME)
        except KeyError as error:
            raise IntegrityError(f"DETAIL: Failing row contains ({MAIL}, {STREET})") from error

    yard.sell(("CRATE-S", 1), customer=NAME)
    yard.look()
    Document.objects.update(state="waiting")
    job = SyncJob.objects.filter(flow="order_release").latest("pk")
    SyncJob.objects.filter(pk=job.pk).update(state="pending", next_attempt_at=None)
    type(job.stream).objects.filter(pk=job.stream_id).update(next_due_at=job.created_at)
    engine.run_lane(Lane.ORDER, {**HANDLERS, "order_release": stumble}, seconds=5)
    [line] = written.said("unexpected failure")
    assert (line["level"], line["job"], line["flow"]) == ("error", job.pk, "order_release")
    assert [each for each in line["exception"].splitlines() if not each.startswith(" ")] == [
        "builtins.KeyError",
        "django.db.utils.IntegrityError",
    ]
    assert "in stumble" in line["exception"]
    assert found(written, hidden) == []
