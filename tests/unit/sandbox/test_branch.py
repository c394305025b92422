"""The branch's proof finds an order that is there twice, told by the wrong one, or booked otherwise than it left."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from integration.sandbox.day import branch_proof, doing, goods
from integration.sandbox.day.branch import Branch, mistyped, open_branch, tracking
from integration.sandbox.day.by_hand import SHIPMENT, Key, Take, delivery
from integration.sandbox.day.doing import LOOK_AGAIN, Doing, People
from integration.sandbox.day.going_live import FLOWS, RELEASE, errands
from integration.sandbox.day.odoo import Odoo, OdooAddress
from integration.sandbox.day.office import Flow
from integration.sandbox.day.proof import Shadowed, Verdict
from integration.sandbox.day.sales import UNASKED
from integration.sandbox.day.trade import Trade
from integration.sandbox.day.wms import Wms
from integration.sandbox.odoo.server import SandboxOdoo
from integration.sandbox.wms import SandboxWms
from integration.sandbox.wms.world import Behaviour

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTAwMDE="
COUNTS = {
    RELEASE: {"Compared": 4, "the warehouse knows it": 2, "to be done by Crossdock": 1},
    SHIPMENT: {"Compared": 4, "Differ: the human was wrong": 1, "to be done by Crossdock": 1},
}
STEPS = ({"spite", "look"}, {"live", "look"}, {"look"}, {"look", "take"}, {"look"})
SLIP, KNOWN, UNKNOWN = 3, 4, 5


class Agreeing:
    """The console of a Crossdock that shows everything at the second look; ``acts``: what was pressed."""

    def __init__(self) -> None:
        self.acts: list[str] = []
        self._step = dict.fromkeys(FLOWS, 0)
        self._asked: set[tuple[str, ...]] = set()

    def shadow(self, *asked: str) -> int:
        known = asked in self._asked
        self._asked.add(asked)
        return int(known)

    def flow(self, name: str) -> Flow:
        self._step[name] += (name,) in self._asked and not self._step[name]
        self._asked.add((name,))
        return Flow(FLOWS.index(name), frozenset(STEPS[self._step[name]]), COUNTS[name])

    def press(self, _table: str, number: int, act: str, _reason: str = "") -> None:
        """What is not offered does nothing."""
        self.acts.append(act)
        if act in STEPS[self._step[FLOWS[number]]] and act != "human":
            self._step[FLOWS[number]] += 1


@dataclass
class Yard:
    """``office``: the same that the branch has, with a Crossdock behind it that this test plays."""

    people: People
    branch: Branch
    office: Agreeing
    doings: list[Doing]

    def play(self) -> None:
        for _ in range(40):
            for each in self.doings:
                if self.branch.live and each.id:
                    self._crossdock(each)
                each.look_at -= LOOK_AGAIN
            doing.play(self.people, self.doings)

    def _crossdock(self, each: Doing) -> None:
        """Tells the warehouse of what it is to send, and books what has left."""
        wms, row = self.branch.wms, delivery(self.people, each)
        if any(isinstance(deed, Take) for deed in each.scene.deeds) and not wms.held(each.name):
            wms.key(f"out-{each.number}", Key.order(self.people, each))
        if row["state"] != "done" and any(held["shipments"] for held in wms.held(each.name)):
            self.write(each, {"carrier_tracking_ref": tracking(each)})
            self.people.odoo.call("stock.picking", "button_validate", [row["id"]], context=UNASKED)

    def write(self, each: Doing, values: dict[str, Any]) -> None:
        """Onto its delivery."""
        self.people.odoo.call("stock.picking", "write", [delivery(self.people, each)["id"]], values)

    def verdict(self) -> Verdict:
        found = Verdict()
        branch_proof.judge(self.people, self.branch, self.doings, found)
        return found


@pytest.fixture
def yard() -> Iterator[Yard]:
    with SandboxOdoo(version="18", seed="empty") as server, SandboxWms(SECRET, behaviour=Behaviour(None)) as wms:
        odoo = Odoo(OdooAddress(server.url, server.db, server.login, server.api_key))
        trade: Any = Trade
        people = People(odoo, Wms(wms.url), goods.open_shop(odoo, 1), trade)
        office = Agreeing()
        console: Any = office
        branch = Branch(Wms(wms.url), console)
        open_branch(people, branch)
        yield Yard(people, branch, office, doing.plan(errands(branch)))


def test_the_branch_goes_live_by_its_gate_and_every_order_is_there_once(yard: Yard) -> None:
    yard.play()
    assert [each.scene.name for each in yard.doings if not each.is_over] == []
    assert yard.office.acts == ["human", "live", "live", "look", "take", "look", "take"]
    assert (yard.verdict().shadowed, yard.verdict().wrong) == (Shadowed(4, 1, 2, 1, 1, orders=9), [])


def told_twice(yard: Yard, each: Doing) -> None:
    yard.branch.wms.key("again", {**Key.order(yard.people, each), "release": "WEST/OUT/99999"})


def mistyped_still(yard: Yard, each: Doing) -> None:
    yard.write(each, {"carrier_tracking_ref": mistyped(tracking(each))})


def one_less(yard: Yard, each: Doing) -> None:
    row = delivery(yard.people, each)
    [move, *_] = yard.people.odoo.rows("stock.move", [["picking_id", "=", row["id"]]], ["quantity"])
    yard.people.odoo.call("stock.move", "write", [move["id"]], {"quantity": move["quantity"] - 1})


def forgotten(yard: Yard, _each: Doing) -> None:
    yard.branch.counts[RELEASE]["the warehouse knows it"] = 1


@pytest.mark.parametrize(
    ("place", "spoil", "said"),
    [
        (KNOWN, told_twice, "the warehouse was to have it once, and had it 2 times"),
        (SLIP, mistyped_still, "tracking: the warehouse says 1ZW000457, Odoo says 1ZW000475"),
        (UNKNOWN, one_less, "4 x LAMP-LED were asked for, 4 x LAMP-LED left, and Odoo says 3 x LAMP-LED"),
        (KNOWN, forgotten, "the branch went live otherwise than planned"),
    ],
)
def test_what_is_not_as_it_should_be_is_named(
    yard: Yard, place: int, spoil: Callable[[Yard, Doing], None], said: str
) -> None:
    yard.play()
    spoil(yard, yard.doings[place])
    [wrong] = yard.verdict().wrong
    assert said in wrong.text


def test_who_told_the_warehouse_is_looked_at(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    yard.play()
    monkeypatch.setattr(branch_proof, "KEYED", "out-")
    said = {wrong.text.partition(": ")[2] for wrong in yard.verdict().wrong}
    assert said == {
        "people were to tell the warehouse, and somebody else did",
        "Crossdock was to tell the warehouse, and somebody else did",
    }
