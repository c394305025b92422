"""What becomes of an order beside its shipping: progress, parcels, counts, and goods that come back."""

import hashlib
import time
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from integration.sandbox.day import acts
from integration.sandbox.day.doing import LOOK_AGAIN
from integration.sandbox.day.goods import BY_SKU
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.sales import Sales
from integration.sandbox.day.trade import MAIN, OWNER
from integration.sandbox.day.wms import Wms

HeldOrder = Mapping[str, Any]
RETURN = "RET-"  # how the numbers of returns begin


class Afterwards:
    """Each act is played or, when it cannot be yet, answered with False."""

    def __init__(self, wms: Wms, sales: Sales) -> None:
        self._wms = wms
        self._sales = sales
        self._ways: Mapping[type[acts.Act], Callable[[PlannedOrder, HeldOrder, Any], bool]] = {
            acts.Tell: self._tell,
            acts.SeeNote: lambda order, held, act: self._sales.has_note(order, act.text),
            acts.Track: self._track,
            acts.CountFirst: self._count,
            acts.SeeBooked: lambda order, held, act: self._sales.is_booked(order),
            acts.AnnounceReturn: lambda order, held, act: self._sales.announce_return(order, act.quantity),
            acts.ExpectReturn: self._expect,
            acts.ComeBack: self._come_back,
        }

    def knows(self, act: acts.Act) -> bool:
        return type(act) in self._ways

    def play(self, order: PlannedOrder, held: HeldOrder, act: acts.Act) -> bool:
        now = time.monotonic()
        if order.look_at > now:
            return False
        order.look_at = now + LOOK_AGAIN
        if not self._ways[type(act)](order, held, act):
            return False
        order.look_at = 0.0
        return True

    def _tell(self, order: PlannedOrder, held: HeldOrder, act: acts.Tell) -> bool:
        short = {held["lines"][0]["line"]: act.short} if act.short else {}
        self._wms.tell(held["release"], act.stage, short=short)
        return True

    def _track(self, order: PlannedOrder, held: HeldOrder, act: acts.Track) -> bool:
        about = {"signed_by": act.signed_by, "proof": act.proof}
        told = self._wms.track(order.shipment["shipment"], act.status, **about)
        note_proof(order, told)
        return True

    def _count(self, order: PlannedOrder, held: HeldOrder, act: acts.CountFirst) -> bool:
        number = f"CNT-{order.reference}-{order.played}"
        line = {"sku": BY_SKU[order.basket[0][0]].partner_sku}
        self._wms.count(MAIN, [line], count=number, owner=OWNER, reason="CYCLE")
        order.documents.add(number)
        return True

    def _expect(self, order: PlannedOrder, held: HeldOrder, act: acts.ExpectReturn) -> bool:
        waiting = [each for each in self._wms.advices(order.name) if each["status"] == "received"]
        for each in waiting:
            self._wms.expect(each["advice"])
        return bool(waiting)

    def _come_back(self, order: PlannedOrder, held: HeldOrder, act: acts.ComeBack) -> bool:
        number = f"{RETURN}{order.reference}"
        announced = [each["advice"] for each in self._wms.advices(order.name) if each["status"] == "accepted"]
        named = {"advice": announced[-1]} if announced else {"release": held["release"]}
        lines = [_line(order, each) for each in act.goods]
        self._wms.take_back(MAIN, owner=OWNER, receipt=number, lines=lines, **named)
        order.documents.add(number)
        return True


def note_proof(order: PlannedOrder, told: Mapping[str, Any]) -> None:
    """The file that a message of the warehouse holds, if it does."""
    if proof := told.get("proof"):
        order.proofs.add(known_as(proof["name"], proof["content"]))


def known_as(name: str, content: str) -> str:
    """``content`` in base64."""
    return f"{name} {hashlib.sha256(b64decode(content)).hexdigest()[:12]}"


def _line(order: PlannedOrder, back: acts.Back) -> dict[str, Any]:
    """Serial numbers and lots as they left."""
    left = order.shipment["lines"][0]
    line = {"sku": left["sku"], "quantity": back.quantity, "unit": left["unit"], "condition": back.condition}
    if back.disposition:
        line["disposition"] = back.disposition
    if left.get("serials"):
        line["serials"] = left["serials"][: int(back.quantity)]
    if left.get("lots"):
        line["lots"] = [{"lot": left["lots"][0]["lot"], "quantity": back.quantity}]
    return line
