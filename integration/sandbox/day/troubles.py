"""What goes wrong that day, and when: outages, lost answers, a forged message."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.wms import Wms

STRAY_SHIPMENT = "SHP-STRAY"
STRAY_RELEASE = "WH/OUT/99999"


@dataclass(frozen=True)
class Trouble:
    """Happens at ``at`` when so much of the day is played (0 to 1)."""

    after: float
    at: Literal["odoo", "wms"]
    name: str
    control: str
    body: Mapping[str, Any]


def _lost(match: Mapping[str, str], times: int) -> dict[str, Any]:
    return {"match": match, "fault": "cut_after_commit", "times": times, "every": 2}


OUTAGE = {"seconds": 6}
RELEASES = {"method": "POST", "path": "/orders"}
VALIDATE = {"model": "stock.picking", "method": "button_validate"}
WRITE = {"model": "stock.picking", "method": "write"}
TROUBLES = (
    Trouble(0.10, "wms", "Answers of the warehouse get lost after it took the order", "faults", _lost(RELEASES, 3)),
    Trouble(0.25, "wms", "The warehouse system is down for 6 seconds", "down", OUTAGE),
    Trouble(0.40, "odoo", "Answers of Odoo get lost after it booked the delivery", "faults", _lost(VALIDATE, 3)),
    Trouble(
        0.45,
        "odoo",
        "Odoo's database is too busy to write",
        "faults",
        {"match": WRITE, "fault": "serialization", "times": 3, "every": 2},
    ),
    Trouble(0.55, "odoo", "Odoo is down for 6 seconds", "down", OUTAGE),
    Trouble(
        0.70,
        "wms",
        "The warehouse system asks to slow down",
        "faults",
        {"match": RELEASES, "fault": "error429", "seconds": 1, "times": 2},
    ),
)


class Fate:
    def __init__(self, odoo: Odoo, wms: Wms) -> None:
        self._sides: Mapping[str, Odoo | Wms] = {"odoo": odoo, "wms": wms}
        self._ahead = list(TROUBLES)

    def strike(self, played: float) -> list[str]:
        """Lets happen what is due; names it, for people."""
        due = [trouble for trouble in self._ahead if trouble.after <= played]
        for trouble in due:
            self._sides[trouble.at].control(trouble.control, dict(trouble.body))
            self._ahead.remove(trouble)
        return [trouble.name for trouble in due]


def ship_a_stray(wms: Wms) -> None:
    """A shipment for an order that nobody has released."""
    line = {"sku": "10001", "quantity": "1", "unit": "EA"}
    wms.ship(STRAY_RELEASE, shipment=STRAY_SHIPMENT, lines=[line])


def forge(wms: Wms) -> int:
    """A shipment that somebody else signed; the status that it was answered with."""
    return wms.send("shipment.confirmed", {"shipment": "SHP-FORGED", "release": STRAY_RELEASE}, signing="bad")
