"""What is shown of a message to who may not see names: what is known to be harmless, and nothing else."""

import json
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from integration.canonical.events import EVENT_OF, EVENTS_OF
from integration.canonical.outgoing import DOCUMENTS
from integration.rules import leaves, personal
from integration.rules.personal import HIDDEN

# Whoever adds a field to a document says here, or on the lists of the harmless, what it is.
PERSONAL = {
    *("AdjustedLine.note", "AdviceLine.description", "AnsweredLine.reason", "CancelRefused.reason"),
    *("ChangePartlyAccepted.reason", "ChangeRefused.reason", "ChangedLine.description", "OrderCancel.reason"),
    *(
        "OrderChange.customer_reference",
        "OrderRejected.reason",
        "OrderRelease.customer_reference",
        "OrderRelease.notes",
    ),
    *("Proof.content", "Proof.name", "ReceiptAdvice.notes", "ReceiptAdvice.sender", "ReceiptAdvice.sender_reference"),
    *("ReceiptCancel.reason", "ReceiptRejected.reason", "ReceivedLine.reason", "RefusedLine.reason"),
    *("ReleaseLine.description", "ReturnedLine.reason", "ShipmentDelivered.signed_by", "ShipmentTracked.note"),
    "ShipmentTracked.place",
    *(f"Address.{name}" for name in ("name", "company", "street", "street2", "city", "state", "postcode", "country")),
    *("Address.phone", "Address.email"),
}
BODY = {
    "type": "shipment.delivered",
    "timestamp": "2026-03-02T11:40:12Z",
    "data": {
        "shipment": "SHP-1",
        "release": "WH/OUT/1",
        "tracking_number": "1Z",
        "delivered_at": "2026-03-02T11:39:00+01:00",
        "signed_by": "Erika Mustermann",
        "ship_to": {"name": "Erika Mustermann"},
    },
}


def parts(kind: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    if kind in seen:
        return
    seen.add(kind)
    yield kind
    for field in kind.model_fields.values():
        for inner in models(field.annotation):
            yield from parts(inner, seen)


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models(inner)


def holds_parts(kind: type[BaseModel], name: str) -> bool:
    return any(models(kind.model_fields[name].annotation))


def test_every_field_that_is_hidden_is_meant_to_be() -> None:
    seen: set[type[BaseModel]] = set()
    found = [part for kind in (*EVENTS_OF["v1"], *EVENTS_OF["v2"], *DOCUMENTS.values()) for part in parts(kind, seen)]
    hidden = {
        f"{part.__name__}.{name}"
        for part in found
        for name in part.model_fields
        if not holds_parts(part, name) and not personal.is_harmless(part, name) and name != "company"
    }
    assert hidden == PERSONAL - {"Address.company"}


def test_names_are_hidden_and_numbers_are_shown() -> None:
    shown = personal.masked(BODY, EVENT_OF["v1"].validate_python(BODY))
    assert shown["data"]["signed_by"] == shown["data"]["ship_to"] == HIDDEN
    assert shown["data"]["tracking_number"] == "1Z"
    assert "Erika" not in json.dumps(shown)


def test_what_the_contract_reads_from_elsewhere_is_hidden() -> None:
    """Another partner's field may have the name of a harmless one."""
    raw = {**BODY, "data": {**BODY["data"], "shipment": "Erika Mustermann"}}  # type: ignore[dict-item]
    assert personal.masked(raw, EVENT_OF["v1"].validate_python(BODY))["data"]["shipment"] == HIDDEN


def test_what_the_contract_does_not_take_is_hidden_whole() -> None:
    assert personal.masked(BODY, None) == HIDDEN
    assert personal.plain(BODY, None) == {}


def test_the_values_that_may_be_shown_are_told_by_path() -> None:
    shown = personal.plain(BODY, EVENT_OF["v1"].validate_python(BODY))
    assert shown[("data", "shipment")] == "SHP-1"
    assert leaves.named(("data", "signed_by")) not in map(leaves.named, shown)
