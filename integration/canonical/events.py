"""The messages that a warehouse sends: the type names the document that ``data`` holds."""

from typing import Annotated, Literal, get_args

from pydantic import Field, TypeAdapter

from integration.canonical import inventory, orders, receipts, shipments
from integration.canonical.base import Moment, Part


class OrderAcceptedEvent(Part):
    type: Literal["order.accepted"]
    timestamp: Moment
    data: orders.OrderAccepted


class OrderRejectedEvent(Part):
    type: Literal["order.rejected"]
    timestamp: Moment
    data: orders.OrderRejected


class ChangeAcceptedEvent(Part):
    type: Literal["order.change.accepted"]
    timestamp: Moment
    data: orders.ChangeAccepted


class ChangePartlyAcceptedEvent(Part):
    type: Literal["order.change.partly_accepted"]
    timestamp: Moment
    data: orders.ChangePartlyAccepted


class ChangeRefusedEvent(Part):
    type: Literal["order.change.refused"]
    timestamp: Moment
    data: orders.ChangeRefused


class CancelAcceptedEvent(Part):
    type: Literal["order.cancel.accepted"]
    timestamp: Moment
    data: orders.CancelAccepted


class CancelRefusedEvent(Part):
    type: Literal["order.cancel.refused"]
    timestamp: Moment
    data: orders.CancelRefused


class ShipmentConfirmedEvent(Part):
    type: Literal["shipment.confirmed"]
    timestamp: Moment
    data: shipments.ShipmentConfirmed


class ReceiptAcceptedEvent(Part):
    type: Literal["receipt.accepted"]
    timestamp: Moment
    data: receipts.ReceiptAccepted


class ReceiptRejectedEvent(Part):
    type: Literal["receipt.rejected"]
    timestamp: Moment
    data: receipts.ReceiptRejected


class ReceiptConfirmedEvent(Part):
    type: Literal["receipt.confirmed"]
    timestamp: Moment
    data: receipts.ReceiptConfirmed


class PutAwayEvent(Part):
    type: Literal["receipt.put_away"]
    timestamp: Moment
    data: receipts.PutAway


class InventoryAdjustedEvent(Part):
    type: Literal["inventory.adjusted"]
    timestamp: Moment
    data: inventory.InventoryAdjusted


class InventoryCountedEvent(Part):
    type: Literal["inventory.counted"]
    timestamp: Moment
    data: inventory.InventoryCounted


class InventorySnapshotEvent(Part):
    type: Literal["inventory.snapshot"]
    timestamp: Moment
    data: inventory.InventorySnapshot


Event = (
    OrderAcceptedEvent
    | OrderRejectedEvent
    | ChangeAcceptedEvent
    | ChangePartlyAcceptedEvent
    | ChangeRefusedEvent
    | CancelAcceptedEvent
    | CancelRefusedEvent
    | ShipmentConfirmedEvent
    | ReceiptAcceptedEvent
    | ReceiptRejectedEvent
    | ReceiptConfirmedEvent
    | PutAwayEvent
    | InventoryAdjustedEvent
    | InventoryCountedEvent
    | InventorySnapshotEvent
)
EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])
EVENTS = get_args(Event)
EVENT_TYPES: tuple[str, ...] = tuple(get_args(event.model_fields["type"].annotation)[0] for event in EVENTS)
