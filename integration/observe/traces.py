"""What was done for one message or document, as spans of one trace: from the webhook to each call elsewhere.

The trace's id is the one that messages and jobs keep. The id of its first span, and of each try, is made from what
it stands for: whoever goes on hours later, in another process, knows them without having been told (ADR 0045).
Without a collector nothing is made. Names, numbers and codes of our own only: never what a message says.
"""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from hashlib import blake2b
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings
from opentelemetry.context import Context
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    format_span_id,
    format_trace_id,
    get_current_span,
    set_span_in_context,
    use_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

EXPORTING = "integration.observe.exporting"  # the SDK: loaded where there is a collector
TRACEPARENT = "traceparent"
SAMPLED = TraceFlags(TraceFlags.SAMPLED)
Attributes = Mapping[str, str | int | bool]

_current: ContextVar[uuid.UUID | None] = ContextVar("trace", default=None)
_propagator = TraceContextTextMapPropagator()


class Exporting(Protocol):
    """What ``integration.observe.exporting`` does."""

    def start(
        self,
        name: str,
        context: Context,
        *,
        kind: SpanKind,
        attributes: Attributes,
        links: list[Link],
        trace: int,
        span: int = 0,
        began: int | None = None,
    ) -> Span: ...

    def close(self, seconds: float) -> None: ...


def current() -> uuid.UUID | None:
    """The trace of the job that is at work here, whether or not it is exported."""
    return _current.get()


def kept(trace: uuid.UUID) -> bool:
    """Whether the trace is exported; all its processes answer the same. Its first bits are random, later ones not."""
    known = settings.TRACES
    return bool(known["endpoint"]) and (trace.int >> 96) < known["share"] * 2**32


def received(trace: uuid.UUID, name: str, began: int, traceparent: str, attributes: Attributes, *, again: bool) -> None:
    """A message has been taken: the trace's first span. ``began``: nanoseconds since 1970. ``again``: one more span.

    What the sender calls its own trace is only referred to: it must not choose where ours are found, nor which are
    kept.
    """
    if not kept(trace):
        return
    named = {} if again else {"span": _first(trace).span_id}
    context = _under(trace) if again else Context()
    links = [Link(theirs)] if (theirs := _parsed(traceparent)) else []
    span = _exporting().start(
        name, context, kind=SpanKind.SERVER, attributes=attributes, links=links, trace=trace.int, began=began,
        **named,
    )  # fmt: skip
    span.end()


def queued(trace: uuid.UUID, attributes: Attributes, cause: SpanContext) -> None:
    """A job that no message caused has been added: the first span of its trace, which refers to its cause."""
    if not kept(trace):
        return
    links = [Link(cause)] if cause.is_valid else []
    kind, span = SpanKind.PRODUCER, _first(trace).span_id
    _exporting().start(
        "queued", Context(), kind=kind, attributes=attributes, links=links, trace=trace.int, span=span
    ).end()


@contextmanager
def attempt(trace: uuid.UUID, flow: str, job: int, number: int, attributes: Attributes) -> Iterator[None]:
    """One try at a job. It refers to the try before it."""
    token = _current.set(trace)
    try:
        if not kept(trace):
            yield
            return
        before = [Link(_context(trace, f"{job}/{number - 1}"))] if number > 1 else []
        told = {"crossdock.job": job, "crossdock.attempt": number, "crossdock.flow": flow, **attributes}
        span = _exporting().start(
            flow, _under(trace), kind=SpanKind.CONSUMER, attributes=told, links=before, trace=trace.int,
            span=_context(trace, f"{job}/{number}").span_id,
        )  # fmt: skip
        with use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            yield
    finally:
        _current.reset(token)


@contextmanager
def call(what: str, attributes: Attributes) -> Iterator[None]:
    """One call to another system, of the try that is at work here."""
    parent = get_current_span()
    if not parent.is_recording():
        yield
        return
    span = _exporting().start(
        what, set_span_in_context(parent), kind=SpanKind.CLIENT, attributes=attributes, links=[],
        trace=parent.get_span_context().trace_id,
    )  # fmt: skip
    with use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        yield


def ended(outcome: str, code: str = "") -> None:
    """How what is at work here ended; ``code`` of the problem, if it failed."""
    if not settings.TRACES["endpoint"]:
        return
    span = get_current_span()
    span.set_attribute("crossdock.outcome", outcome)
    if code:
        span.set_attribute("error.type", code)
        span.set_status(StatusCode.ERROR)


def refer(trace: uuid.UUID) -> None:
    """What is at work here is about something that was done in another trace."""
    span = get_current_span()
    if span.is_recording():
        span.add_link(_first(trace))


def cause() -> SpanContext:
    """What is at work here, for ``queued``."""
    return get_current_span().get_span_context()


def handed_on() -> dict[str, str]:
    """The header that tells a partner which call of ours this is; none while nothing is traced."""
    here = get_current_span().get_span_context()
    if not here.is_valid:
        return {}
    return {TRACEPARENT: f"00-{format_trace_id(here.trace_id)}-{format_span_id(here.span_id)}-{here.trace_flags:02x}"}


def close(seconds: float = 1.0) -> None:
    """Hands over what is not exported yet, for so long at most. Call as the process ends."""
    if settings.TRACES["endpoint"]:
        _exporting().close(seconds)


def _context(trace: uuid.UUID, what: str) -> SpanContext:
    digest = blake2b(f"{trace.hex}/{what}".encode(), digest_size=8).digest()
    return SpanContext(trace.int, int.from_bytes(digest) or 1, is_remote=True, trace_flags=SAMPLED)


def _first(trace: uuid.UUID) -> SpanContext:
    return _context(trace, "")


def _under(trace: uuid.UUID) -> Context:
    return set_span_in_context(NonRecordingSpan(_first(trace)), Context())


def _parsed(traceparent: str) -> SpanContext | None:
    """None for one that is not as W3C Trace Context has it."""
    if not traceparent:
        return None
    found = get_current_span(_propagator.extract({TRACEPARENT: traceparent}, Context())).get_span_context()
    return found if found.is_valid else None


@cache
def _exporting() -> Exporting:
    return cast("Exporting", import_module(EXPORTING))
