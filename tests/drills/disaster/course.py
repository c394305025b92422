"""How the disaster runs: under load, a backup, the loss, and the documented recovery step by step."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.drills.crew import NAMES, Crew
from tests.drills.disaster.backup import Backup
from tests.drills.disaster.business import Business, Written
from tests.drills.disaster.clerk import Clerk
from tests.drills.disaster.desk import Desk, Status
from tests.drills.disaster.standing import Standing
from tests.drills.http import Watched
from tests.drills.outages.sides import SCALE

OLD = 1800 * SCALE  # seconds that the backup is old at least
AWAY = 10.0  # seconds without any database
# How much of all orders may be begun until then; some are on their way at every moment.
BEFORE, DUMPED, LOST, GONE, LOCKED = 0.3, 0.4, 0.75, 0.85, 0.9
WHY = "the drill: the warehouse has sent all of it again"
Tell = Callable[[str], None]


@dataclass
class Times:
    """Seconds, from the first process that started on the restored database but where said otherwise."""

    old: float = 0.0  # the backup, when the database was lost
    restored: float = 0.0  # from the loss of the database
    locked: float = 0.0
    released: float = 0.0
    rested: float = 0.0  # from the release


@dataclass
class Course:
    """``wrong``: what the how-to says, and was not so. ``held``: jobs that waited for the release."""

    business: Business
    backup: Backup
    crew: Crew
    crossdock: Watched
    desk: Desk
    standing: Standing
    tell: Tell
    times: Times = field(default_factory=Times)
    wrong: list[str] = field(default_factory=list)
    again: int = 0
    held: int = 0

    def run(self, clerk: Clerk) -> None:
        self._work_and_back_up()
        self._lose()
        status = self._come_back()
        self._read_again(status)
        self.held = self.desk.release(WHY)
        released = time.monotonic()
        self.tell(f"Released: {self.held} jobs go on")
        self.business.goes_on(1.0, lambda: self.standing.rests(clerk), "work did not come to rest")
        self.times.rested = time.monotonic() - released

    def _work_and_back_up(self) -> None:
        hands = self.business.hands
        self.business.goes_on(BEFORE, lambda: hands.shipped > 0 and self.business.booked > 0, "nothing was shipped")
        self.backup.begin()
        self.business.goes_on(DUMPED, self.backup.is_done, "the backup was not taken")
        taken = time.monotonic()
        self.tell(f"The backup is taken ({self.backup.megabytes:.1f} MB): {hands.sold} orders are sold")
        least = (DUMPED + LOST) / 2
        ends = taken + OLD
        self.business.goes_on(
            LOST, lambda: time.monotonic() > ends and self.business.share >= least, "orders were not sold"
        )
        self.times.old = time.monotonic() - taken

    def _lose(self) -> None:
        lost = time.monotonic()
        for name in NAMES:
            self.crew.kill_only(name)
        self.backup.destroy()
        business = self.business
        self.tell(f"The database is lost: {business.hands.sold} orders are sold, {business.booked} shipments booked")
        business.goes_on(GONE, lambda: time.monotonic() > lost + AWAY, "time stood still")
        self.backup.restore()
        self.times.restored = time.monotonic() - lost

    def _come_back(self) -> Status:
        """Everything is started, and nothing else is done until it is locked."""
        before, began = self.business.written(), time.monotonic()
        for name in NAMES:
            self.crew.up(name)
        found: list[Status] = []
        self.business.goes_on(LOCKED, lambda: self._is_locked(found), "it was not locked by itself")
        self.times.locked = time.monotonic() - began
        self.tell(f"Locked after {self.times.locked:.0f} s: what happened after {found[-1].lost_after} is lost")
        self._wrote_nothing(before, "until it was locked")
        return found[-1]

    def _is_locked(self, found: list[Status]) -> bool:
        found.append(self.desk.status())
        return found[-1].lost_after is not None

    def _read_again(self, status: Status) -> None:
        before, began = self.business.written(), time.monotonic()
        if not self.crossdock.has_case("CD-9402"):
            self.wrong.append("It is locked, and no case CD-9402 says so")
        since = status.lost_after.timestamp() if status.lost_after else 0.0
        wms = self.business.people.wms
        self.again = wms.repeat(since)
        self.tell(f"The warehouse sends {self.again} messages again")
        self.business.goes_on(LOCKED, self._is_read, "both sides were not read again")
        self.times.released = time.monotonic() - began + self.times.locked
        self._wrote_nothing(before, "while it was locked")

    def _is_read(self) -> bool:
        """All steps are done, and whatever can come to its end has."""
        return self.standing.stands() and not self.desk.status().left

    def _wrote_nothing(self, before: Written, when: str) -> None:
        now = self.business.written()
        if now != before:
            self.wrong.append(f"Crossdock wrote {when}: {before} before, {now} now")
