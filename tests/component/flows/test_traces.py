"""From the webhook to each call elsewhere there is one trace, which a collector gets if there is one."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from integration.models import InboundMessage, OutboundMessage, SyncJob
from integration.observe import traces
from tests.component.flows.yard import Yard
from tests.rig.collector import Collector, Seen

pytestmark = pytest.mark.django_db(transaction=True)
PRIVATE = (b"Alder", b"Wharf", b"ada@", b"the-warehouse-s-token", b"whsec_", b"1Z999")


@pytest.fixture
def collector(settings: Any) -> Iterator[Collector]:
    with Collector() as server:
        settings.TRACES = {**settings.TRACES, "endpoint": server.url, "headers": {"api-key": "k"}}
        yield server
        traces.close()


def spans_of(collector: Collector, trace: Any) -> list[Seen]:
    traces.close()
    return [span for span in collector.spans() if span.trace == trace.hex]


def message(kind: str = "shipment.confirmed") -> InboundMessage:
    return InboundMessage.objects.get(type=kind)


def named(spans: list[Seen], name: str) -> list[Seen]:
    return [span for span in spans if span.name == name]


def test_a_shipment_is_one_trace_from_the_webhook_to_the_calls_to_odoo(yard: Yard, collector: Collector) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale, tracking=["1Z999"])

    spans = spans_of(collector, message().trace_id)
    [first], [attempt] = named(spans, "webhook"), named(spans, "shipment_confirmation")
    [posted] = named(spans, "stock.picking.button_validate")
    assert (first.parent, attempt.parent, posted.parent) == ("", first.span, attempt.span)
    assert first.attributes["crossdock.message"] == attempt.attributes["crossdock.message"] == message().pk
    assert attempt.attributes["crossdock.outcome"] == "succeeded"
    assert posted.attributes == {
        "crossdock.connection": yard.erp.slug,
        "crossdock.attempt": 1,
        "crossdock.writes": True,
        "crossdock.outcome": "ok",
    }
    assert {"/v1/traces"} == collector.paths
    assert {"k"} == collector.keys


def test_what_follows_from_a_shipment_is_in_its_trace(yard: Yard, collector: Collector) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale)

    jobs = SyncJob.objects.filter(trace_id=message().trace_id)
    flows = {span.name for span in spans_of(collector, message().trace_id) if "crossdock.flow" in span.attributes}
    assert flows == set(jobs.values_list("flow", flat=True))
    assert "shipment_confirmation" in flows


def test_a_second_try_an_hour_later_is_in_the_same_trace_and_refers_to_the_first(
    yard: Yard, collector: Collector
) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.odoo.fault("button_validate", "error500")
    yard.shipped(sale)
    yard.later()

    spans = spans_of(collector, message().trace_id)
    [webhook], [first, second] = named(spans, "webhook"), named(spans, "shipment_confirmation")
    assert (first.parent, second.parent) == (webhook.span, webhook.span)
    assert (first.failed, first.attributes["crossdock.outcome"], first.links) == (True, "retry", ())
    assert (second.failed, second.links) == (False, ((first.trace, first.span),))
    assert second.attributes["crossdock.attempt"] == 2
    [failed, landed] = named(spans, "stock.picking.button_validate")
    assert (failed.failed, failed.parent, landed.parent) == (True, first.span, second.span)
    assert failed.attributes["error.type"] == first.attributes["error.type"]


def test_an_order_is_one_trace_from_odoo_to_the_warehouse_and_its_answer_refers_to_it(
    yard: Yard, collector: Collector
) -> None:
    yard.released(("CRATE-S", 3))

    sent = OutboundMessage.objects.get()
    spans = spans_of(collector, sent.trace_id)
    [began], [release], [sending] = named(spans, "queued"), named(spans, "order_release"), named(spans, "release_send")
    [told] = named(spans, "order.release")
    assert (release.parent, sending.parent, told.parent) == (began.span, began.span, sending.span)
    [read] = [span for span in collector.spans() if (span.trace, span.span) in began.links]
    assert read.name == "odoo_read"
    [answer] = named(spans_of(collector, message("order.accepted").trace_id), "acknowledgement")
    assert (began.trace, began.span) in answer.links


def test_a_message_that_comes_again_is_one_more_span_of_its_trace(yard: Yard, collector: Collector) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale, faults=["duplicate"])

    [first, again] = sorted(named(spans_of(collector, message().trace_id), "webhook"), key=lambda span: span.parent)
    assert (first.parent, again.parent) == ("", first.span)
    assert (first.attributes["crossdock.duplicate"], again.attributes["crossdock.duplicate"]) == (False, True)


def test_nothing_personal_and_no_secret_is_in_what_the_collector_gets(yard: Yard, collector: Collector) -> None:
    customer = yard.odoo.id_of("res.partner", "Alder Outdoor")
    yard.odoo.call("res.partner", "write", [customer], {"street": "Wharf 9", "email": "ada@alder.example"})
    sale = yard.released(("CRATE-S", 3))
    yard.odoo.fault("button_validate", "error500")
    yard.shipped(sale, tracking=["1Z999"])
    yard.later()

    traces.close()
    assert collector.raw
    assert not [each for each in PRIVATE for body in collector.raw if each in body]


def test_a_share_of_the_traces_is_kept_whole(yard: Yard, collector: Collector, settings: Any) -> None:
    settings.TRACES = {**settings.TRACES, "share": 2**-32}
    yard.shipped(yard.released(("CRATE-S", 3)))

    traces.close()
    assert collector.spans() == []


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:1", "answers 503"])
def test_a_collector_that_is_down_holds_nothing_up(yard: Yard, settings: Any, endpoint: str) -> None:
    with Collector(status=503) as refusing:
        where = refusing.url if endpoint == "answers 503" else endpoint
        settings.TRACES = {**settings.TRACES, "endpoint": where}
        sale = yard.released(("CRATE-S", 3))
        yard.shipped(sale)
        began = time.monotonic()
        traces.close(seconds=1.0)

    assert time.monotonic() - began < 3
    assert yard.left(sale) == {"CRATE-S": (3, 3, 3)}
    assert not SyncJob.objects.exclude(state="succeeded").exists()


def test_without_a_collector_the_trace_is_kept_on_the_message_and_its_jobs(yard: Yard) -> None:
    yard.shipped(yard.released(("CRATE-S", 3)))

    came = message()
    assert set(SyncJob.objects.filter(inbound=came).values_list("trace_id", flat=True)) == {came.trace_id}
    assert traces.handed_on() == {}
