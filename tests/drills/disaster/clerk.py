"""The person at the exception queue after a restore: ends what docs/status.md says that stops at a person."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from integration.sandbox.day.http import NoAnswer, Refused
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.troubles import STRAY_SHIPMENT
from tests.drills.http import Balanced, Watched

DRAFT, ANSWER, SHIPMENT, RETURNED = "CD-8105", "CD-4009", "CD-5001", "CD-7019"
# What was told again, is done in Odoo, and cannot be told from what somebody did there: the known limits.
KNOWN: Mapping[str, str] = {
    DRAFT: "an invoice or bill that was being made: a draft in Odoo that nothing tells from a person's",
    ANSWER: "an answer to a change, or to a backorder's own release, that was sent since the backup",
    SHIPMENT: "a shipment of a backorder that was released by itself since the backup",
    RETURNED: "an answer to the advice of a return that was sent since the backup, and is done in Odoo",
    "CD-7041": "goods that came back for it, and are done in Odoo",
    "CD-8005": "an adjustment or count that was told before",
}
SAID = {"resolution": "Odoo shows it as done: it was booked before the database was lost"}
BY_NAME, BY_ID = "name", "id"


class Clerk:
    """``ended``: cases by code, each once."""

    def __init__(self, odoo: Odoo, web: Balanced, crossdock: Watched) -> None:
        self._odoo, self._web, self._crossdock = odoo, web, crossdock
        self._seen: dict[int, str] = {}

    @property
    def ended(self) -> Counter[str]:
        return Counter(self._seen.values())

    def look(self) -> int:
        """Returns how many cases were worked on now."""
        before = len(self._seen)
        try:
            for case in self._crossdock.cases():
                if case["code"] in KNOWN and case["id"] not in self._seen and not _is_stray(case):
                    self._end(case)
                    self._seen[case["id"]] = case["code"]
        except (NoAnswer, Refused):  # a job of it runs: the next look
            pass
        return len(self._seen) - before

    def _end(self, case: Mapping[str, Any]) -> None:
        """As the case says. What was done in Odoo is noticed by itself."""
        if case["code"] == DRAFT:
            drafts = self._odoo.rows("account.move", _named(case["context"]["entry"]), [BY_NAME])
            self._odoo.call("account.move", "unlink", [draft["id"] for draft in drafts])
        else:
            self._web.post(f"/cases/{case['id']}/done_by_hand", SAID)


def _is_stray(case: Mapping[str, Any]) -> bool:
    return bool(case["context"].get("shipment") == STRAY_SHIPMENT)


def _named(entry: str) -> Sequence[Sequence[object]]:
    """A draft that has no name yet is called by its id."""
    kind, _, number = entry.rpartition(" ")
    told = [BY_ID, "=", int(number)] if kind == "draft" else [BY_NAME, "=", entry]
    return [told, ["state", "=", "draft"]]
