"""A partner's own trace is referred to; it never decides where ours is found."""

from collections.abc import Iterator
from typing import Any

import pytest

from integration.models import InboundMessage
from integration.observe import traces
from tests.component.api.conftest import Sender
from tests.rig.collector import Collector, Seen

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("wms")]
THEIRS = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")


@pytest.fixture
def collector(settings: Any) -> Iterator[Collector]:
    with Collector() as server:
        settings.TRACES = {**settings.TRACES, "endpoint": server.url}
        yield server
        traces.close()


def webhook(sender: Sender, collector: Collector, traceparent: str) -> Seen:
    answer = sender.post(headers={"traceparent": traceparent})
    assert answer.status_code == 202
    traces.close()
    [span] = collector.spans()
    assert span.trace == InboundMessage.objects.get().trace_id.hex
    return span


def test_a_sender_s_trace_is_referred_to_and_is_not_ours(sender: Sender, collector: Collector) -> None:
    span = webhook(sender, collector, f"00-{'-'.join(THEIRS)}-00")
    assert (span.parent, span.links) == ("", (THEIRS,))


@pytest.mark.parametrize("traceparent", ["", "00-0-0-00", "x" * 5000, f"00-{'0' * 32}-{'0' * 16}-01"])
def test_what_is_no_trace_is_passed_over(sender: Sender, collector: Collector, traceparent: str) -> None:
    assert webhook(sender, collector, traceparent).links == ()


def test_a_message_that_is_refused_leaves_no_span(sender: Sender, collector: Collector) -> None:
    assert sender.post(b"not json").status_code == 400
    traces.close()
    assert collector.spans() == []
