"""How processes write their logs: a line for people or an object for machines, and what each of them is about.

No line quotes what an exception says: it may hold what a message or a record held. Its kind and its way through the
code are told. Nor does one hold the token of an address that Odoo's rules post to.
"""

import json
import logging
import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

# What a line may be about: ids, names of ours, codes and figures. What else a library hands to its log stays out.
FIELDS = (
    *("job", "flow", "stream", "inbound", "outbound", "connection", "trace"),
    *("code", "method", "seconds", "reason", "part", "after", "head"),
)
_TOKEN = re.compile(r"(/hints/[^/\s]+/)[^\s?\"']+")
Named = Callable[[], Mapping[str, object]]  # asked only when a line is written
_about: ContextVar[tuple[Named, ...]] = ContextVar("about", default=())

Caught = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


def begin(named: Named) -> Token[tuple[Named, ...]]:
    """What is written from now on is about what it names, beside what it was about before."""
    return _about.set((*_about.get(), named))


def end(begun: Token[tuple[Named, ...]]) -> None:
    _about.reset(begun)


@contextmanager
def about(**fields: object) -> Iterator[None]:
    """What is written within is about these, too."""
    begun = begin(lambda: fields)
    try:
        yield
    finally:
        end(begun)


def fields_of(record: logging.LogRecord) -> dict[str, object]:
    """In the order of FIELDS; the line's own come before those that it was written within."""
    found: dict[str, object] = {}
    for named in _about.get():
        found |= {name: value for name, value in named().items() if value is not None}
    found |= {name: record.__dict__[name] for name in FIELDS if name in record.__dict__}
    return {name: found[name] for name in FIELDS if name in found}


class Line(logging.Formatter):
    """For people: time, level, logger, words, and then what it is about."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        head, *rest = super().format(_clean(record)).split("\n")
        said = " ".join([head, *(f"{name}={value}" for name, value in fields_of(record).items())])
        return "\n".join([said, *rest])

    def formatException(self, ei: Any) -> str:  # noqa: N802  (logging's own name)
        return told(ei)


class Json(logging.Formatter):
    """For machines: one object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        record = _clean(record)
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **fields_of(record),
        }
        if record.exc_info:
            line["exception"] = told(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def told(caught: Caught) -> str:
    """Kinds of exceptions and their ways through the code, the cause first, without their words."""
    parts: list[str] = []
    error = caught[1]
    while error is not None and len(parts) < 10:
        frames = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"{frames}{type(error).__module__}.{type(error).__qualname__}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(reversed(parts))


def _clean(record: logging.LogRecord) -> logging.LogRecord:
    """A copy without tokens, and without the words of the exception that Celery hands over among its arguments."""
    args = record.args
    if isinstance(args, Mapping) and "exc" in args:
        args = {**args, "exc": "an exception", "traceback": ""}
    text = _TOKEN.sub(r"\1[secret]", _said(record, args))
    return logging.makeLogRecord({**record.__dict__, "msg": text, "args": (), "exc_text": None})


def _said(record: logging.LogRecord, args: Any) -> str:
    try:
        return str(record.msg) % args if args else str(record.msg)
    except (TypeError, ValueError, KeyError):  # a mistake in a library's own line
        return str(record.msg)
