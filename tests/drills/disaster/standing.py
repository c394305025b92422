"""Whether anything still goes on, once a backup was restored."""

import time
from dataclasses import dataclass, field

import psycopg

from integration.sandbox.day.crossdock import ROUTINE
from integration.sandbox.day.http import NoAnswer, Refused
from integration.sandbox.day.wms import Wms
from tests.drills.disaster.business import Business
from tests.drills.disaster.clerk import Clerk
from tests.drills.http import Watched

EVERY, LOOKS = 3.0, 4  # seconds between two looks that say the same, and how many of them
QUIET = 10  # looks: what was booked is polled again, and decided on, some seconds later
DONE = """
SELECT count(*) FILTER (WHERE finished_at IS NOT NULL), count(*) FILTER (WHERE finished_at IS NULL),
  count(*) FILTER (WHERE finished_at IS NULL AND failure_code = 'CD-9403')
FROM integration_syncjob WHERE flow <> ALL(%s)"""

ENDED = """
SELECT message.external_id FROM integration_inboundmessage AS message
JOIN integration_syncjob AS job ON job.inbound_id = message.id WHERE job.state = 'cancelled'"""


@dataclass
class Standing:
    database_url: str
    wms: Wms
    crossdock: Watched
    business: Business
    _seen: tuple[object, ...] = ()
    _times: int = 0
    _look_at: float = field(default=0.0)

    def stands(self) -> bool:
        """What could come to its end without a write has, and the rest waits."""
        return self._is_as_before(LOOKS, ())

    def rests(self, clerk: Clerk) -> bool:
        """Nothing is on its way any more, and the clerk has nothing to do: what heals by itself has had its time."""
        acted = clerk.look() if time.monotonic() > self._look_at and self._times >= LOOKS else 0
        return self._is_as_before(QUIET, (acted,)) and not self._moves()

    def ended(self) -> frozenset[str]:
        """The numbers of the messages that a person has seen to."""
        with psycopg.connect(self.database_url) as database:
            return frozenset(row[0] for row in database.execute(ENDED).fetchall())

    def _moves(self) -> bool:
        try:
            return bool(self.crossdock.moving())
        except (NoAnswer, Refused):
            return True

    def _is_as_before(self, looks: int, also: tuple[object, ...]) -> bool:
        if time.monotonic() < self._look_at:
            return False
        self._look_at = time.monotonic() + EVERY
        business = self.business
        played = (business.hands.played, business.errands.played, business.booked)
        with psycopg.connect(self.database_url) as database:
            jobs = database.execute(DONE, [list(ROUTINE)]).fetchone()
        seen = (self.wms.pending(), played, jobs, *also)
        self._times = self._times + 1 if seen == self._seen and not self.wms.pending() else 0
        self._seen = seen
        return self._times >= looks
