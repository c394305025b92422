"""Which flow works on which message, in which stream, and whose document it is about."""

from collections.abc import Mapping
from dataclasses import dataclass

from integration.canonical.events import Event
from integration.models import Connection, Document, Lane
from integration.rules.flows import FLOWS

Kind = Document.Kind


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


DELIVERY = Thread("delivery", "release", (Kind.DELIVERY,))
MASTER = Thread("tell", "kind", ())
ROUTES: Mapping[str, Route] = {
    "order.accepted": Route("acknowledgement", "release", DELIVERY),
    "order.rejected": Route("acknowledgement", "release", DELIVERY),
    "order.change.accepted": Route("change_answer", "release", DELIVERY),
    "order.change.partly_accepted": Route("change_answer", "release", DELIVERY),
    "order.change.refused": Route("change_answer", "release", DELIVERY),
    "order.cancel.accepted": Route("change_answer", "release", DELIVERY),
    "order.cancel.refused": Route("change_answer", "release", DELIVERY),
    "shipment.confirmed": Route("shipment_confirmation", "shipment", DELIVERY),
}


@dataclass(frozen=True, slots=True)
class Sending:
    """How a document goes out: by which flow, and in which document's thread."""

    flow: str
    thread: Thread


SENDINGS: Mapping[str, Sending] = {
    "order.release": Sending("release_send", DELIVERY),
    "order.change": Sending("change_send", DELIVERY),
    "order.cancel": Sending("change_send", DELIVERY),
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
    route = ROUTES[event.type]
    number, about = getattr(event.data, route.number), getattr(event.data, route.thread.field, None) or ""
    stream = route.thread.key(partner, about) if about else f"{route.flow}:{partner.pk}:{number}"
    return Addressed(route, number, about, stream)
