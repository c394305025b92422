"""The messages that a warehouse sends: the type names the document that ``data`` holds."""

from typing import Annotated, Literal, get_args

from pydantic import Field, TypeAdapter

from integration.canonical import inventory, orders, receipts, shipments
from integration.canonical.base import Moment, Part


class Envelope(Part):
    """``sequence``: the sender's count of all that it sends us, if it counts: a number that is left out is missing."""

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
EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])
EVENTS = get_args(Event)
EVENT_TYPES: tuple[str, ...] = tuple(get_args(event.model_fields["type"].annotation)[0] for event in EVENTS)
