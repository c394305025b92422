"""The HTTP server: HTTP/1.0, one connection per request, as Odoo in multi-process mode."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from . import business
from .app import App, Reply
from .protocols.wire import Request, Response
from .seed import SEEDS
from .service import Service
from .traits import VERSIONS, Traits

assert business  # the business classes register themselves  # noqa: S101
RESET = struct.pack("ii", 1, 0)
PIECES = 10


class Handler(BaseHTTPRequestHandler):
    """Reads a request, sends a reply or hangs up."""

    app: ClassVar[App]
    server_version = "Werkzeug/2.2.2"
    protocol_version = "HTTP/1.0"

    def do_POST(self) -> None:
        self._serve()

    do_GET = do_DELETE = do_PUT = do_HEAD = do_POST  # noqa: N815

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.split("?")[0]
        request = Request(self.command, path, self.headers, body)  # type: ignore[arg-type]
        reply = self.app.handle(request, self.client_address[0])
        if reply.response is None:
            self._hang_up()
        else:
            self._send(reply, reply.response)

    def _hang_up(self) -> None:
        """Reset the connection: the client gets no byte."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.close_connection = True
        self.connection.close()

    def _send(self, reply: Reply, response: Response) -> None:
        try:
            self.send_response(response.status)
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(response.body)))
            self.send_header("Connection", "close")
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self._send_body(reply, response.body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _send_body(self, reply: Reply, body: bytes) -> None:
        if reply.truncate:
            self.wfile.write(body[: len(body) // 2])
        elif reply.drip_seconds:
            size = max(1, len(body) // PIECES)
            for start in range(0, len(body), size):
                self.wfile.write(body[start : start + size])
                self.wfile.flush()
                time.sleep(reply.drip_seconds / PIECES)
        else:
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet: the call log is under `/_sandbox/calls`."""


class Server(ThreadingHTTPServer):
    """A server whose threads never keep the process alive."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""


class SandboxOdoo:
    """A running sandbox. In tests: `with SandboxOdoo(version="18") as odoo: odoo.url`."""

    def __init__(
        self,
        version: str = "18",
        *,
        db: str = "demo",
        login: str = "admin",
        password: str = "admin",  # noqa: S107 - the one that every demo database has
        seed: str = "demo",
        host: str = "127.0.0.1",
        port: int = 0,
        token: str = "",
        apps: Iterable[str] = (),
    ) -> None:
        if version not in VERSIONS:
            raise ValueError(f"version must be one of {', '.join(VERSIONS)}")
        self.version, self.db, self.login, self.password = version, db, login, password
        self.api_key = f"sandbox-{login}-key"
        plant = SEEDS[seed]
        self.service = Service(
            Traits(version), db, lambda database: plant(database, login, password, self.api_key), apps
        )
        handler = type("BoundHandler", (Handler,), {"app": App(self.service, token)})
        self._server = Server((host, port), handler)
        self.host, self.port = host, int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def start(self) -> SandboxOdoo:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> SandboxOdoo:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()
