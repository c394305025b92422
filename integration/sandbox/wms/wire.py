"""An answer on its way to the caller, and the faults that may befall it."""

import json
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from integration.sandbox.faults import Fault

RESET = struct.pack("ii", 1, 0)
HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


@dataclass(frozen=True)
class Answer:
    """``drip``: the seconds that the body takes."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0.0


def answer(status: int, body: Any) -> Answer:
    return Answer(status, json.dumps(body).encode())


def problem(status: int, reason: str) -> Answer:
    return answer(status, {"reason": reason})


class Cut(Exception):
    """The connection ends here, without an answer. ``reset``: rudely."""

    def __init__(self, *, reset: bool = False, part: Answer | None = None) -> None:
        self.reset, self.part = reset, part
        super().__init__("cut")


def suffer(fault: Fault | None, work: Callable[[], Answer]) -> Answer:
    """The answer of ``work`` as the fault leaves it. Raises Cut."""
    if fault is None:
        return work()
    if fault.action in BEFORE:
        return BEFORE[fault.action](fault)
    if fault.action == "latency":
        time.sleep(fault.seconds)
    done = work()
    if fault.action == "slow_body":
        return replace(done, drip=fault.seconds)
    if fault.action == "garbage":
        return Answer(HTTPStatus.OK, b"\x00\xff]]> not an answer", "application/octet-stream")
    if fault.action == "cut_after_commit":
        raise Cut
    if fault.action == "truncate":
        raise Cut(part=done)
    return done


def _cut(fault: Fault) -> Answer:
    raise Cut(reset=fault.action == "refuse")


def _wait(fault: Fault) -> dict[str, str]:
    return {"retry-after": str(int(fault.seconds))}


BEFORE: dict[str, Callable[[Fault], Answer]] = {
    "error500": lambda _: problem(500, "something broke"),
    "error503": lambda fault: Answer(503, b'{"reason":"maintenance"}', headers=_wait(fault)),
    "error429": lambda fault: Answer(429, b'{"reason":"too many requests"}', headers=_wait(fault)),
    "error_html": lambda _: Answer(502, HTML, "text/html"),
    "serialization": lambda _: problem(503, "could not serialize access"),
    "cut_before": _cut,
    "refuse": _cut,
}


def hang_up(connection: socket.socket, *, reset: bool) -> None:
    if reset:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    else:
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
