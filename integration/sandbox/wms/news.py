"""What the stand-in warehouse tells beside orders and shipments: progress of picking and packing, and of parcels."""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from integration.canonical.base import Money
from integration.canonical.orders import Carton, CartonLine, OrderProgressed, ProgressLine, ReleaseLine, Stage
from integration.canonical.shipments import Proof, ShipmentConfirmed, ShipmentDelivered, ShipmentTracked, TrackingStatus
from integration.sandbox.wms.orders import HeldOrder

NOTHING = Decimal(0)


class BadNews(ValueError):
    """The text says what cannot be told, and why."""


class Progress(BaseModel):
    """Everything of the release at ``stage``, but for what is ``short`` and what goes ``instead``, by line.

    ``cartons``: into so many the packed goods go. ``lines`` say it exactly instead. ``at``: the clock now.
    """

    model_config = ConfigDict(extra="forbid")

    release: str
    stage: Stage
    at: datetime | None = None
    short: dict[str, Decimal] = {}
    instead: dict[str, str] = {}
    cartons: int = 0
    lines: list[dict[str, Any]] | None = None
    faults: list[str] = []
    delay: float = 0.0


class Track(BaseModel):
    """``status`` delivered is a message of its own. ``proof``: makes a small file, or is one."""

    model_config = ConfigDict(extra="forbid")

    shipment: str
    number: str = ""
    status: TrackingStatus | Literal["delivered"]
    at: datetime | None = None
    place: str = ""
    note: str = ""
    signed_by: str = ""
    freight: Money | None = None
    proof: bool | Proof = False
    faults: list[str] = []
    delay: float = 0.0


def progress(held: HeldOrder, asked: Progress) -> OrderProgressed:
    lines = held.release.lines
    told = [_line(line, asked) for line in lines]
    if asked.lines is not None:
        told = [ProgressLine.model_validate(raw) for raw in asked.lines]
    at = asked.at or datetime.now(UTC)
    cartons = _cartons(held, told, asked.cartons)
    return OrderProgressed(release=asked.release, stage=asked.stage, at=at, lines=tuple(told), cartons=tuple(cartons))


def track(shipment: ShipmentConfirmed, asked: Track) -> ShipmentTracked | ShipmentDelivered:
    """Of the parcel that is named; of the shipment's first one otherwise. Raises BadNews."""
    number = asked.number or next(iter(numbers(shipment)), "")
    if not number:
        raise BadNews(f"shipment {shipment.shipment} has no parcel with a number")
    names = {"shipment": shipment.shipment, "release": shipment.release, "tracking_number": number}
    at, proof = asked.at or datetime.now(UTC), _proof(asked, number)
    if asked.status == "delivered":
        return ShipmentDelivered(**names, delivered_at=at, signed_by=asked.signed_by, proof=proof)
    what: dict[str, Any] = {"place": asked.place, "note": asked.note, "freight": asked.freight, "proof": proof}
    return ShipmentTracked(**names, status=asked.status, at=at, **what)


def numbers(shipment: ShipmentConfirmed) -> list[str]:
    """The carrier's numbers of its parcels."""
    own = [package.tracking_number for package in shipment.packages if package.tracking_number]
    return list(dict.fromkeys([*own, *shipment.tracking_numbers]))


def proof_of(what: str) -> Proof:
    """A small text that says so."""
    content = f"{what}\n".encode()
    digest = hashlib.sha256(content).hexdigest()
    name = f"{what.replace(' ', '-')}.txt"
    return Proof(name=name, media_type="text/plain", sha256=digest, content=b64encode(content).decode())


def _line(line: ReleaseLine, asked: Progress) -> ProgressLine:
    missing = asked.short.get(line.line, NOTHING)
    there = line.quantity - missing
    picked = there if asked.stage in ("picked", "packed") else NOTHING
    packed = there if asked.stage == "packed" else NOTHING
    instead = asked.instead.get(line.line)
    return ProgressLine(line=line.line, picked=picked, packed=packed, short=missing, substitute=instead)


def _cartons(held: HeldOrder, told: list[ProgressLine], count: int) -> list[Carton]:
    """Lines dealt to the cartons in turn."""
    skus = {line.line: line.sku for line in held.release.lines}
    packed = [part for part in told if part.packed]
    dealt: list[list[CartonLine]] = [[] for _ in range(min(count, len(packed)))]
    for place, part in enumerate(packed if dealt else ()):
        line = CartonLine(line=part.line, sku=part.substitute or skus[part.line], quantity=part.packed)
        dealt[place % len(dealt)].append(line)
    release = held.release.release
    return [Carton(package=f"{release}-C{place + 1}"[:64], lines=tuple(lines)) for place, lines in enumerate(dealt)]


def _proof(asked: Track, number: str) -> Proof | None:
    if isinstance(asked.proof, Proof):
        return asked.proof
    return proof_of(f"{asked.status} {number}") if asked.proof else None
