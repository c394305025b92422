"""Bodies without a Content-Length, as a real server hands them over."""

from io import BytesIO
from typing import Any

import pytest
from django.conf import settings

from config.wsgi import application
from tests.component.api.conftest import Sender

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("wms")]


def post_in_chunks(body: bytes, headers: dict[str, str]) -> int:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/v1/webhooks/northgate",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": "application/json",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
    }
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    answers: list[str] = []
    b"".join(application(environ, lambda status, _: answers.append(status)))
    return int(answers[0].split()[0])


def test_a_chunked_message_is_taken(sender: Sender) -> None:
    body = b'{"type": "order.accepted", "timestamp": "2026-03-02T11:40:12Z", "data": {"release": "WH/OUT/00042"}}'

    assert post_in_chunks(body, sender.headers(body)) == 202


def test_a_chunked_message_over_the_limit_is_413_and_not_read_to_its_end(sender: Sender) -> None:
    body = b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE * 2)

    assert post_in_chunks(body, sender.headers(body)) == 413


def test_a_message_without_any_body_is_refused(sender: Sender) -> None:
    assert post_in_chunks(b"", sender.headers(b"")) == 400
