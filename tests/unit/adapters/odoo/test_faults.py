"""Every fault that real Odoo 16 to 19 servers answered becomes the error that its situation calls for."""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from integration.adapters.odoo.answers import read_json2, read_jsonrpc, read_xml
from integration.adapters.odoo.faults import (
    Call,
    Fault,
    classify,
    classify_status,
    from_json2,
    from_jsonrpc,
    from_xmlrpc,
    is_null_result,
    load_error,
    lost_answer,
)
from integration.adapters.odoo.wire import Answer
from integration.errors import (
    ConfigurationError,
    Forbidden,
    IntegrationError,
    Locked,
    OutcomeUnknown,
    Rejected,
    Unreachable,
)

RECORDINGS = Path(__file__).parents[3] / "fixtures" / "odoo"
VERSIONS = ("16", "17", "18", "19")
TRIMMED = re.compile(r"\\?\s*\.\.\.\[(\d+ characters )?trimmed\]\.\.\.")  # the cut may split an escape
NULL = "a null result"
READ = Call("odoo", "stock.picking", "read", writes=False, login="bot", database="no_such_db")
WRITE = Call("odoo", "stock.picking", "write", writes=True, login="bot", database="no_such_db")

# What a recorded fault says, and what it must become; everything else that Odoo raised on purpose is its refusal.
EXPECTED: tuple[tuple[str, Any, str], ...] = (
    (r"cannot marshal None unless allow_none is enabled", NULL, ""),
    (r'database "no_such_db" does not exist|No database is selected', ConfigurationError, "CD-2002"),
    (r"Access Denied|Invalid apikey|User not authenticated", ConfigurationError, "CD-2001"),
    (r"(Object|the model) '?[\w.]+'? (doesn't|does not) exist", ConfigurationError, "CD-2003"),
    (r"could not serialize access", Locked, "CD-1004"),
    (r"a partner cannot follow twice the same object", Locked, "CD-1004"),
    (r"You are not allowed to (access|create|modify)", Forbidden, "CD-2004"),
    (r"top-secret records|security restrictions|unauthorized or invalid companies", Forbidden, "CD-2004"),
    (r"[Tt]he method '[\w.]+' does not exist|Method not found|Did you mean POST", ConfigurationError, "CD-2005"),
    (r"Private methods \(such as", ConfigurationError, "CD-2005"),
    (r"missing (1 required positional|a required) argument|unexpected keyword argument", ConfigurationError, "CD-2005"),
    (r"takes 2 positional arguments|Domain\(\) invalid argument|with ids$", ConfigurationError, "CD-2005"),
    (r"Invalid field|^'?no_such_field'?$|Wrong value for", ConfigurationError, "CD-2005"),
    (r"does not match format|only datetimes", ConfigurationError, "CD-2005"),
    (r"could not parse the body as json|415 Unsupported Media", ConfigurationError, "CD-2005"),
    (r"object has no attribute '(split|lower)'", ConfigurationError, "CD-2005"),  # `load` wants texts
    (r"^Invalid base64-encoded string", ConfigurationError, "CD-2005"),
)  # fmt: skip
ON_PURPOSE = ("UserError", "ValidationError", "MissingError")
REFUSED = (Rejected, "CD-4008")
FAULTS_RECORDED = 713

# The cases of the wire recordings by name: the codes that they must end in. Those not named here succeeded.
WIRE = {
    "bad password on execute_kw": "CD-2001",
    "bad database on execute_kw": "CD-2002",
    "unknown model": "CD-2003",
    "unknown method": "CD-2005",
    "private method": "CD-2005",
    "missing argument": "CD-2005",
    "unknown argument": "CD-2005",
    "unknown field in read": "CD-2005",
    "unknown field in write": "CD-2005",
    "unknown field in domain": "CD-2005",
    "record missing: write": "CD-4008",
    "UserError (confirm a confirmed order)": "CD-4008",
    "ValidationError (partner is its own parent)": "CD-4008",
    "required field missing on create": "CD-4008",
    "foreign key missing on create": "CD-4008",
    "bad selection value": "CD-2005",
    "wrong value type": "CD-2005",
    "unlink a confirmed order": "CD-4008",
    "AccessError: limited user creates an order": "CD-2004",
    "AccessError: limited user reads an order": "CD-2004",
    "authenticate wrong database": "CD-2002",
    "unknown common method": "CD-2005",
    "no Authorization header": "CD-2001",
    "bad key": "CD-2001",
    "Basic instead of bearer": "CD-2001",
    "password as bearer": "CD-2001",
    "wrong database header": "CD-2002",
    "body is not JSON": "CD-2005",
    "body is a JSON list": "CD-2005",
    "empty body": "CD-2005",
    "wrong content type": "CD-2005",
    "GET instead of POST": "CD-2005",
    "no method in the path": "CD-2005",
    "ids given to a model method": "CD-2005",
    "/json/2 alone": "CD-2005",
    "server side error (500)": "CD-2005",
}


def steps() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for version in VERSIONS:
        for path in sorted((RECORDINGS / version).glob("S*.json.gz")):
            yield from (
                (f"{version}/{path.name}", found) for found in _faults(json.loads(gzip.decompress(path.read_bytes())))
            )


def _faults(node: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, Mapping):
        if isinstance(node.get("fault"), Mapping):
            yield node["fault"]
        node = list(node.values())
    for below in node if isinstance(node, list) else ():
        yield from _faults(below)


def read_fault(raw: Mapping[str, Any]) -> Fault:
    if "faultCode" in raw:
        return from_xmlrpc(raw["faultCode"], raw["faultString"])
    if "data" in raw:
        return from_jsonrpc(raw)
    return from_json2(raw["http_status"], raw["body"])


