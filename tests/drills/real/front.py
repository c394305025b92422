"""A proxy of ours in front of an Odoo that is not ours: counts Crossdock's calls, cuts some, hangs up for a while.

So Odoo itself is left alone: what is done to it is done to the way there.
"""

import json
import threading
import time
import xmlrpc.client
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import httpx

from integration.sandbox.faults import FaultRules

PATIENCE = 600.0  # an Odoo goes on with a call after its client has gone: so do we
ASKED = ("accept", "authorization", "content-type", "user-agent", "x-odoo-database")
ANSWERED = ("content-type", "date", "retry-after")  # the date is what Crossdock takes Odoo's clock from


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Front:
    """Used as a context manager. ``rules`` say which calls are cut: ``cut_before`` and ``cut_after_commit``."""

    def __init__(self, target: str) -> None:
        self.rules = FaultRules()
        self._target = target.rstrip("/")
        self._odoo = httpx.Client(timeout=PATIENCE, trust_env=False)
        self._down_until = 0.0
        self._lock = threading.Lock()
        self.forget()
        handler = type("BoundHandler", (_Handler,), {"front": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def forget(self) -> None:
        """Counts from now on."""
        with self._lock:
            self.calls: Counter[str] = Counter()
            self.longest = (0.0, "none")

    def go_down(self, seconds: float) -> None:
        """Hangs up on every call for so long."""
        self._down_until = time.monotonic() + seconds

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        """None: hang up."""
        if time.monotonic() < self._down_until:
            return None
        what = named(path, body)
        fault = self.rules.decide({"call": what})
        if fault and fault.action == "cut_before":
            return None
        answer = self._ask(what, method, path, headers, body)
        return None if fault else answer

    def _ask(self, what: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        kept = {name: value for name, value in headers.items() if name.lower() in ASKED}
        started = time.monotonic()
        try:
            answer = self._odoo.request(method, self._target + path, content=body, headers=kept)
        except httpx.TransportError:
            return None
        with self._lock:
            self.calls[what] += 1
            self.longest = max(self.longest, (time.monotonic() - started, what))
        passed = {name: value for name, value in answer.headers.items() if name in ANSWERED}
        return Answer(answer.status_code, passed, answer.content)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._odoo.close()


def named(path: str, body: bytes) -> str:
    """``model.method``, or ``service.method`` where there is no model."""
    if path.startswith("/json/2/"):
        return ".".join(path.split("/")[3:5])
    if path == "/jsonrpc":
        params = json.loads(body)["params"]
        return _of_service(params["service"], params["method"], params["args"])
    if path.startswith("/xmlrpc/2/"):
        args, method = xmlrpc.client.loads(body)
        return _of_service(path.rsplit("/", 1)[-1], str(method), args)
    return path


def _of_service(service: str, method: str, args: Any) -> str:
    return f"{args[3]}.{args[4]}" if service == "object" else f"{service}.{method}"


class _Handler(BaseHTTPRequestHandler):
    """HTTP/1.0, one connection for each call, as Odoo itself."""

    front: Front

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        answer = self.front.serve(self.command, self.path, dict(self.headers.items()), body)
        if answer is None:
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """A worker that was killed in a call is no news."""
