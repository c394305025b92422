"""HTTP to a remote system: which failure becomes which error, and what never leaves."""

import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from integration.adapters import http
from integration.adapters.http import pool, request
from integration.adapters.http_errors import Call, retry_after
from integration.adapters.redaction import quote
from integration.errors import (
    ConfigurationError,
    Forbidden,
    IntegrationError,
    OutcomeUnknown,
    Rejected,
    Throttled,
    Unreachable,
)

READ = Call("order.release?", document="R1")
WRITE = Call("order.release", document="R1", writes=True)

STATUSES = [
    (301, READ, Unreachable, "CD-1003"),
    (400, WRITE, Rejected, "CD-4008"),
    (401, WRITE, ConfigurationError, "CD-2001"),
    (403, WRITE, Forbidden, "CD-2004"),
    (404, WRITE, Rejected, "CD-4008"),
    (408, READ, Unreachable, "CD-1003"),
    (408, WRITE, OutcomeUnknown, "CD-1006"),
    (409, WRITE, Rejected, "CD-4008"),
    (422, WRITE, Rejected, "CD-4008"),
    (425, WRITE, OutcomeUnknown, "CD-1006"),
    (429, WRITE, Throttled, "CD-1002"),
    (500, READ, Unreachable, "CD-1003"),
    (500, WRITE, OutcomeUnknown, "CD-1006"),
    (503, WRITE, OutcomeUnknown, "CD-1006"),
]


def failure(settings, guard, call=READ) -> IntegrationError:
    with pytest.raises(IntegrationError) as caught:
        request(settings, guard, call, "POST" if call.writes else "GET", "/orders", content=b"{}")
    return caught.value


@pytest.mark.parametrize(("status", "call", "kind", "code"), STATUSES)
def test_each_status_is_one_error(server, settings, guard, status, call, kind, code) -> None:
    server.status, server.body = status, b'{"reason": "no such site"}'
    error = failure(settings, guard, call)
    assert (type(error), error.code, guard.failures) == (kind, code, [kind.__name__])


def test_a_good_answer_comes_back_whole(server, settings, guard) -> None:
    server.body, server.headers = b'{"a": 1}', {"X-One": "two"}
    answer = request(settings, guard, READ, "GET", "/orders", params={"release": "WH/OUT/1 ä"})
    assert (answer.status, answer.body, answer.headers["x-one"]) == (200, b'{"a": 1}', "two")
    assert server.seen == ["GET /base/orders?release=WH%2FOUT%2F1+%C3%A4"]
    assert guard.calls == [("order.release?", 1.0, False)]


def test_a_refusal_carries_the_partners_reason(server, settings, guard) -> None:
    server.status, server.body = 422, b'{"reason": "SKU X-1 is not stocked."}'
    assert str(failure(settings, guard, WRITE)) == "acme-wms refused R1 (422): SKU X-1 is not stocked."


@pytest.mark.parametrize(
    "body", [b"<html>Bad Gateway</html>", b"{broken", b"\xff\xfe", b"", b"[" * 5000, b'{"reason": 5}']
)
def test_a_refusal_without_a_reason_is_still_a_refusal(server, settings, guard, body) -> None:
    server.status, server.body = 422, body
    assert failure(settings, guard, WRITE).code == "CD-4008"


def test_a_reason_is_cut_and_redacted(server, settings, guard) -> None:
    server.status = 400
    server.body = b"token sesame-open refused for Jane Roe, jane@example.org, +49 30 123456, " + b"x" * 900
    text = str(failure(settings, guard, replace(WRITE, private=("Jane Roe",))))
    assert "token [secret] refused for [private], [email], [phone], xxx" in text
    assert len(text) < 350
    assert "sesame" not in text


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("Sun, 03 May 2026 10:00:30 GMT", 30.0),
        ("Sun, 03 May 2026 09:00:00 GMT", 1.0),
        ("", 30.0),
        ("soon", 30.0),
        ("-5", 30.0),
        ("99999999999999999999", 86400.0),
        ("٣", 30.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: float) -> None:
    assert retry_after(header, now=datetime(2026, 5, 3, 10, tzinfo=UTC)) == seconds


