"""Hands spans to an OpenTelemetry collector, by a thread of each process. What it does not take is dropped."""

import atexit
import os
import random
import threading
from collections.abc import Mapping

from django.conf import settings
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import Link, Span, SpanKind, Tracer

PATH = "/v1/traces"
QUEUE, BATCH = 4096, 512  # spans that wait for the collector; more are dropped
DELAY_MS = 2000
TIMEOUT_SECONDS = 5.0
LINKS = 256  # a look at Odoo may cause a hundred jobs


class _Ids(IdGenerator):
    """Numbers that were made elsewhere, for the span that this thread starts next; by chance else."""

    def __init__(self) -> None:
        self.given = threading.local()

    def generate_span_id(self) -> int:
        return getattr(self.given, "span", 0) or random.getrandbits(64) or 1

    def generate_trace_id(self) -> int:
        return int(self.given.trace)


class _Open:
    """The way to the collector that a process has made."""

    def __init__(self) -> None:
        self.ids = _Ids()
        self.process = os.getpid()
        known = settings.TRACES
        self.provider = TracerProvider(
            sampler=ALWAYS_ON,
            resource=Resource.create(
                {"service.name": known["service"], "deployment.environment": settings.ENVIRONMENT}
            ),
            shutdown_on_exit=False,
            id_generator=self.ids,
            span_limits=SpanLimits(max_links=LINKS),
        )
        exporter = OTLPSpanExporter(
            endpoint=known["endpoint"].rstrip("/") + PATH, headers=known["headers"], timeout=TIMEOUT_SECONDS
        )
        self.provider.add_span_processor(
            BatchSpanProcessor(
                exporter, max_queue_size=QUEUE, max_export_batch_size=BATCH, schedule_delay_millis=DELAY_MS
            )
        )
        self.tracer: Tracer = self.provider.get_tracer("crossdock")


_lock = threading.Lock()
_open: list[_Open] = []
LAST_SECONDS = 1.0  # that a process which ends waits for the collector


def start(
    name: str,
    context: Context,
    *,
    kind: SpanKind,
    attributes: Mapping[str, str | int | bool],
    links: list[Link],
    trace: int,
    span: int = 0,
    began: int | None = None,
) -> Span:
    """A span that whoever asked ends. ``span``: its number; ``began``: nanoseconds since 1970, now otherwise."""
    way = _way()
    way.ids.given.trace, way.ids.given.span = trace, span
    return way.tracer.start_span(name, context, kind, attributes, links, start_time=began)


def close(seconds: float) -> None:
    """Ends the way, after so many seconds whether or not the collector took what was left."""
    with _lock:
        mine = [way for way in _open if way.process == os.getpid()]
        _open.clear()
    for way in mine:
        last = threading.Thread(target=way.provider.shutdown, daemon=True)
        last.start()
        last.join(seconds)


def _way() -> _Open:
    """A child that was forked makes its own: its parent's thread is not there."""
    if not _open or _open[0].process != os.getpid():
        with _lock:
            if not _open or _open[0].process != os.getpid():
                _open[:] = [_Open()]
                atexit.register(close, LAST_SECONDS)
    return _open[0]
