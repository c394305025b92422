"""A guard that remembers, and a server that answers as told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from integration.adapters.base import ConnectionSettings


@dataclass
class RecordingGuard:
    calls: list[tuple[str, float, bool]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @contextmanager
    def call(self, what: str, *, timeout: float, writes: bool = False) -> Iterator[None]:
        self.calls.append((what, timeout, writes))
        try:
            yield
        except Exception as error:
            self.failures.append(type(error).__name__)
            raise


@dataclass
class Scripted:
    """``answer`` is what every request gets; ``seen`` the request lines; ``connections`` how many were opened."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    drip: threading.Event | None = None
    seen: list[str] = field(default_factory=list)
    connections: int = 0


def handler(script: Scripted) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            script.connections += 1

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            script.seen.append(f"{self.command} {self.path}")
            self.send_response(script.status)
            for name, value in {"content-length": str(len(script.body)), **script.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for byte in range(len(script.body)) if script.drip else ():
                    self.wfile.write(script.body[byte : byte + 1])
                    script.drip.wait(0.05)
                self.wfile.write(b"" if script.drip else script.body)
            except OSError:
                self.close_connection = True

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@pytest.fixture
def guard() -> RecordingGuard:
    return RecordingGuard()


@pytest.fixture
def server() -> Iterator[Scripted]:
    script = Scripted()
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler(script))
    http.daemon_threads, http.block_on_close = True, False
    script.url = f"http://127.0.0.1:{http.server_port}/base"
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield script
    http.shutdown()
    http.server_close()


@pytest.fixture
def settings(server: Scripted) -> ConnectionSettings:
    secrets = {"token": "sesame-open", "signing": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
    return ConnectionSettings("acme-wms", "http_json", server.url, secrets, connect_timeout=0.5, read_timeout=0.5)
