"""What an Odoo server answered instead of a result, and which of our errors that is. Pure: no network.

Odoo gives no stable error codes: the exception's class decides, and a text only where Odoo leaves nothing else.
Texts of business errors reach people redacted; tracebacks, values and contexts never do.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from integration.adapters.redaction import quote
from integration.errors import (
    ConfigurationError,
    Forbidden,
    IntegrationError,
    Locked,
    OutcomeUnknown,
    Rejected,
    Unreachable,
)

_XML_NAMES = {2: "UserError", 3: "AccessDenied", 4: "AccessError"}
_BUSY = ("SerializationFailure", "DeadlockDetected", "LockNotAvailable", "TransactionRollbackError")
_BUSY_TEXT = re.compile(r"could not serialize access|deadlock detected|could not obtain lock")
_LOST_RACE = "a partner cannot follow twice the same object"
_NULL_RESULT = "cannot marshal None unless allow_none is enabled"
_NOT_CONNECTED = ("CannotConnectNow", "TooManyConnections", "PoolError")
_SERVER_FAILED = (
    "AdminShutdown",
    "CrashShutdown",
    "InterfaceError",
    "OperationalError",
    "QueryCanceled",
    "MemoryError",
)
_NO_DATABASE = re.compile(r'database ".*" does not exist')
_NO_MODEL = re.compile(r"(?:Object|the model) '?([\w.]+)'? (?:doesn't|does not) exist")
_FIELD = re.compile(r"Invalid field '?([\w.]+)'?")
_PRIVATE = "Private methods"


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked, for texts: names only, never values."""

    connection: str
    model: str
    method: str
    writes: bool = False
    login: str = ""
    database: str = ""

    @property
    def what(self) -> str:
        return f"{self.model}.{self.method}"


@dataclass(frozen=True, slots=True)
class Fault:
    """``name`` is the exception's class without its module, ``text`` its message as Odoo sent it."""

    name: str
    text: str
    status: int = 200


def from_xmlrpc(code: int, text: str) -> Fault:
    """Code 1 carries a traceback: its last line names the error. 2, 3 and 4 carry the message."""
    if code in _XML_NAMES:
        return Fault(_XML_NAMES[code], text)
    last = next((line for line in reversed(text.splitlines()) if re.match(r"[\w.]+(: |$)", line)), "")
    name, _, message = last.partition(": ")
    return Fault(_short(name), message or text.strip().rpartition("\n")[2])


def from_jsonrpc(error: Mapping[str, object]) -> Fault:
    data = error.get("data")
    detail = data if isinstance(data, Mapping) else {}
    return Fault(_short(str(detail.get("name", ""))), str(detail.get("message", "")))


def from_json2(status: int, body: object) -> Fault:
    """``body`` is the parsed JSON, or None for a page that a proxy or Odoo's router made."""
    if not isinstance(body, Mapping):
        return Fault("", "", status)
    return Fault(_short(str(body.get("name", ""))), str(body.get("message", "")), status)


def is_null_result(fault: Fault) -> bool:
    """XML-RPC cannot carry a null: the call was carried out and committed, and returned nothing."""
    return fault.name == "TypeError" and _NULL_RESULT in fault.text


def classify(fault: Fault, call: Call) -> IntegrationError:
    if fault.name in _BUSY or fault.name in ("LockError", "ConcurrencyError"):
        return Locked("CD-1004", connection=call.connection, document=call.what)
    if not fault.name:
        return _no_database_page(call) if fault.status == 404 else classify_status(fault.status, call)
    return _BY_NAME.get(fault.name, _differs)(fault, call)


def classify_status(status: int, call: Call) -> IntegrationError:
    """A page instead of an answer. 503 means that nobody took the call; 500, 502 and 504 may have carried it out."""
    if status in _BY_STATUS:
        return _BY_STATUS[status](call)
    if status >= 500 or status == 408:
        return lost_answer(call, status=status, detail="a page instead of an answer")
    return _not_odoo(call, status)


