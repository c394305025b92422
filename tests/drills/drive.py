"""The load: sold and shipped as fast as all is booked, while everything else goes wrong, until it is at rest."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.http import NoAnswer, Refused
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.scenes import STRAY_CODE
from integration.sandbox.day.wms import Wms
from tests.drills.asked import Asked
from tests.drills.crew import Crew
from tests.drills.errands import Errands
from tests.drills.failpoints import Failpoints
from tests.drills.hands import Hands
from tests.drills.person import Person
from tests.drills.troubles import Troubles
from tests.drills.victims import Victims

TICK, LOOK_EVERY, TELL_EVERY = 0.1, 1.0, 10.0
LOOKS = 10  # a look may take a tenth of the time: the more there is to count, the fewer of them
LONGER = 120.0  # seconds without any hit, after which failpoints that were hit too seldom are given up
RESTS = 3  # looks in a row: what was just booked is read back from Odoo, and decided on, a moment later
PATIENCE = 120.0  # so long without a change, and the drill is over as it is


@dataclass
class Pace:
    """When what was done last, by the monotonic clock. ``booked``: shipments that Odoo had booked then."""

    started: float
    changed: float
    look_at: float = 0.0
    told: float = 0.0
    booked: int = 0
    rests: int = 0


@dataclass(frozen=True)
class Load:
    """Everything that a drill moves."""

    asked: Asked
    odoo: Odoo
    wms: Wms
    crossdock: Crossdock
    person: Person
    hands: Hands
    crew: Crew
    failpoints: Failpoints
    victims: Victims
    troubles: Troubles
    patience: float = PATIENCE
    longer: float = LONGER
    errands: Errands = field(default_factory=Errands)

    def run(self, tell: Callable[[str], None]) -> float:
        """Returns the seconds that it took to come to rest, or to where nothing changes any more."""
        now = time.monotonic()
        pace, standing = Pace(now, now), None
        while time.monotonic() - pace.changed < self.patience:
            self._work(pace)
            self._break(pace)
            if time.monotonic() > pace.look_at:
                if self._look(pace, tell):
                    break
                seen = self._seen(pace)
                pace.changed = pace.changed if seen == standing else time.monotonic()
                standing = seen
                self._tell(pace, tell)
            time.sleep(TICK)
        return time.monotonic() - pace.started

    def _seen(self, pace: Pace) -> tuple[object, ...]:
        """What changes as long as anything goes on."""
        return pace.booked, self.hands.played, self.errands.played, self.failpoints.hits.total()

    def _work(self, pace: Pace) -> None:
        if self._wants_more():
            self.hands.sell_more()
            self.errands.do_more()
        self.hands.sell(pace.booked)
        self.hands.ship()
        self.errands.work(self._share())
        if not (self.hands.planned_is_over and self.errands.planned_is_over):
            self.failpoints.may_still_be_hit()

    def _wants_more(self) -> bool:
        """A failpoint needs work to be hit, and after a trouble work must go on."""
        return not self.troubles.over or not (self.failpoints.enough or self._is_hopeless())

    def _break(self, pace: Pace) -> None:
        """Kills go on until all was sold and broken, and every failpoint was hit often enough."""
        self.crew.revive()
        if self._share() >= 1 and self.troubles.over and (self.failpoints.enough or self._is_hopeless()):
            self.failpoints.disarm()
            return
        self.failpoints.look(self._done(pace))
        self.victims.look()

    def _is_hopeless(self) -> bool:
        return time.monotonic() - self.failpoints.hit_at > self.longer

    def _look(self, pace: Pace, tell: Callable[[str], None]) -> bool:
        """True: all is at rest."""
        began = time.monotonic()
        booked = self._booked()
        pace.booked = pace.booked if booked is None else booked
        for name in self.troubles.look(self._share(), booked):
            tell(name)
        self.failpoints.wake()
        if self.failpoints.is_armed("after_breaker"):
            self.troubles.refuse()
        self.person.look(busy=self.failpoints.is_armed("in_act"))
        pace.rests = pace.rests + 1 if self._at_rest() else 0
        pace.look_at = time.monotonic() + max(LOOK_EVERY, LOOKS * (time.monotonic() - began))
        return pace.rests == RESTS

    def _share(self) -> float:
        """How much of what is planned is done."""
        return self.hands.sold / self.asked.orders

    def _done(self, pace: Pace) -> float:
        """How much of it is booked."""
        return 1.0 if self.hands.over else pace.booked / self.asked.orders

    def _at_rest(self) -> bool:
        played = self.hands.over and self.errands.over
        if not (played and self.troubles.over and not self._wants_more()) or self.wms.pending():
            return False
        try:
            return not self.crossdock.moving() and not self._has_cases()
        except (NoAnswer, Refused):
            return False

    def _has_cases(self) -> bool:
        """Cases close themselves: of an outage with the next probe, of a count when it is judged again."""
        return any(case["code"] != STRAY_CODE for case in self.crossdock.cases())

    def _booked(self) -> int | None:
        """Deliveries that are done; None: Odoo does not say."""
        try:
            return int(self.odoo.call("stock.picking", "search_count", [["state", "=", "done"], *self._ours()]))
        except NoAnswer:
            return None

    def _ours(self) -> list[list[object]]:
        """All that was sold in this Odoo."""
        return [["sale_id", "!=", False], ["picking_type_code", "=", "outgoing"]]

    def _tell(self, pace: Pace, tell: Callable[[str], None]) -> None:
        if time.monotonic() - pace.told < TELL_EVERY:
            return
        pace.told = time.monotonic()
        kills, hits = self.victims.kills, self.failpoints.hits.total()
        sold, errands = f"{self.hands.sold} sold, {pace.booked} shipments booked", self.errands.told
        tell(f"{sold}{errands}, {kills} workers killed, {hits} hits of failpoints")
