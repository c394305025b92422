"""Tracking: where each parcel is, until the customer has it. Changes our tables; what Odoo gets has a flow of its own.

Operational impact: a parcel that is held up or comes back is a person's turn before the customer calls.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from integration.canonical.base import Money
from integration.canonical.events import ShipmentDeliveredEvent, ShipmentTrackedEvent
from integration.canonical.shipments import Proof, ShipmentDelivered
from integration.errors import Rejected
from integration.flows import beside, parcels, releases
from integration.flows.events import event_of
from integration.jobs import cases, configuration, rows
from integration.jobs.work import Outcome, Work
from integration.models import Connection, Document, InboundMessage, Parcel, ParcelEvent, ParcelStatus
from integration.models import Proof as ProofRow

Status = ParcelStatus
NEEDS_A_PERSON = (Status.EXCEPTION, Status.RETURNED)


@dataclass(frozen=True, slots=True)
class _News:
    """What a message says of one parcel, of either type."""

    shipment: str
    release: str
    number: str
    status: Status
    at: datetime
    place: str = ""
    note: str = ""
    signed_by: str = ""
    freight: Money | None = None
    proof: Proof | None = None

    @property
    def proves(self) -> ProofRow.Kind:
        return ProofRow.Kind.DELIVERY if self.status == Status.DELIVERED else ProofRow.Kind.DISPATCH


def handle(work: Work) -> Outcome:
    [message] = rows.find(InboundMessage, "id = %s", [work.job.payload["message"]])
    message.connection = work.connection = configuration.connection(message.connection_id)
    news = _news(message)
    delivery = releases.known_or_stop(message, news.release)
    return Outcome(f"{news.number} {news.status.label}", partial(_commit, message, delivery, news))


def _news(message: InboundMessage) -> _News:
    event = event_of(message)
    assert isinstance(event, ShipmentTrackedEvent | ShipmentDeliveredEvent)  # noqa: S101  (the inbox routes by type)
    said = event.data
    if isinstance(said, ShipmentDelivered):
        names = (said.shipment, said.release, said.tracking_number)
        return _News(*names, Status.DELIVERED, said.delivered_at, signed_by=said.signed_by, proof=said.proof)
    return _News(
        said.shipment,
        said.release,
        said.tracking_number,
        Status(said.status),
        said.at,
        place=said.place,
        note=said.note,
        freight=said.freight,
        proof=said.proof,
    )


def _commit(message: InboundMessage, delivery: Document, news: _News) -> None:
    """The delivery's row is held: news of one parcel may come in two messages at once."""
    releases.belongs_to(message, delivery)
    rows.find(Document, "id = %s FOR NO KEY UPDATE", [delivery.pk])
    named = {"document": delivery, "shipment": news.shipment, "number": news.number}
    parcel, made = Parcel.objects.get_or_create(**named, defaults={"status": news.status, "status_at": news.at})
    event = ParcelEvent(parcel=parcel, status=news.status, at=news.at, place=news.place, note=news.note)
    new = bool(rows.add([event], "DO NOTHING"))
    moved = new and (made or news.at >= parcel.status_at) and not _came_back_from_the_end(parcel, news, made=made)
    _change(parcel, news, moved=moved)
    if moved:
        _case(parcel, news, message.connection, delivery)
    if news.proof is not None:
        parcels.prove(delivery, news.shipment, news.number, news.proves, news.proof)
    if news.freight or news.proof or news.status == Status.DELIVERED:
        beside.job("parcel_posting", delivery, message.connection)


def _came_back_from_the_end(parcel: Parcel, news: _News, *, made: bool) -> bool:
    """What the customer has is not on its way any more, whatever a scan says later; it may still be returned."""
    ended = parcel.status == Status.DELIVERED and not made
    return ended and news.status not in (Status.RETURNED, Status.EXCEPTION)


def _change(parcel: Parcel, news: _News, *, moved: bool) -> None:
    if moved:
        parcel.status, parcel.status_at, parcel.place = news.status, news.at, news.place
    if news.status == Status.DELIVERED and parcel.delivered_at is None:
        parcel.delivered_at, parcel.signed_by = news.at, news.signed_by
    if news.freight and (parcel.freight_at is None or news.at >= parcel.freight_at):
        parcel.freight, parcel.currency, parcel.freight_at = news.freight.amount, news.freight.currency, news.at
    parcel.save()


def _case(parcel: Parcel, news: _News, partner: Connection, delivery: Document) -> None:
    where, why = f" at {news.place}" if news.place else "", f": {news.note}" if news.note else ""
    about: dict[str, Any] = {
        "connection": partner.name,
        "shipment": news.shipment,
        "release": news.release,
        "number": news.number,
    }
    error = Rejected("CD-5023", **about, detail=f"{news.status.label.lower()}{where}{why}")
    if news.status in NEEDS_A_PERSON:
        cases.open_case(error, partner, delivery, flow="shipment_tracking")
    else:
        cases.clear(f"The parcel moved on: {news.status.label.lower()}.", error.fingerprint)
