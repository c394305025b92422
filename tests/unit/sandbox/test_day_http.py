"""What the day's people ask over HTTP is asked as they said it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from integration.sandbox.day.http import Api


class Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps(self.path).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[Api]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Api(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


def test_the_next_page_is_asked_by_its_own_parameters(api: Api) -> None:
    """Else the first page would be asked again, for ever."""
    assert api.get("/jobs?cursor=abc&page_size=200") == "/jobs?cursor=abc&page_size=200"


def test_parameters_are_added(api: Api) -> None:
    assert api.get("/jobs", state="blocked") == "/jobs?state=blocked"
