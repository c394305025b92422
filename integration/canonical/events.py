"""The messages that a warehouse sends: the type names the document that ``data`` holds."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from integration.canonical.base import Moment, Part
from integration.canonical.orders import OrderAccepted, OrderRejected
from integration.canonical.shipments import ShipmentConfirmed


class OrderAcceptedEvent(Part):
    type: Literal["order.accepted"]
    timestamp: Moment
    data: OrderAccepted


class OrderRejectedEvent(Part):
    type: Literal["order.rejected"]
    timestamp: Moment
    data: OrderRejected


class ShipmentConfirmedEvent(Part):
    type: Literal["shipment.confirmed"]
    timestamp: Moment
    data: ShipmentConfirmed


Event = OrderAcceptedEvent | OrderRejectedEvent | ShipmentConfirmedEvent
EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])
EVENT_TYPES = ("order.accepted", "order.rejected", "shipment.confirmed")
