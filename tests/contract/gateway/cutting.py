"""A relay in front of an Odoo that loses answers, for the calls whose body holds a given word."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import httpx

LOST_AFTER, LOST_BEFORE, BAD_GATEWAY, UNAVAILABLE = "lost after", "lost before", 502, 503
_PASSED_ON = ("content-type", "authorization", "x-odoo-database")


class Relay:
    """``with Relay(url) as relay: relay.fail("button_validate", LOST_AFTER)``; one failure, then all goes through."""

    def __init__(self, target: str) -> None:
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                relay.serve(self)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._target = target
        self._failure: tuple[bytes, Any] | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def fail(self, word: str, how: str | int | Callable[[], object]) -> None:
        """Something to call runs when the server has answered, and before we hear it."""
        self._failure = (word.encode(), how)

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["content-length"]))
        how = self._take(body + handler.path.encode())
        if how == LOST_BEFORE:
            return
        if isinstance(how, int):
            _answer(handler, how, b"<html>Gateway</html>", "text/html")
            return
        headers = {name: handler.headers[name] for name in _PASSED_ON if handler.headers[name]}
        answer = httpx.post(self._target + handler.path, content=body, headers=headers, timeout=60, trust_env=False)
        if callable(how):
            how()
        if how != LOST_AFTER:
            _answer(handler, answer.status_code, answer.content, answer.headers["content-type"])

    def _take(self, body: bytes) -> object:
        if self._failure and self._failure[0] in body:
            how, self._failure = self._failure[1], None
            return how
        return None

    def __enter__(self) -> "Relay":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


def _answer(handler: BaseHTTPRequestHandler, status: int, body: bytes, kind: str) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
