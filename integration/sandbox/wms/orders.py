"""The orders that the stand-in warehouse holds: by release and version, each idempotency key once."""

import hashlib
import json
import threading
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from integration.canonical.base import Part
from integration.canonical.orders import OrderCancel, OrderChange, OrderRelease, RefusedLine, ReleaseLine, Stage
from integration.canonical.shipments import ShipmentConfirmed, ShippedLine
from integration.sandbox.wms.advices import Advices
from integration.sandbox.wms.returning import Returns
from integration.sandbox.wms.stock import Slot, Stock

Taken = tuple[HTTPStatus, dict[str, Any]]


@dataclass
class Item:
    """What the warehouse stocks of a SKU: quantities by lot, and serial numbers. ``instead``: a SKU that goes in its
    place."""

    lots: dict[str, Decimal] = field(default_factory=dict)
    serials: list[str] = field(default_factory=list)
    instead: str = ""


@dataclass
class HeldOrder:
    """``stages``: of lines that are elsewhere than the order. ``changes`` by number, ``answers`` once there is one."""

    release: OrderRelease
    warehouse_order: str
    key: str
    status: str = "received"
    reason: str = ""
    closed: bool = False
    replaced: list[int] = field(default_factory=list)
    stage: Stage = "received"
    stages: dict[str, Stage] = field(default_factory=dict)
    picked: dict[str, Decimal] = field(default_factory=dict)
    changes: dict[int, OrderChange | OrderCancel] = field(default_factory=dict)
    answers: dict[int, str] = field(default_factory=dict)

    def answer(self) -> dict[str, Any]:
        return {"status": self.status, "warehouse_order": self.warehouse_order, "reason": self.reason}


