"""An OpenTelemetry collector on this machine: it takes spans over HTTP, and keeps them to be looked at."""

import gzip
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, slots=True)
class Seen:
    """One span. Ids are in hex; ``links``: (trace, span)."""

    trace: str
    span: str
    parent: str
    name: str
    attributes: dict[str, Any]
    links: tuple[tuple[str, str], ...]
    failed: bool


class Collector:
    """``with Collector() as collector``: ``url`` is the endpoint, ``spans()`` what came in, ``raw`` each body."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.raw: list[bytes] = []
        self.paths: set[str] = set()
        self.keys: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.collector = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def spans(self) -> list[Seen]:
        return [span for body in list(self.raw) for span in _read(body)]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        collector: Collector = self.server.collector  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        collector.raw.append(body)
        collector.paths.add(self.path)
        collector.keys.add(self.headers.get("api-key", ""))
        self.send_response(collector.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing on the terminal."""


def _read(body: bytes) -> list[Seen]:
    asked = ExportTraceServiceRequest.FromString(body)
    spans = [span for resource in asked.resource_spans for scope in resource.scope_spans for span in scope.spans]
    return [
        Seen(
            span.trace_id.hex(),
            span.span_id.hex(),
            span.parent_span_id.hex(),
            span.name,
            {each.key: _value(each.value) for each in span.attributes},
            tuple((link.trace_id.hex(), link.span_id.hex()) for link in span.links),
            span.status.code == 2,
        )
        for span in spans
    ]


def _value(value: Any) -> Any:
    return getattr(value, value.WhichOneof("value"))
