"""The warehouse's floor and its books, by the stand-in's control API."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from integration.sandbox.day.http import Api


class Wms:
    def __init__(self, url: str) -> None:
        self._api = Api(url)

    def books(self) -> dict[str, Any]:
        """``orders`` with what was ordered and shipped, and ``strays``: shipments for orders that it does not hold."""
        found: dict[str, Any] = self._api.get("/_sandbox/orders")
        return found

    def held(self, order: str) -> list[dict[str, Any]]:
        """What it was asked to ship of one order."""
        return list(self._api.get("/_sandbox/orders", order=order)["orders"])

    def changes(self, since: int) -> tuple[list[dict[str, Any]], int]:
        """Orders of the books that changed after so many changes, and how many that makes; a page at a time."""
        found = self._api.get("/_sandbox/changes", since=since)
        return found["orders"], found["changes"]

    def strays(self) -> list[dict[str, Any]]:
        """Shipments for orders that it does not hold."""
        return list(self._api.get("/_sandbox/strays")["strays"])

    def accept(self, release: str) -> None:
        self._api.post("/_sandbox/acknowledge", {"release": release})

    def progress(self, release: str, stage: str) -> None:
        self._api.post("/_sandbox/progress", {"release": release, "stage": stage})

    def reject(self, release: str, reason: str) -> None:
        self._api.post("/_sandbox/reject", {"release": release, "reason": reason})

    def key(self, known_as: str, order: Mapping[str, Any]) -> None:
        """A person types an order in at its own screen. May be repeated."""
        self._api.post("/_sandbox/key", {**order, "key": known_as})

    def ship(self, release: str, **script: Any) -> dict[str, Any]:
        """The confirmation as it goes out."""
        shipped: dict[str, Any] = self._api.post("/_sandbox/ship", {"release": release, **script})["shipment"]
        return shipped

    def tell(self, release: str, stage: str, **script: Any) -> None:
        """How far the order is."""
        self._api.post("/_sandbox/tell", {"release": release, "stage": stage, **script})

    def track(self, shipment: str, status: str, **script: Any) -> dict[str, Any]:
        """Where a parcel of it is, as it is told."""
        return dict(self._api.post("/_sandbox/track", {"shipment": shipment, "status": status, **script})["tracked"])

    def advices(self, order: str) -> list[dict[str, Any]]:
        """What is, or was, expected of a purchase, a transfer or a sale that comes back."""
        return list(self._api.get("/_sandbox/advices", order=order)["advices"])

    def expect(self, advice: str) -> None:
        """Says yes to an advice."""
        self._api.post("/_sandbox/acknowledge", {"advice": advice})

    def receive(self, advice: str, **script: Any) -> dict[str, Any]:
        """The confirmation as it goes out."""
        received: dict[str, Any] = self._api.post("/_sandbox/receive", {"advice": advice, **script})["receipt"]
        return received

    def put_away(self, site: str, **script: Any) -> str:
        return str(self._api.post("/_sandbox/put-away", {"site": site, **script})["put_away"])

    def take_back(self, site: str, **script: Any) -> dict[str, Any]:
        """What a customer sent back, as it is told."""
        told: dict[str, Any] = self._api.post("/_sandbox/return", {"site": site, **script})["return"]
        return told

    def returns(self) -> list[dict[str, Any]]:
        return list(self._api.get("/_sandbox/returns")["returns"])

    def fill(self, site: str, lines: Sequence[Mapping[str, Any]], document: str = "") -> None:
        """Goods lie there from now on, or no more if below zero, and nobody is told."""
        self._api.post("/_sandbox/stock", {"site": site, "lines": list(lines), "document": document})

    def adjust(self, site: str, lines: Sequence[Mapping[str, Any]], **script: Any) -> str:
        """The adjustment's number."""
        told = self._api.post("/_sandbox/adjust", {"site": site, "lines": list(lines), **script})
        return str(told["adjustment"]["adjustment"])

    def count(self, site: str, lines: Sequence[Mapping[str, Any]], **script: Any) -> str:
        """The count's number; a line without a quantity says what really lies there."""
        return str(self._api.post("/_sandbox/count", {"site": site, "lines": list(lines), **script})["count"]["count"])

    def snapshot(self, site: str, number: str, owner: str = "") -> None:
        """Tells all that lies at a site."""
        self._api.post("/_sandbox/snapshot", {"site": site, "owner": owner, "snapshot": number})

    def lies(self) -> list[dict[str, Any]]:
        """What lies where."""
        return list(self._api.get("/_sandbox/stock")["stock"])

    def movements(self) -> list[dict[str, Any]]:
        """Everything that came, left or moved, and by which document."""
        return list(self._api.get("/_sandbox/movements")["movements"])

    def master(self) -> dict[str, Any]:
        """What it was told of master data, and in which batches."""
        return dict(self._api.get("/_sandbox/master"))

    def send(self, kind: str, data: Any, signing: str = "good") -> int:
        """Any message, past the books; the status that it was answered with."""
        body = {"type": kind, "timestamp": datetime.now(UTC).isoformat(), "data": data}
        return int(self._api.post("/_sandbox/send", {"body": body, "signing": signing})["status"])

    def stock(self, items: dict[str, Any]) -> None:
        self._api.post("/_sandbox/items", items)

    def answer_on_request(self) -> None:
        """No yes or no by itself: the floor says it."""
        self._api.post("/_sandbox/settings", {"acknowledge_after": None})

    def work_by_itself(self, *, answer_after: float, ship_after: float) -> None:
        """From now on it says yes to what comes, ships it in full, and takes in all that it expects."""
        after = {"acknowledge_after": answer_after, "ship_after": ship_after, "receive_after": ship_after}
        self._api.post("/_sandbox/settings", after)

    def control(self, name: str, body: Any) -> None:
        self._api.post(f"/_sandbox/{name}", body)

    def repeat(self, since: float) -> int:
        """Sends again what was taken since a moment (seconds since 1970); returns how many messages that are."""
        return int(self._api.post("/_sandbox/repeat", {"since": since})["messages"])

    def faults(self) -> list[dict[str, Any]]:
        """The rules that make calls fail, with how often each did."""
        return list(self._api.get("/_sandbox/faults")["rules"])

    def has_told(self, release: str) -> bool:
        """Whether every message about it has arrived. What ``send`` sends would overtake the others."""
        about = [message for message in self.deliveries()["deliveries"] if message["release"] == release]
        return all(message["state"] != "pending" for message in about)

    def pending(self) -> int:
        """Messages that are not answered yet."""
        return int(self._api.get("/_sandbox/pending")["pending"])

    def deliveries(self) -> dict[str, Any]:
        """``pending`` messages, and each delivery with what every try was answered."""
        found: dict[str, Any] = self._api.get("/_sandbox/deliveries")
        return found
