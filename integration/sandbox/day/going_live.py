"""The branch goes live: how it comes to it, deed by deed, and the table of what happens there."""

from collections.abc import Sequence
from dataclasses import dataclass

from integration.sandbox.day.branch import Branch
from integration.sandbox.day.by_hand import SHIPMENT, Book, Booked, Judge, Key, Seen, Sell, Ship, Take
from integration.sandbox.day.doing import Doing, Errand, People
from integration.sandbox.day.goods import CHAIR, LAMP, SHELF

RELEASE = "release"
FLOWS = (RELEASE, SHIPMENT)
KEYED = 4  # deliveries that people have keyed on both sides when it goes live
STANDING = KEYED + 3  # with those that are open
ASKED = "Compared for a while: it is ready"


@dataclass(frozen=True)
class Stand:
    """In shadow nothing more is done about it. ``open``: it waits for the branch to go live."""

    branch: Branch
    open: bool = False

    def play(self, people: People, doing: Doing) -> bool:
        self.branch.standing.add(doing.reference)
        return self.branch.live or not self.open


@dataclass(frozen=True)
class Live:
    """Sold once the branch is live."""

    branch: Branch

    def play(self, people: People, doing: Doing) -> bool:
        return self.branch.live


@dataclass(frozen=True)
class Gather:
    """All that is to happen in shadow has happened."""

    branch: Branch

    def play(self, people: People, doing: Doing) -> bool:
        return len(self.branch.standing) == STANDING


@dataclass(frozen=True)
class Go:
    """The supervisor has the flow go live as soon as it is a go: before, the button is not there."""

    branch: Branch
    flow: str

    def play(self, people: People, doing: Doing) -> bool:
        page = self.branch.office.flow(self.flow)
        if "live" in page.buttons:
            self.branch.counts[self.flow] = dict(page.counts)
            self.branch.office.press("rollout", page.number, "live", ASKED)
            page = self.branch.office.flow(self.flow)
        return page.is_live


@dataclass(frozen=True)
class Look:
    """What is open is looked at on both sides."""

    branch: Branch
    flow: str

    def play(self, people: People, doing: Doing) -> bool:
        page, asked = self.branch.office.flow(self.flow), ("look", self.flow)
        if asked not in self.branch.asked and "look" in page.buttons:
            self.branch.office.press("rollout", page.number, *asked[:1])
            self.branch.asked.add(asked)
            return False
        self.branch.counts[self.flow] |= page.counts
        return "take" in page.buttons


@dataclass(frozen=True)
class TakeOver:
    """What is open is taken over, once."""

    branch: Branch
    flow: str

    def play(self, people: People, doing: Doing) -> bool:
        page, asked = self.branch.office.flow(self.flow), ("take", self.flow)
        if asked not in self.branch.asked:
            self.branch.office.press("rollout", page.number, "take", "Nobody keys it any more")
            self.branch.asked.add(asked)
            return False
        return "look" in page.buttons and "take" not in page.buttons


@dataclass(frozen=True)
class Open:
    """From now on nobody keys anything."""

    branch: Branch

    def play(self, people: People, doing: Doing) -> bool:
        self.branch.live = True
        return True


def in_shadow(branch: Branch) -> Sequence[Errand]:
    """What people key, and what is open when it goes live."""
    asked = (Sell(branch), Seen(branch, RELEASE), Key(branch))
    left = (*asked, Ship(branch), Seen(branch, SHIPMENT))
    basket = ((CHAIR.sku, "2"), (LAMP.sku, "1"))
    keyed = Errand(
        "the branch, in shadow: keyed by people",
        (*left, Book(branch), Seen(branch, SHIPMENT, "agrees"), Stand(branch)),
        "compared, nothing written",
        basket,
    )
    slip = Errand(
        "the branch, in shadow: a tracking number mistyped",
        (*left, Book(branch, slip=True), Judge(branch), Stand(branch)),
        "found, judged, corrected by hand",
        basket,
    )
    known = Errand(
        "open there: keyed into the warehouse",
        (*asked, Stand(branch, open=True), Ship(branch), Booked(branch)),
        "known, never sent; booked by Crossdock",
        ((SHELF.sku, "3"),),
    )
    unknown = Errand(
        "open there: not keyed yet",
        (Sell(branch), Seen(branch, RELEASE), Stand(branch, open=True), Take(branch), Ship(branch), Booked(branch)),
        "sent, once",
        ((LAMP.sku, "4"),),
    )
    gone = Errand(
        "open there: shipped, and not in Odoo yet",
        (*left, Stand(branch, open=True), Booked(branch)),
        "booked by Crossdock, once",
        ((CHAIR.sku, "1"),),
    )
    return (*[keyed] * (KEYED - 1), slip, known, unknown, gone)


def gate(branch: Branch) -> Errand:
    goes = [Go(branch, flow) for flow in FLOWS]
    taken = [deed for flow in FLOWS for deed in (Look(branch, flow), TakeOver(branch, flow))]
    deeds = (Gather(branch), *goes, *taken, Open(branch))
    return Errand("the branch goes live", deeds, "by the gate; what is open is taken over")


def live(branch: Branch) -> Sequence[Errand]:
    deeds = (Live(branch), Sell(branch), Take(branch), Ship(branch), Booked(branch))
    after = Errand("the branch, live", deeds, "sent and booked by Crossdock", ((SHELF.sku, "1"), (LAMP.sku, "2")))
    return [after] * 2


def errands(branch: Branch) -> Sequence[Errand]:
    return (*in_shadow(branch), gate(branch), *live(branch))
