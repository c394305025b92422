"""The person at the console: a job whose worker died three times is theirs, and they let it try again.

While acts are drilled they try the stray shipment again and again as well, which changes nothing but the audit log.
"""

from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.http import NoAnswer, Refused
from integration.sandbox.day.troubles import STRAY_SHIPMENT
from tests.drills.http import Balanced

POISON = "CD-9001"


class Person:
    """``answered`` and ``lost``: acts that were said to be done, and those that nobody answered."""

    def __init__(self, web: Balanced, crossdock: Crossdock) -> None:
        self._web, self._crossdock = web, crossdock
        self.retried = self.answered = self.lost = 0

    def look(self, *, busy: bool) -> None:
        try:
            for job in self._crossdock.waiting():
                if job["failure_code"] == POISON:
                    self.retried += self._retry(job["id"])
                elif busy and STRAY_SHIPMENT in job["subject"]:
                    self._retry(job["id"])
        except (NoAnswer, Refused):
            return

    def _retry(self, job: int) -> bool:
        try:
            self._web.post(f"/jobs/{job}/retry", {})
        except NoAnswer:
            self.lost += 1
            return False
        except Refused:  # it went on meanwhile, or the database was away
            return False
        self.answered += 1
        return True
