"""Which flow works on which message, in which stream, and whose document it is about."""

from collections.abc import Mapping
from dataclasses import dataclass

from integration.canonical.events import Event
from integration.canonical.trials import is_trial
from integration.jobs import sources
from integration.models import Connection, Document, Lane
from integration.rules.flows import FLOWS, Money

Kind = Document.Kind
TRIAL_FLOW = "conformance_news"


@dataclass(frozen=True, slots=True)
class Thread:
    """All that is said about one document, by either side, in one order. ``field`` of a message names the document."""

    stream: str
    field: str
    kinds: tuple[Document.Kind, ...]

    def key(self, partner: Connection, reference: str) -> str:
        return f"{self.stream}:{partner.pk}:{reference}"


@dataclass(frozen=True, slots=True)
class Route:
    """``number``: the field that holds the message's own number, for people."""

    flow: str
    number: str
    thread: Thread

    @property
    def lane(self) -> Lane:
        return lane_of(self.flow)

    @property
    def moves_money(self) -> bool:
        return FLOWS[self.flow].money != Money.NONE


DELIVERY = Thread("delivery", "release", (Kind.DELIVERY,))
# Apart from the delivery's own: none of it must wait for a shipment that a person has to clear, nor hold one up.
CHANGES = Thread("changes", "release", (Kind.DELIVERY,))
PROGRESS = Thread("progress", "release", (Kind.DELIVERY,))
PARCELS = Thread("parcels", "release", (Kind.DELIVERY,))
BESIDE = Thread("beside", "release", (Kind.DELIVERY,))  # what we put beside the delivery in Odoo
RECEIPT = Thread("receipt", "advice", (Kind.RECEIPT, Kind.RETURN))
PUT_AWAY = Thread("put_away", "", ())  # about stock alone: each has a stream of its own
STOCK = Thread("stock", "", ())  # about no document: each message has a stream of its own
MASTER = Thread("tell", "kind", ())
ROUTES: Mapping[str, Route] = {
    "order.accepted": Route("acknowledgement", "release", DELIVERY),
    "order.rejected": Route("acknowledgement", "release", DELIVERY),
    "order.change.accepted": Route("change_answer", "release", DELIVERY),
    "order.change.partly_accepted": Route("change_answer", "release", DELIVERY),
    "order.change.refused": Route("change_answer", "release", DELIVERY),
    "order.cancel.accepted": Route("change_answer", "release", DELIVERY),
    "order.cancel.refused": Route("change_answer", "release", DELIVERY),
    "order.progressed": Route("order_progress", "release", PROGRESS),
    "shipment.confirmed": Route("shipment_confirmation", "shipment", DELIVERY),
    "shipment.tracked": Route("shipment_tracking", "tracking_number", PARCELS),
    "shipment.delivered": Route("shipment_tracking", "tracking_number", PARCELS),
    "receipt.accepted": Route("acknowledgement", "advice", RECEIPT),
    "receipt.rejected": Route("acknowledgement", "advice", RECEIPT),
    "receipt.confirmed": Route("receipt_confirmation", "receipt", RECEIPT),
    "return.received": Route("return_receipt", "receipt", RECEIPT),
    "receipt.put_away": Route("put_away", "put_away", PUT_AWAY),
    "inventory.adjusted": Route("inventory_adjustment", "adjustment", STOCK),
    "inventory.counted": Route("inventory_count", "count", STOCK),
    "inventory.snapshot": Route("inventory_snapshot", "snapshot", STOCK),
}


@dataclass(frozen=True, slots=True)
class Sending:
    """How a document goes out: by which flow, and in which document's thread."""

    flow: str
    thread: Thread


SENDINGS: Mapping[str, Sending] = {
    "order.release": Sending("release_send", DELIVERY),
    "order.change": Sending("change_send", CHANGES),
    "order.cancel": Sending("change_send", CHANGES),
    "receipt.advice": Sending("advice_send", RECEIPT),
    "receipt.cancel": Sending("advice_send", RECEIPT),
    "master.batch": Sending("master_send", MASTER),
}


def lane_of(flow: str) -> Lane:
    return Lane(FLOWS[flow].lane)


@dataclass(frozen=True, slots=True)
class Addressed:
    """Where a message goes. ``about``: its document's number; empty for one that names none, and has its own stream."""

    route: Route
    number: str
    about: str
    stream: str


def address(partner: Connection, event: Event) -> Addressed:
    route = _route(event)
    number, about = getattr(event.data, route.number), _about(event, route.thread)
    own = sources.own(event.data) or number
    stream = route.thread.key(partner, about) if about else f"{route.flow}:{partner.pk}:{own}"
    return Addressed(route, number, about, stream)


def _route(event: Event) -> Route:
    """What is said of a test order has no flow that would look for it."""
    route = ROUTES[event.type]
    about = _about(event, route.thread)
    return Route(TRIAL_FLOW, route.number, route.thread) if is_trial(about) else route


def _about(event: Event, thread: Thread) -> str:
    return (getattr(event.data, thread.field, None) or "") if thread.field else ""
