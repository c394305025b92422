"""The web process."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import reverse

from config import start

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def with_length(app: App, limit: int) -> App:
    """Django takes a body without Content-Length, sent in chunks, for empty: give it a length.

    One byte more than the limit is read at most, which Django then refuses as too large.
    """

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        chunked = environ["REQUEST_METHOD"] == "POST" and not environ.get("CONTENT_LENGTH")
        if chunked and environ.get("wsgi.input_terminated"):
            body = environ["wsgi.input"].read(limit + 1)
            environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return app(environ, start_response)

    return serve


start.refuse_wrong_settings()
application = with_length(get_wsgi_application(), settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
reverse(settings.LOGIN_REDIRECT_URL)  # reads all addresses, which the first request would wait for
start.settle()
