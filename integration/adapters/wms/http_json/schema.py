"""The contract's messages as JSON Schema: `python -m integration.adapters.wms.http_json.schema > FILE`."""

import json
import sys
from typing import Any, Literal

from pydantic import create_model
from pydantic.json_schema import models_json_schema

from integration.adapters.wms.http_json.endpoints import ENDPOINTS
from integration.canonical.base import Moment, Part
from integration.canonical.events import EVENTS
from integration.canonical.outgoing import DOCUMENTS, Outgoing

DECIMAL = {"type": "string", "pattern": r"^-?\d{1,18}(\.\d{1,6})?$"}


def _message(kind: str, document: type[Outgoing]) -> type[Part]:
    fields: dict[str, Any] = {"type": (Literal[kind], ...), "timestamp": (Moment, ...), "data": (document, ...)}
    says = f"Our ``POST {ENDPOINTS[kind].path}``."
    return create_model(f"{document.__name__}Message", __base__=Part, __doc__=says, **fields)


MESSAGES = (*(_message(kind, document) for kind, document in DOCUMENTS.items()), *EVENTS)


def schema() -> dict[str, Any]:
    """Any one message; each also stands alone under ``$defs``."""
    _, found = models_json_schema([(message, "validation") for message in MESSAGES])
    definitions = _tidy(found["$defs"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Crossdock http_json contract, version 1",
        "oneOf": [{"$ref": f"#/$defs/{message.__name__}"} for message in MESSAGES],
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }


def _tidy(node: Any) -> Any:
    """Without made-up titles; a decimal is a string, although a number is understood too."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    kinds = node.get("anyOf", [])
    rest = [kind for kind in kinds if kind.get("type") not in {"number", "string"}]
    if any(kind.get("type") == "number" for kind in kinds):
        return {"anyOf": [DECIMAL, *rest]} if rest else DECIMAL
    titled = isinstance(node.get("title"), str)
    return {name: _tidy(value) for name, value in node.items() if not (titled and name == "title")}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=2) + "\n")