@pytest.mark.parametrize("status", [429, 503])
def test_the_partners_pause_is_honoured(server, settings, guard, status) -> None:
    server.status, server.headers = status, {"Retry-After": "12"}
    assert failure(settings, guard, WRITE).retry_after == 12.0


def test_a_redirect_is_not_followed(server, settings, guard) -> None:
    server.status, server.headers = 307, {"Location": "/elsewhere"}
    failure(settings, guard)
    assert server.seen == ["GET /base/orders"]


def test_an_answer_without_end_is_cut_off(server, settings, guard, monkeypatch) -> None:
    monkeypatch.setattr(http, "ANSWER_LIMIT", 1000)
    server.body = b"x" * 1001
    error = failure(settings, guard)
    assert (type(error), str(error)) == (
        Unreachable,
        "acme-wms cannot be reached: the answer is larger than 1000 bytes.",
    )


def test_a_dripping_answer_ends_at_the_deadline(server, settings, guard) -> None:
    server.body, server.drip = b"x" * 200, threading.Event()
    assert failure(settings, guard, WRITE).code == "CD-1006"
    server.drip.set()


def test_nobody_listening_means_nothing_was_done(settings, guard) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        gone = replace(settings, base_url=f"http://127.0.0.1:{free.getsockname()[1]}")
        error = failure(gone, guard, WRITE)
    assert (type(error), error.code) == (Unreachable, "CD-1001")


@pytest.mark.parametrize(("call", "kind"), [(READ, Unreachable), (WRITE, OutcomeUnknown)])
def test_silence_may_have_been_a_success(settings, guard, call, kind) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        deaf = replace(settings, base_url=f"http://127.0.0.1:{mute.getsockname()[1]}", read_timeout=0.1)
        error = failure(deaf, guard, call)
    assert (type(error), error.code) == (kind, "CD-1006" if call.writes else "CD-1001")


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://wms.example.com", "CD-2006"),
        ("http://169.254.169.254/latest", "CD-2006"),
        ("http://localhost.example.com", "CD-2006"),
        ("ftp://wms.example.com", "CD-2010"),
        ("file:///etc/passwd", "CD-2010"),
        ("https://", "CD-2010"),
        ("https://[::1", "CD-2010"),
        ("https://a.example.com/\n", "CD-2010"),
        ("https://wms.example.com:port", "CD-2010"),
        ("https://user:pass@wms.example.com", "CD-2010"),
        ("https://wms.example.com/?a=b", "CD-2010"),
    ],
)
def test_an_address_that_is_not_safe_is_refused_before_any_call(settings, guard, address, code) -> None:
    error = failure(replace(settings, base_url=address), guard)
    assert (error.code, guard.calls, "pass@" in str(error)) == (code, [], False)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "https://a.example"])
def test_https_and_this_machine_are_allowed(settings, address) -> None:
    http.check_address(replace(settings, base_url=address))


def test_calls_to_one_address_share_a_connection(server, settings, guard) -> None:
    for _ in range(5):
        request(settings, guard, READ, "GET", "/orders")
    assert server.connections == 1
    assert pool.client(settings) is pool.client(replace(settings, slug="another"))


def test_a_guard_that_refuses_keeps_the_call_in(server, settings) -> None:
    class Closed:
        def call(self, what: str, *, timeout: float, writes: bool = False) -> object:
            raise Unreachable("CD-1005", connection="acme-wms")

    assert failure(settings, Closed()).code == "CD-1005"
    assert server.seen == []


def test_short_values_and_control_characters_do_not_spoil_a_quote() -> None:
    assert quote("a\x00b\r\n c whsec_abc=", secrets=["", "a"], private=["c"]) == "a b c [secret]"
