"""The messages that a warehouse sends: the type names the document that ``data`` holds.

``contract`` names the version that a message is written in; one that names none is written in v1. A message of a later
version is a message of every earlier one with more fields, so that what works on it need not know which it is.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, get_args

from pydantic import Field, TypeAdapter, create_model

from integration.canonical import inventory, orders, receipts, shipments
from integration.canonical.base import Moment, Part


class Envelope(Part):
    """``sequence``: the sender's count of all that it sends us, if it counts: a number that is left out is missing."""

    contract: Literal["v1"] = "v1"
    timestamp: Moment
    sequence: Annotated[int, Field(ge=1, le=10**15)] | None = None


class OrderAcceptedEvent(Envelope):
    type: Literal["order.accepted"]
    data: orders.OrderAccepted


class OrderRejectedEvent(Envelope):
    type: Literal["order.rejected"]
    data: orders.OrderRejected


class ChangeAcceptedEvent(Envelope):
    type: Literal["order.change.accepted"]
    data: orders.ChangeAccepted


class ChangePartlyAcceptedEvent(Envelope):
    type: Literal["order.change.partly_accepted"]
    data: orders.ChangePartlyAccepted


class ChangeRefusedEvent(Envelope):
    type: Literal["order.change.refused"]
    data: orders.ChangeRefused


class CancelAcceptedEvent(Envelope):
    type: Literal["order.cancel.accepted"]
    data: orders.CancelAccepted


class CancelRefusedEvent(Envelope):
    type: Literal["order.cancel.refused"]
    data: orders.CancelRefused


class ShipmentConfirmedEvent(Envelope):
    type: Literal["shipment.confirmed"]
    data: shipments.ShipmentConfirmed


class OrderProgressedEvent(Envelope):
    type: Literal["order.progressed"]
    data: orders.OrderProgressed


class ShipmentTrackedEvent(Envelope):
    type: Literal["shipment.tracked"]
    data: shipments.ShipmentTracked


class ShipmentDeliveredEvent(Envelope):
    type: Literal["shipment.delivered"]
    data: shipments.ShipmentDelivered


class ReceiptAcceptedEvent(Envelope):
    type: Literal["receipt.accepted"]
    data: receipts.ReceiptAccepted


class ReceiptRejectedEvent(Envelope):
    type: Literal["receipt.rejected"]
    data: receipts.ReceiptRejected


class ReceiptConfirmedEvent(Envelope):
    type: Literal["receipt.confirmed"]
    data: receipts.ReceiptConfirmed


class ReturnReceivedEvent(Envelope):
    type: Literal["return.received"]
    data: receipts.ReturnReceived


class PutAwayEvent(Envelope):
    type: Literal["receipt.put_away"]
    data: receipts.PutAway


class InventoryAdjustedEvent(Envelope):
    type: Literal["inventory.adjusted"]
    data: inventory.InventoryAdjusted


class InventoryCountedEvent(Envelope):
    type: Literal["inventory.counted"]
    data: inventory.InventoryCounted


class InventorySnapshotEvent(Envelope):
    type: Literal["inventory.snapshot"]
    data: inventory.InventorySnapshot


Event = (
    OrderAcceptedEvent
    | OrderRejectedEvent
    | OrderProgressedEvent
    | ChangeAcceptedEvent
    | ChangePartlyAcceptedEvent
    | ChangeRefusedEvent
    | CancelAcceptedEvent
    | CancelRefusedEvent
    | ShipmentConfirmedEvent
    | ShipmentTrackedEvent
    | ShipmentDeliveredEvent
    | ReceiptAcceptedEvent
    | ReceiptRejectedEvent
    | ReceiptConfirmedEvent
    | PutAwayEvent
    | ReturnReceivedEvent
    | InventoryAdjustedEvent
    | InventoryCountedEvent
    | InventorySnapshotEvent
)
EVENTS = get_args(Event)
EVENT_TYPES: tuple[str, ...] = tuple(get_args(event.model_fields["type"].annotation)[0] for event in EVENTS)
# What v2 says otherwise; all else is as in v1.
CHANGED_IN_V2: Mapping[type[Envelope], type[Part]] = {ShipmentConfirmedEvent: shipments.ShipmentConfirmedV2}


def _in_v2(event: type[Envelope]) -> type[Envelope]:
    changed = CHANGED_IN_V2.get(event)
    fields: dict[str, Any] = {"contract": (Literal["v2"], ...), **({"data": (changed, ...)} if changed else {})}
    return create_model(f"{event.__name__}V2", __base__=event, __doc__=event.__doc__, **fields)


EVENTS_OF: Mapping[str, tuple[type[Envelope], ...]] = {"v1": EVENTS, "v2": tuple(_in_v2(event) for event in EVENTS)}


def _any_of(events: tuple[type[Envelope], ...]) -> TypeAdapter[Event]:
    union: Any = Annotated[Union[events], Field(discriminator="type")]  # noqa: UP007  (made while running)
    return TypeAdapter(union)


EVENT_OF: Mapping[str, TypeAdapter[Event]] = {version: _any_of(events) for version, events in EVENTS_OF.items()}
