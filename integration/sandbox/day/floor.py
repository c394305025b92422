"""The warehouse's floor: plays each order's scene with what the warehouse's own books hold."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from integration.sandbox.day import acts
from integration.sandbox.day.afterwards import Afterwards, note_proof
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.sales import Sales
from integration.sandbox.day.wms import Wms

HeldOrder = Mapping[str, Any]


class Floor:
    def __init__(self, wms: Wms, sales: Sales) -> None:
        self._wms = wms
        self._sales = sales
        self._afterwards = Afterwards(wms, sales)
        self._open: Mapping[str, list[HeldOrder]] = {}
        self._ways: Mapping[type[acts.Act], Callable[[PlannedOrder, HeldOrder, Any], None]] = {
            acts.Accept: lambda order, held, act: self._wms.accept(held["release"]),
            acts.AcceptEach: lambda order, held, act: self._accept_each(order),
            acts.Reject: lambda order, held, act: self._wms.reject(held["release"], act.reason),
            acts.Ship: self._ship,
            acts.ShipAgainUnderTheSameNumber: lambda order, held, act: self._ship_again(order),
            acts.CancelFirstLine: lambda order, held, act: self._sales.cancel_first_line(order),
            acts.CancelOrder: lambda order, held, act: self._sales.cancel_order(order),
            acts.OrderMore: lambda order, held, act: self._sales.order_more(order),
            acts.Pack: lambda order, held, act: self._wms.progress(held["release"], "packed"),
            acts.HearOfChange: lambda order, held, act: None,  # it answers by itself
            acts.ValidateByHand: lambda order, held, act: self._sales.validate_by_hand(order),
        }

    def work(self, orders: Iterable[PlannedOrder], held: Iterable[HeldOrder]) -> int:
        """Plays every act that can be played now; returns how many. Raises NoAnswer while Odoo is down."""
        held = list(held)
        self._open = parts_of(held)
        latest = {name: parts[-1] for name, parts in self._open.items()}
        closed = {each["order"]: each for each in held if each["closed"]}
        done = 0
        for order in orders:
            while (act := order.next_act) and (at := self._place(act, order, latest, closed)):
                if not self._play(order, at, act):
                    break
                order.played += 1
                done += 1
                if isinstance(act, acts.Ship):
                    latest.pop(order.name, None)  # what is open now stands in the books at the next look
        return done

    def _play(self, order: PlannedOrder, held: HeldOrder, act: acts.Act) -> bool:
        if self._afterwards.knows(act):
            return self._afterwards.play(order, held, act)
        self._ways[type(act)](order, held, act)
        return True

    def _place(
        self, act: acts.Act, order: PlannedOrder, latest: Mapping[str, HeldOrder], closed: Mapping[str, HeldOrder]
    ) -> HeldOrder | None:
        """The release that the act is about; a late yes may come for one that has left."""
        if isinstance(act, acts.ShipAgainUnderTheSameNumber):
            left = closed.get(order.name)
            return left if left and self._wms.has_told(left["release"]) else None
        if isinstance(act, acts.AcceptEach) and len(self._open.get(order.name, ())) < act.parts:
            return None
        if isinstance(act, acts.HearOfChange):
            asked = latest.get(order.name) or closed.get(order.name)
            return asked if asked and any(asked["changes"].values()) else None
        if self._afterwards.knows(act):
            return latest.get(order.name) or closed.get(order.name)
        late = isinstance(act, acts.Accept) and isinstance(order.scene.acts[0], acts.Ship)
        return latest.get(order.name) or (closed.get(order.name) if late else None)

    def _accept_each(self, order: PlannedOrder) -> None:
        for part in self._open[order.name]:
            self._wms.accept(part["release"])

    def _ship(self, order: PlannedOrder, held: HeldOrder, act: acts.Ship) -> None:
        script: dict[str, Any] = {"mode": act.mode, "faults": list(act.faults), "packages": act.packages}
        script |= {"delay": act.delay, "proof": act.proof}
        if act.freight:
            script["freight_each"] = {"amount": act.freight, "currency": "USD"}
        if act.carrier is not None:
            script["carrier"] = act.carrier
        if act.final is not None:
            script["final"] = act.final
        if act.instead:
            script["lines"] = [{**_as_asked(line), **act.instead} for line in held["lines"]]
        if not act.packages:
            script["tracking"] = [f"1Z{order.number:05d}{order.played}"]
        order.shipment = self._wms.ship(held["release"], **script)
        note_proof(order, order.shipment)
        order.left += sum(Decimal(line["quantity"]) for line in order.shipment["lines"])

    def _ship_again(self, order: PlannedOrder) -> None:
        first, *others = order.shipment["lines"]
        more = {**first, "quantity": str(Decimal(first["quantity"]) + 1)}
        self._wms.send("shipment.confirmed", {**order.shipment, "lines": [more, *others]})


def parts_of(held: Iterable[HeldOrder]) -> Mapping[str, list[HeldOrder]]:
    """By order, what is open of it."""
    found: defaultdict[str, list[HeldOrder]] = defaultdict(list)
    for each in held:
        if not each["closed"]:
            found[each["order"]].append(each)
    return found


def _as_asked(line: Mapping[str, Any]) -> dict[str, Any]:
    return {"line": line["line"], "sku": line["sku"], "quantity": line["ordered"], "unit": line["unit"]}