def lost_answer(call: Call, *, status: int | str, detail: str) -> IntegrationError:
    """A write may have landed, a read can simply be repeated."""
    if call.writes:
        return OutcomeUnknown("CD-1006", connection=call.connection, verb=call.what)
    return Unreachable("CD-1003", connection=call.connection, status=status, detail=detail)


def load_error(messages: Sequence[object], call: Call) -> IntegrationError:
    """``load`` never faults: it answers ``ids: false`` with messages."""
    texts = [str(message.get("message", "")) for message in messages if isinstance(message, Mapping)]
    text = "; ".join(texts)
    if _BUSY_TEXT.search(text):
        return Locked("CD-1004", connection=call.connection, document=call.what)
    return _refused(Fault("UserError", text), call)


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _refused(fault: Fault, call: Call) -> IntegrationError:
    if _LOST_RACE in fault.text:
        return Locked("CD-1004", connection=call.connection, document=call.what)
    missing = _NO_MODEL.match(fault.text)
    if missing:
        return ConfigurationError("CD-2003", connection=call.connection, model=missing[1])
    return Rejected(
        "CD-4008", connection=call.connection, document=call.what, status=fault.name, detail=quote(fault.text)
    )


def _login_refused(_fault: Fault, call: Call) -> IntegrationError:
    return ConfigurationError("CD-2001", connection=call.connection, login=call.login)


def _right_missing(fault: Fault, call: Call) -> IntegrationError:
    if fault.text.startswith(_PRIVATE):
        return _differs(fault, call)
    first_line = fault.text.partition("\n")[0]
    return Forbidden("CD-2004", connection=call.connection, verb=call.what, detail=quote(first_line))


def _not_found(fault: Fault, call: Call) -> IntegrationError:
    missing = _NO_MODEL.match(fault.text)
    if missing:
        return ConfigurationError("CD-2003", connection=call.connection, model=missing[1])
    return _differs(fault, call)


def _database(fault: Fault, call: Call) -> IntegrationError:
    if _NO_DATABASE.search(fault.text):
        return ConfigurationError("CD-2002", connection=call.connection, database=call.database)
    if fault.name in _NOT_CONNECTED or fault.text.startswith("connection to server"):
        return Unreachable("CD-1003", connection=call.connection, status=fault.name, detail="its database is down")
    return lost_answer(call, status=fault.name, detail="its database failed")


def _differs(fault: Fault, call: Call) -> IntegrationError:
    field = _FIELD.search(fault.text)
    detail = f"{fault.name} at field {field[1]}" if field else fault.name
    return ConfigurationError("CD-2005", connection=call.connection, verb=call.what, detail=detail)


def _not_odoo(call: Call, status: int) -> IntegrationError:
    detail = f"the address answers {status} and no Odoo speaks there"
    return ConfigurationError("CD-2005", connection=call.connection, verb=call.what, detail=detail)


def _no_database_page(call: Call) -> IntegrationError:
    return ConfigurationError("CD-2002", connection=call.connection, database=call.database)


def _forbidden_page(call: Call) -> IntegrationError:
    detail = "the server in front of Odoo answered 403"
    return Forbidden("CD-2004", connection=call.connection, verb=call.what, detail=detail)


def _not_taken(call: Call) -> IntegrationError:
    return Unreachable("CD-1003", connection=call.connection, status=503, detail="it takes no calls just now")


_BY_STATUS: dict[int, Callable[[Call], IntegrationError]] = {
    401: lambda call: _login_refused(Fault("", ""), call),
    403: _forbidden_page,
    503: _not_taken,
}
_BY_NAME: dict[str, Callable[[Fault, Call], IntegrationError]] = {
    "AccessDenied": _login_refused,
    "Unauthorized": _login_refused,
    "AccessError": _right_missing,
    "Forbidden": _right_missing,
    "NotFound": _not_found,
    **dict.fromkeys((*_NOT_CONNECTED, *_SERVER_FAILED), _database),
    **dict.fromkeys(("UserError", "ValidationError", "MissingError", "RedirectWarning"), _refused),
}
