"""A warehouse's message as a canonical event, or the exact field that is wrong, in plain words."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from integration.adapters.base import Received
from integration.adapters.wms.http_json import strict_json
from integration.canonical import VERSION
from integration.canonical.events import EVENT_OF, EVENT_TYPES
from integration.errors import InvalidDocument

FIELDS_NAMED = 5
DRIFT_NAMED = 20
NAME_LIMIT = 80
REASONS = {
    "missing": "is missing",
    "string_type": "must be a text",
    "string_too_short": "must not be empty",
    "string_too_long": "is longer than {max_length} characters",
    "decimal_type": 'must be a decimal string such as "12.5"',
    "decimal_parsing": 'must be a decimal string such as "12.5"',
    "decimal_max_digits": "has more than {max_digits} digits",
    "decimal_max_places": "has more than {decimal_places} decimal places",
    "decimal_whole_digits": "has more than {whole_digits} digits before the point",
    "finite_number": "must be a finite number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "timezone_aware": "must name its time zone, such as 2026-05-04T10:00:00Z",
    "datetime_type": "must be a moment such as 2026-05-04T10:00:00Z",
    "datetime_parsing": "must be a moment such as 2026-05-04T10:00:00Z",
    "datetime_from_date_parsing": "must be a moment such as 2026-05-04T10:00:00Z",
    "tuple_type": "must be a list",
    "too_short": "must hold at least {min_length}",
    "too_long": "must hold at most {max_length}",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "string_pattern_mismatch": "does not have the right form ({pattern})",
}


def event(connection: str, headers: Mapping[str, str], body: bytes) -> Received:
    """Raises InvalidDocument CD-6001 (not JSON), CD-6002 (type), CD-6003 (field)."""
    number = next((value for name, value in headers.items() if name.lower() == "webhook-id"), "")
    if not number:
        raise _invalid(connection, "webhook-id", "is missing")
    try:
        raw = strict_json.loads(body)
    except strict_json.NotADocument as error:
        raise InvalidDocument("CD-6001", connection=connection, detail=str(error)) from None
    _check_type(connection, raw)
    try:
        document = EVENT_OF[_contract(connection, raw)].validate_python(raw)
    except ValidationError as error:
        raise _explained(connection, error) from None
    return Received(number, document, _named(document.drift()), document.sequence)


def _check_type(connection: str, raw: Mapping[str, Any]) -> None:
    kind = raw.get("type")
    if kind is None:
        raise _invalid(connection, "type", "is missing")
    if not isinstance(kind, str):
        raise _invalid(connection, "type", "must be a text")
    if kind not in EVENT_TYPES:
        shown = ascii(kind[:NAME_LIMIT])
        raise InvalidDocument("CD-6002", connection=connection, type=shown, known=", ".join(EVENT_TYPES))


def _contract(connection: str, raw: Mapping[str, Any]) -> str:
    """The version that the message is written in. Null is none of them."""
    named = raw.get("contract", VERSION)
    if not isinstance(named, str) or named not in EVENT_OF:
        raise _invalid(connection, "contract", f"must be one of {', '.join(EVENT_OF)}")
    return named


def _explained(connection: str, error: ValidationError) -> InvalidDocument:
    """Names the first fields that are wrong; never their values, which may be somebody's address."""
    listed = error.errors(include_url=False, include_input=False)
    inside = {each["loc"][:depth] for each in listed for depth in range(len(each["loc"]))}
    # A list whose items are wrong is called too short as well, which would mislead.
    found = [
        (_path(each["loc"]), _reason(each["type"], each.get("ctx", {}), each["msg"]))
        for each in listed
        if each["loc"] not in inside
    ]
    (field, first), rest = found[0], found[1:]
    others = [f"{path} {reason}" for path, reason in rest[: FIELDS_NAMED - 1]]
    if len(rest) >= FIELDS_NAMED:
        others.append(f"and {len(rest) - len(others)} more")
    kind = next((str(each["loc"][0]) for each in listed if each["loc"]), "")
    return _invalid(connection, field, "; ".join([first, *others]), kind)


def _path(location: Sequence[str | int]) -> str:
    """Without the event type that pydantic puts first."""
    return ".".join(str(step) for step in location[1:])[:NAME_LIMIT] or "document"


def _reason(kind: str, context: Mapping[str, Any], message: str) -> str:
    if kind == "value_error":
        return str(context["error"])
    return REASONS[kind].format_map(context) if kind in REASONS else message


def _named(names: Sequence[str]) -> tuple[str, ...]:
    shown = tuple(name[:NAME_LIMIT] for name in names[:DRIFT_NAMED])
    return shown if len(names) <= DRIFT_NAMED else (*shown, f"and {len(names) - DRIFT_NAMED} more")


def _invalid(connection: str, field: str, detail: str, kind: str = "") -> InvalidDocument:
    return InvalidDocument("CD-6003", connection=connection, field=field, detail=detail, type=kind)
