"""Each slot of a schedule is started once: its row and what it starts are one transaction."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import connection, transaction

from integration.jobs import sql
from integration.jobs.lease import LEASE, NAME
from integration.models import BeatSlot

SLOT = BeatSlot._meta.db_table
FREEZE_SECONDS = 5  # of a process that stops within its transaction; then PostgreSQL ends that for it
KEPT_DAYS = 2

_LAST = f"""
SELECT name, (SELECT max(slot) FROM {SLOT} WHERE schedule = name) FROM unnest(%s::text[]) AS names(name)"""  # noqa: S608

_BEGIN = f"""
INSERT INTO {SLOT} (schedule, slot, term)
SELECT %(schedule)s, %(slot)s, term FROM {LEASE}
WHERE name = '{NAME}' AND term = %(term)s AND held_until > now()
ON CONFLICT (schedule, slot) DO NOTHING"""  # noqa: S608

_FORGET = f"""
DELETE FROM {SLOT} AS old WHERE started_at < now() - %s * interval '1 day'
  AND slot < (SELECT max(slot) FROM {SLOT} WHERE schedule = old.schedule)"""  # noqa: S608


def last(schedules: Iterable[str]) -> dict[str, datetime | None]:
    """The latest slot of each schedule that was started."""
    return dict(sql.rows(_LAST, [list(schedules)]))


def start(schedule: str, slot: datetime, term: int, begin: Callable[[], None]) -> bool:
    """Runs ``begin`` in the slot's transaction; False when the slot was started already, or the term is over.

    Whoever freezes in here would make the next leader wait for the row: PostgreSQL ends the transaction instead.
    """
    with transaction.atomic():
        _never_freeze()
        if not sql.run(_BEGIN, {"schedule": schedule, "slot": slot, "term": term}):
            return False
        begin()
    return True


def forget() -> int:
    """Removes old rows, but for the latest of each schedule, which tells what is owed; returns how many."""
    return sql.run(_FORGET, [KEPT_DAYS])


def _never_freeze() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{FREEZE_SECONDS}s'")
