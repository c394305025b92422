"""The words of `manage.py recovery` are read as a person reads them."""

from datetime import UTC, datetime

from tests.drills.disaster.desk import Status, read

LOCKED = """Locked since 2026-05-04 10:31:07 UTC. Seen by itself: it is 3 counts behind what Valkey has seen.
Lost: what happened after 2026-05-04 10:00:00 UTC.
- calls from before cannot land any more: Calls from before may still land: try again in 2 s.
- Odoo is read again: done
- have Main warehouse WMS send again every message since then
7 jobs have come as far as a write and wait."""
LOST = datetime(2026, 5, 4, 10, tzinfo=UTC)


def test_what_is_missing_is_listed_until_it_is_done() -> None:
    assert read(LOCKED) == Status(LOST, ["calls from before cannot land any more"], 7)
    assert read(LOCKED.replace("Calls from before may still land: try again in 2 s.", "done")) == Status(LOST, [], 7)


def test_a_database_that_is_not_locked_has_nothing_to_wait_for() -> None:
    assert read("Nothing is locked.") == Status()
