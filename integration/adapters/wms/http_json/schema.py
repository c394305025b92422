"""The contract's messages as one JSON Schema: `python -m integration.adapters.wms.http_json.schema > FILE`."""

import json
import sys
from typing import Any

from pydantic.json_schema import models_json_schema

from integration.adapters.wms.http_json.endpoints import ENDPOINTS
from integration.canonical import schemas
from integration.canonical.events import EVENTS
from integration.canonical.outgoing import DOCUMENTS

MESSAGES = (
    *(schemas.message(kind, document, f"Our ``POST {ENDPOINTS[kind].path}``.") for kind, document in DOCUMENTS.items()),
    *EVENTS,
)


def schema() -> dict[str, Any]:
    """Any one message; each also stands alone under ``$defs``."""
    _, found = models_json_schema([(message, "validation") for message in MESSAGES])
    definitions = schemas.tidy(found["$defs"])
    return {
        "$schema": schemas.DRAFT,
        "title": "Crossdock http_json contract, version 1",
        "oneOf": [{"$ref": f"#/$defs/{message.__name__}"} for message in MESSAGES],
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=2) + "\n")
