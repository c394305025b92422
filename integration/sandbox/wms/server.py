"""The stand-in as an HTTP server in a thread of its own: ``with SandboxWms(secret, token, target) as wms: wms.url``."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from integration.sandbox.wms import contract, control
from integration.sandbox.wms.wire import Answer, Cut, hang_up, problem, suffer
from integration.sandbox.wms.world import Behaviour, World

BODY_LIMIT = 8 * 1024 * 1024
CONTROL = "/_sandbox/"
DRIPS = 20


class SandboxWms:
    """``port`` 0 takes a free one. ``world`` is what the control API works on, for tests in the same process."""

    def __init__(
        self,
        secret: str,
        token: str = "",
        target: str = "",
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        behaviour: Behaviour | None = None,
    ) -> None:
        self.world = World(secret, token, target, behaviour or Behaviour())
        self._server = _Server((host, port), _Handler)
        self._server.world = self.world
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self.world.outbox.start()
        self.world.floor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.world.floor.stop()
        self.world.outbox.stop()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    world: World


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing on the terminal: /_sandbox/deliveries and /_sandbox/orders tell what happened."""

    def _serve(self) -> None:
        try:
            self._write(self._answer())
        except Cut as cut:
            if cut.part is not None:
                self._write(cut.part, of=2)
            self.close_connection = True
            hang_up(self.connection, reset=cut.reset)
        except OSError:
            self.close_connection = True

    def _answer(self) -> Answer:
        length = self.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > BODY_LIMIT:
            self.close_connection = True
            return problem(413, "the body is too large")
        body = self.rfile.read(int(length))
        url = urlsplit(self.path)
        if url.path.startswith(CONTROL):
            return self._control(url.path, dict(parse_qsl(url.query)), body)
        return self._contract(url.path, dict(parse_qsl(url.query)), body)

    def _control(self, path: str, query: dict[str, str], body: bytes) -> Answer:
        if not ip_address(self.client_address[0]).is_loopback:
            return problem(403, "only from this machine")
        try:
            asked = json.loads(body) if body else query
        except ValueError as error:
            return problem(400, str(error))
        return control.serve(self._world, self.command, path, asked)

    def _contract(self, path: str, query: dict[str, str], body: bytes) -> Answer:
        if self._world.is_down():
            return problem(503, "the warehouse system is down")
        headers = {name.lower(): value for name, value in self.headers.items()}
        fault = self._world.rules.decide({"side": "request", "method": self.command, "path": path})
        return suffer(fault, lambda: contract.serve(self._world, self.command, path, headers, query, body))

    def _write(self, answer: Answer, *, of: int = 1) -> None:
        self.send_response(answer.status)
        fields = {"content-type": answer.content_type, "content-length": str(len(answer.body)), **answer.headers}
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        body = answer.body[: len(answer.body) // of]
        step = max(len(body) // DRIPS, 1) if answer.drip else max(len(body), 1)
        for start in range(0, len(body), step):
            self.wfile.write(body[start : start + step])
            time.sleep(answer.drip / DRIPS)

    @property
    def _world(self) -> World:
        server = self.server
        assert isinstance(server, _Server)  # noqa: S101
        return server.world
