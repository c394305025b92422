"""The contract's messages as JSON Schema: `python -m integration.adapters.wms.http_json.schema > FILE`."""

import json
import sys
from typing import Any, Literal

from pydantic.json_schema import models_json_schema

from integration.canonical.base import Moment, Part
from integration.canonical.events import OrderAcceptedEvent, OrderRejectedEvent, ShipmentConfirmedEvent
from integration.canonical.orders import OrderRelease

DECIMAL = {"type": "string", "pattern": r"^-?\d{1,18}(\.\d{1,6})?$"}


class OrderReleaseMessage(Part):
    """Our ``POST /orders``."""

    type: Literal["order.release"]
    timestamp: Moment
    data: OrderRelease


MESSAGES = (OrderReleaseMessage, OrderAcceptedEvent, OrderRejectedEvent, ShipmentConfirmedEvent)


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