class Orders:
    """Thread-safe. ``items`` empty: every SKU is known. ``sites`` empty: every site is served.

    ``changes`` names the release of each change, in the order they came. ``parcels``: what was told last, by number.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        with self.lock:
            self.held: dict[str, HeldOrder] = {}
            self.items: dict[str, Item] = {}
            self.sites: set[str] = set()
            self.shipments: list[ShipmentConfirmed] = []
            self.stock = Stock()
            self.parcels: dict[str, str] = {}
            self.advices = Advices(self.stock)
            self.returns = Returns(self.stock)
            self.changes: list[str] = []
            self.serials_gone: Counter[str] = Counter()
            self._of_release: defaultdict[str, list[ShipmentConfirmed]] = defaultdict(list)
            self._answers: dict[str, tuple[str, dict[str, Any]]] = {}
            self._number = 0

    def take(self, release: OrderRelease, key: str) -> tuple[Taken, HeldOrder | None]:
        """The answer, and the order if it is new or replaces its lower version."""
        digest = fingerprint(release)
        with self.lock:
            if key in self._answers:
                return self._repeat(key, digest), None
            held = self.held.get(release.release)
            if held is not None and (known := self._known(held, release, digest)):
                return known, None
            order = self._keep(release, key, held)
            answer = order.answer()
            self._answers[key] = (digest, answer)
            return (HTTPStatus.ACCEPTED, answer), order

    def find(self, release: str, version: int) -> list[dict[str, Any]]:
        with self.lock:
            held = self.held.get(release)
            if held is None or held.release.version < version:
                return []
            status = "shipped" if self.shipped(release) else held.status
            return [{"release": release, "version": held.release.version, **held.answer(), "status": status}]

    def take_change(self, asked: OrderChange | OrderCancel, key: str) -> tuple[Taken, HeldOrder | None]:
        """The answer, and the order if the request is new."""
        digest = fingerprint(asked)
        with self.lock:
            if key in self._answers:
                return self._repeat(key, digest), None
            held = self.held.get(asked.release)
            if held is None:
                return (HTTPStatus.CONFLICT, {"reason": f"{asked.release} is not held"}), None
            if any(number >= asked.change for number in held.changes):
                return (HTTPStatus.CONFLICT, {"reason": f"change {max(held.changes)} is held already"}), None
            held.changes[asked.change] = asked
            self.changes.append(asked.release)
            answer = {"status": "received", "warehouse_order": held.warehouse_order, "reason": ""}
            self._answers[key] = (digest, answer)
            return (HTTPStatus.ACCEPTED, answer), held

    def find_change(self, release: str, number: int) -> list[dict[str, Any]]:
        with self.lock:
            held = self.held.get(release)
            later = [each for each in held.changes if each >= number] if held else []
            status = {"accepted": "accepted", "refused": "rejected"}
            return [
                {"reference": release, "change": each, "status": status.get(held.answers.get(each, ""), "received")}
                for each in later
                if held
            ]

    def undecided(self, release: OrderRelease) -> HeldOrder | None:
        """The order, if it is held in this version and nobody has said yes or no yet."""
        with self.lock:
            held = self.held.get(release.release)
            fresh = held is not None and held.status == "received" and held.release.version == release.version
            return held if fresh else None

    def shipped(self, release: str) -> Sequence[ShipmentConfirmed]:
        with self.lock:
            return self._of_release.get(release, ())

    def book(self, shipment: ShipmentConfirmed, place: int | None = None) -> None:
        """Puts a shipment into the books; ``place`` where it stood before, if it did."""
        self.shipments.insert(len(self.shipments) if place is None else place, shipment)
        self._of_release[shipment.release].append(shipment)
        self.serials_gone.update(_serials(shipment))
        self.changes.append(shipment.release)
        self._take(shipment, Decimal(1))

    def unbook(self, place: int) -> ShipmentConfirmed:
        shipment = self.shipments.pop(place)
        self._of_release[shipment.release].remove(shipment)
        self.serials_gone.subtract(_serials(shipment))
        self._take(shipment, Decimal(-1))
        return shipment

    def _take(self, shipment: ShipmentConfirmed, times: Decimal) -> None:
        """Off the shelves; -1 time: back onto them."""
        held = self.held.get(shipment.release)
        site = held.release.site if held else ""
        for part in shipment.lines:
            for lot, quantity in _shares(part):
                slot = Slot(site, part.sku, lot)
                self.stock.move(slot, -quantity * times, "shipped", shipment.shipment, shipment.shipped_at)

    def changed(self, since: int, limit: int) -> tuple[list[HeldOrder], int]:
        """The orders that changed after so many changes, each once, and how many changes that makes."""
        with self.lock:
            met = self.changes[since : since + limit]
            return [self.held[release] for release in dict.fromkeys(met) if release in self.held], since + len(met)

    def refusal(self, release: OrderRelease) -> tuple[str, list[RefusedLine]]:
        """Why the warehouse cannot work on it, if so."""
        if self.sites and release.site not in self.sites:
            return f"site {release.site} is not ours", []
        unknown = [line for line in release.lines if self.items and line.sku not in self.items]
        lines = [RefusedLine(line=line.line, reason=f"unknown SKU {line.sku}") for line in unknown]
        return ("unknown SKU " + ", ".join(line.sku for line in unknown) if unknown else ""), lines

    def open_quantity(self, release: str, line: ReleaseLine) -> Decimal:
        return line.quantity - sum(
            (part.quantity for shipment in self.shipped(release) for part in shipment.lines if part.line == line.line),
            Decimal(0),
        )

    def _repeat(self, key: str, digest: str) -> Taken:
        before, answer = self._answers[key]
        if before == digest:
            return HTTPStatus.OK, answer
        return HTTPStatus.CONFLICT, {"reason": "this Idempotency-Key was used for another document"}

    def _known(self, held: HeldOrder, release: OrderRelease, digest: str) -> Taken | None:
        """The answer for a release that does not replace what is held."""
        if release.version == held.release.version:
            if fingerprint(held.release) == digest:
                return HTTPStatus.OK, held.answer()
            return HTTPStatus.CONFLICT, {"reason": f"version {release.version} is held with other content"}
        if release.version < held.release.version:
            return HTTPStatus.CONFLICT, {"reason": f"version {held.release.version} is held, which is newer"}
        if self.shipped(release.release):
            return HTTPStatus.CONFLICT, {"reason": "too late: a part of it has been shipped"}
        return None

    def _keep(self, release: OrderRelease, key: str, before: HeldOrder | None) -> HeldOrder:
        replaced = [*before.replaced, before.release.version] if before else []
        self._number += not before
        number = before.warehouse_order if before else f"WMS-{self._number:06d}"
        order = HeldOrder(release, number, key, replaced=replaced)
        self.held[release.release] = order
        self.changes.append(release.release)
        return order


def _shares(part: ShippedLine) -> list[tuple[str, Decimal]]:
    """By lot or serial number; of a SKU in cases, a serial number's share is what is left to it."""
    if part.serials:
        return [(serial, part.quantity / len(part.serials)) for serial in part.serials]
    return [(lot.lot, lot.quantity) for lot in part.lots] or [("", part.quantity)]


def _serials(shipment: ShipmentConfirmed) -> list[str]:
    return [number for part in shipment.lines for number in part.serials]


def fingerprint(document: Part) -> str:
    content = json.dumps(document.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def items_from(raw: Mapping[str, Any]) -> dict[str, Item]:
    """``{sku: {"lots": {lot: quantity}, "serials": [..], "instead": sku}}``."""
    return {
        str(sku): Item(
            {str(lot): Decimal(str(quantity)) for lot, quantity in dict((item or {}).get("lots") or {}).items()},
            [str(serial) for serial in (item or {}).get("serials") or ()],
            str((item or {}).get("instead") or ""),
        )
        for sku, item in raw.items()
    }
