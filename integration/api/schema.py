"""What the OpenAPI document says beyond what is read off the views: the contract's documents, failures, examples."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, extend_schema

from integration.api import examples
from integration.api.tokens import SCOPES, scope_of
from integration.canonical.events import EVENT_OF

REF = "#/components/schemas/{model}"
NAMED = {"v1": "Event", "v2": "EventV2"}  # by the version of the contract
TEXT = {"type": "string"}
PROBLEM = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": TEXT | {"description": "Stable: a word, or a code of the runbook such as CD-6003"},
                "message": TEXT | {"description": "What happened, for people"},
                "field": TEXT | {"description": "Which field, such as lines.0.sku"},
                "detail": TEXT | {"description": "What is wrong with it"},
                "fix": TEXT | {"description": "What to do about it"},
            },
        }
    },
}
FAILURES = {
    "400": "The request, or the document in it, is wrong",
    "401": "No valid token, or no valid signature",
    "403": "The token lacks a scope",
    "404": "There is nothing at this address",
    "406": "Only JSON is served",
    "409": "The act does not fit the state",
    "413": "The body is too large",
    "415": "The body is not application/json",
    "429": "Too many messages in a second: wait as long as Retry-After says",
    "503": "The database cannot be reached: send it again later",
}
_SIGNED = ("400", "401", "404", "413", "415", "429", "503")
_HINTED = ("400", "404", "413", "415", "503")
_READ = ("400", "401", "403", "406", "503")
_ACTED = (*_READ, "409", "413", "415")

_TAKEN = {
    "type": "object",
    "required": ["message", "trace"],
    "properties": {
        "message": {"type": ["integer", "null"], "description": "Its number here"},
        "trace": {"type": ["string", "null"], "format": "uuid", "description": "Its trace, to name when asking"},
    },
}
_HEADERS = {
    "webhook-id": "The sender's number of the message; a repeat with the same content is taken once",
    "webhook-timestamp": "Seconds since 1970, at most five minutes off",
    "webhook-signature": "v1,<base64 of HMAC-SHA256 over id.timestamp.body>; several, parted by blanks",
}

WEBHOOK = extend_schema(
    operation_id="webhook",
    summary="A warehouse's message, signed as Standard Webhooks says",
    description="202 once it is committed, 200 for one that was committed before. Not before 2xx is it ours to keep.",
    parameters=[
        OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True, description=text)
        for name, text in _HEADERS.items()
    ],
    request={"application/json": {"anyOf": [{"$ref": REF.format(model=name)} for name in NAMED.values()]}},
    responses={202: _TAKEN, 200: _TAKEN},
)
HINT = extend_schema(
    operation_id="hint",
    summary="Odoo's automation rule says that a record changed",
    description="Not signed: the address holds a token. Only `_model` and `_id` are used; records that are not "
    "captured are passed over.",
    request={
        "application/json": {
            "type": "object",
            "required": ["_model"],
            "anyOf": [{"required": ["_id"]}, {"required": ["id"]}],
            "properties": {
                "_model": TEXT,
                "_id": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
                "id": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
            },
        }
    },
    responses={202: {"type": "object"}},
)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "integration.api.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        scopes = "\n".join(f"- `{name}`: {text}" for name, text in SCOPES.items())
        return {
            "type": "http",
            "scheme": "bearer",
            "description": f"Made by `manage.py api_token`. Scopes:\n\n{scopes}",
        }

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        return {self.name: [scope_of(auto_schema.view, auto_schema.method)]}


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """drf-spectacular's last step: adds the contract's documents, every failure, and an example to each operation."""
    for version, name in NAMED.items():
        event = EVENT_OF[version].json_schema(ref_template=REF)
        result["components"]["schemas"] |= event.pop("$defs") | {name: event}
    result["components"]["schemas"]["Problem"] = PROBLEM
    result["components"]["responses"] = {code: _failure(text) for code, text in FAILURES.items()}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for code in _failures(path, method):
                operation["responses"].setdefault(code, {"$ref": f"#/components/responses/{code}"})
            _illustrate(operation)
    return result


def _failure(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": {"$ref": REF.format(model="Problem")}}}}


def _failures(path: str, method: str) -> list[str]:
    if "/webhooks/" in path:
        return list(_SIGNED)
    if "/hints/" in path:
        return list(_HINTED)
    return sorted({*(_READ if method == "get" else _ACTED), *(["404"] if "{" in path else [])})


def _illustrate(operation: dict[str, Any]) -> None:
    name = operation["operationId"]
    if "requestBody" in operation:
        operation["requestBody"]["required"] = True
        operation["requestBody"]["content"]["application/json"]["examples"] = _named(examples.REQUESTS[name])
    for code, response in operation["responses"].items():
        if code.startswith("2"):
            response["content"]["application/json"]["examples"] = _named({"success": examples.ANSWERS[name]})


def _named(values: dict[str, Any]) -> dict[str, Any]:
    return {name: {"value": value} for name, value in values.items()}
