"""The warehouse: its floor and its books, by the stand-in's control API."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx

from integration.sandbox.wms import SandboxWms


class Held(NamedTuple):
    """One release as the warehouse holds it."""

    release: str
    version: int
    status: str
    lines: dict[str, str]


class Wms:
    def __init__(self, server: SandboxWms) -> None:
        self.server = server
        self._control = httpx.Client(base_url=f"{server.url}/_sandbox", trust_env=False, timeout=60)

    def control(self, name: str, **body: object) -> Any:
        answer = self._control.post(name, json=body)
        answer.raise_for_status()
        return answer.json()

    def get(self, name: str) -> Any:
        answer = self._control.get(name)
        answer.raise_for_status()
        return answer.json()

    def books(self) -> list[dict[str, Any]]:
        return list(self._control.get("orders").json()["orders"])

    def books_of_stock(self) -> list[dict[str, Any]]:
        return list(self._control.get("stock").json()["stock"])

    def held(self, order: str = "") -> list[Held]:
        mine = [each for each in self.books() if order in ("", each["order"])]
        return [
            Held(
                each["release"],
                each["version"],
                each["status"],
                {line["sku"]: line["ordered"] for line in each["lines"]},
            )
            for each in mine
        ]

    def shipped(self, order: str) -> dict[str, float]:
        """By the warehouse's SKU."""
        total: defaultdict[str, float] = defaultdict(float)
        for each in self.books():
            for shipment in each["shipments"] if each["order"] == order else ():
                for line in shipment["lines"]:
                    total[line["sku"]] += float(line["quantity"])
        return dict(total)

    def sign_with(self, secret: str) -> None:
        """Its people enter a new secret."""
        self.server.world.secret = secret

    def tells(self) -> str:
        """It sends any message now; how it is answered."""
        sent = self.control("send", body={"type": "order.accepted", "timestamp": "2026-01-01T00:00:00Z", "data": {}})
        return str(sent["status"])

    def received(self) -> list[str]:
        """The number of every message that got an answer, and the answer."""
        found = self._control.get("deliveries").json()["deliveries"]
        return [f"{each['type']} {answer}" for each in found for answer in each["answers"]]

    def pending(self) -> int:
        return int(self._control.get("deliveries").json()["pending"])

    def accept(self, release: str, **how: object) -> None:
        self.control("acknowledge", release=release, **how)

    def reject(self, release: str, reason: str) -> None:
        self.control("reject", release=release, reason=reason)

    def ship(self, release: str, mode: str = "full", **script: object) -> dict[str, Any]:
        """The confirmation as it goes out."""
        return dict(self.control("ship", release=release, mode=mode, **script)["shipment"])

    def progress(self, release: str, stage: str, **how: object) -> dict[str, Any]:
        """The message as it goes out."""
        return dict(self.control("tell", release=release, stage=stage, **how)["progress"])

    def track(self, shipment: object, status: str, **how: object) -> dict[str, Any]:
        return dict(self.control("track", shipment=shipment, status=status, **how)["tracked"])

    def advices(self, order: str = "") -> list[dict[str, Any]]:
        found = self._control.get("advices").json()["advices"]
        return [each for each in found if order in ("", each["order"])]

    def expected(self, order: str) -> list[tuple[str, int, str, dict[str, str]]]:
        """Number, version, kind and quantities by SKU of what the warehouse expects of an order."""
        return [
            (
                each["advice"],
                each["version"],
                each["kind"],
                {line["sku"]: line["quantity"] for line in each["document"]["lines"]},
            )
            for each in self.advices(order)
        ]

    def on_shelf(self, site: str = "NORTH") -> dict[tuple[str, str, str], float]:
        """By the warehouse's SKU, lot and condition."""
        with self.server.world.orders.lock:
            lines = list(self.server.world.orders.stock.lines(site))
        held: defaultdict[tuple[str, str, str], float] = defaultdict(float)
        for slot, quantity in lines:
            held[slot.sku, slot.lot, slot.condition] += float(quantity)
        return {key: quantity for key, quantity in held.items() if quantity}

    def receive(self, advice: str, mode: str = "full", **script: object) -> dict[str, Any]:
        """The confirmation as it goes out."""
        return dict(self.control("receive", advice=advice, mode=mode, **script)["receipt"])

    def send(self, kind: str, data: object, **how: object) -> int:
        """Any message, past the books; the status that it was answered with."""
        body = {"type": kind, "timestamp": datetime.now(UTC).isoformat(), "data": data}
        return int(self.control("send", body=body, **how)["status"])

    def mend(self) -> None:
        """No faults any more."""
        self._control.delete("faults").raise_for_status()

    def fault(self, fault: str, times: int = 1, **more: object) -> None:
        match = {"side": "request", "method": "POST", "path": "/orders"}
        self.control("faults", match=match, fault=fault, times=times, **more)