def wire() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for version in VERSIONS:
        whole = json.loads(gzip.decompress((RECORDINGS / version / "wire.json.gz").read_bytes()))["wire"]
        for protocol, cases in whole.items():
            calls = {name: case["response"] for name, case in cases.items() if "doc-bearer" not in name}
            yield from ((f"{version} {name}", protocol, response) for name, response in calls.items())


def outcome(protocol: str, response: Mapping[str, Any], call: Call) -> object:
    """The result, or the error that was raised instead."""
    read = {"xmlrpc": read_xml, "jsonrpc": read_jsonrpc, "json2": read_json2}[protocol]
    body = response["body"]
    content = (TRIMMED.sub(" ", body) if isinstance(body, str) else json.dumps(body)).encode()
    try:
        return read(Answer(response["status"], content), call)
    except IntegrationError as error:
        return error


def expected(fault: Fault) -> tuple[Any, str]:
    for pattern, kind, code in EXPECTED:
        if re.search(pattern, fault.text):
            return kind, code
    assert fault.name in ON_PURPOSE, fault
    return REFUSED


def test_every_recorded_fault_is_classified() -> None:
    seen = 0
    for where, raw in steps():
        fault = read_fault(raw)
        kind, code = expected(fault)
        seen += 1
        if kind == NULL:
            assert is_null_result(fault), where
            continue
        error = classify(fault, WRITE)
        assert (type(error), error.code) == (kind, code), (where, fault)
    assert seen == FAULTS_RECORDED


def test_every_recorded_answer_on_the_wire_is_a_result_or_the_error_of_its_case() -> None:
    seen = set()
    for name, protocol, response in wire():
        got = outcome(protocol, response, READ)
        code = got.code if isinstance(got, IntegrationError) else ""
        case = name.partition(" ")[2]
        seen.add(case) if code else None
        assert code in ("", WIRE.get(case, "")), (name, protocol, got)
    assert seen == set(WIRE)


def test_a_null_over_xmlrpc_is_a_result() -> None:
    nulls = [outcome(p, r, WRITE) for name, p, r in wire() if "returns None" in name]
    assert nulls == [None] * len(nulls)
    assert len(nulls) == 9


def test_no_error_text_carries_a_value_a_traceback_or_a_person() -> None:
    for where, raw in steps():
        error = classify(read_fault(raw), WRITE)
        told = f"{error} {error.fix} {error.context}"
        for secret in ("Traceback", "not a date", "nosuch", "@example.com", 'File "'):
            assert secret not in told, (where, told)


@pytest.mark.parametrize(
    ("status", "for_a_read", "for_a_write"),
    [
        (500, "CD-1003", "CD-1006"),
        (502, "CD-1003", "CD-1006"),
        (503, "CD-1003", "CD-1003"),
        (504, "CD-1003", "CD-1006"),
        (408, "CD-1003", "CD-1006"),
        (401, "CD-2001", "CD-2001"),
        (403, "CD-2004", "CD-2004"),
        (303, "CD-2005", "CD-2005"),
        (404, "CD-2005", "CD-2005"),
    ],
)
def test_a_page_instead_of_an_answer(status: int, for_a_read: str, for_a_write: str) -> None:
    assert classify_status(status, READ).code == for_a_read
    assert classify_status(status, WRITE).code == for_a_write
    page = Answer(status, b"<html>Bad Gateway</html>")
    for read in (read_xml, read_jsonrpc):
        with pytest.raises(IntegrationError) as caught:
            read(page, WRITE)
        assert caught.value.code == for_a_write


def test_an_unreadable_answer_leaves_a_write_open() -> None:
    for read in (read_xml, read_jsonrpc, read_json2):
        with pytest.raises(OutcomeUnknown):
            read(Answer(200, b"<html>Please log in</html>"), WRITE)
        with pytest.raises(Unreachable):
            read(Answer(200, b"<html>Please log in</html>"), READ)


def test_an_answer_without_result_is_a_null() -> None:
    assert read_jsonrpc(Answer(200, b'{"jsonrpc": "2.0", "id": 1}'), WRITE) is None


def test_a_lost_answer_is_unknown_for_writes_only() -> None:
    assert type(lost_answer(WRITE, status="no answer", detail="ReadTimeout")) is OutcomeUnknown
    assert type(lost_answer(READ, status="no answer", detail="ReadTimeout")) is Unreachable


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("OperationalError", 'connection to server at "db" failed: Connection refused', Unreachable),
        ("OperationalError", "server closed the connection unexpectedly", OutcomeUnknown),
        ("TooManyConnections", "sorry, too many clients already", Unreachable),
        ("PoolError", "The Connection Pool Is Full", Unreachable),
        ("LockError", "Unable to acquire lock", Locked),
        ("DeadlockDetected", "deadlock detected", Locked),
    ],
)
def test_a_database_in_trouble(name: str, text: str, kind: type[IntegrationError]) -> None:
    assert type(classify(Fault(name, text), WRITE)) is kind


def test_a_load_that_lost_a_race_is_locked_and_any_other_is_refused() -> None:
    messages = [
        message
        for version in VERSIONS
        for path in sorted((RECORDINGS / version).glob("S1[45]*.json.gz"))
        for step in json.loads(gzip.decompress(path.read_bytes()))["steps"]
        if isinstance(step.get("result"), Mapping) and step["result"].get("ids") is False
        for message in step["result"]["messages"]
    ]
    assert messages
    for message in messages:
        kind = Locked if "serialize" in message["message"] else Rejected
        assert type(load_error([message], WRITE)) is kind
