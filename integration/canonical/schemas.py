"""The contract as JSON Schema (2020-12): one document for each message of each version, for partners and for a check.

What a partner sends us is ``received``; what we send is ``sent``, and is v1 to everybody.
"""

from collections.abc import Mapping
from typing import Any, Literal, get_args

from pydantic import BaseModel, create_model

from integration.canonical import VERSION
from integration.canonical.base import Moment, Part
from integration.canonical.events import EVENTS_OF
from integration.canonical.outgoing import DOCUMENTS, Outgoing

Schema = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
DECIMAL = {"type": "string", "pattern": r"^-?\d{1,18}(\.\d{1,6})?$"}


def published() -> Mapping[str, Schema]:
    """Every message's schema by its name, such as ``v2/received/shipment.confirmed``."""
    received = {
        f"{version}/received/{type_of(event)}": _document(event, f"{type_of(event)}, {version}, as we take it")
        for version, events in EVENTS_OF.items()
        for event in events
    }
    sent = {
        f"{VERSION}/sent/{kind}": _document(message(kind, document), f"{kind}, {VERSION}, as we send it")
        for kind, document in DOCUMENTS.items()
    }
    return {**received, **sent}


def message(kind: str, document: type[Outgoing], says: str | None = None) -> type[Part]:
    """One of our documents in its envelope."""
    fields: dict[str, Any] = {"type": (Literal[kind], ...), "timestamp": (Moment, ...), "data": (document, ...)}
    return create_model(f"{document.__name__}Message", __base__=Part, __doc__=says or document.__doc__, **fields)


def type_of(event: type[BaseModel]) -> str:
    return str(get_args(event.model_fields["type"].annotation)[0])


def tidy(node: Any) -> Any:
    """Without made-up titles; a decimal is a string, although a number is understood too."""
    if isinstance(node, list):
        return [tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    kinds = node.get("anyOf", [])
    rest = [kind for kind in kinds if kind.get("type") not in {"number", "string"}]
    if any(kind.get("type") == "number" for kind in kinds):
        return {"anyOf": [DECIMAL, *rest]} if rest else DECIMAL
    titled = isinstance(node.get("title"), str)
    return {name: tidy(value) for name, value in node.items() if not (titled and name == "title")}


def _document(model: type[BaseModel], title: str) -> Schema:
    return {"$schema": DRAFT, "title": title, **tidy(model.model_json_schema())}
