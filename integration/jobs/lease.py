"""Who of several leads: a row that runs out by PostgreSQL's clock, and a term that counts the changes.

One statement each, committed by the server: a process that freezes holds no lock that others would wait for.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from integration.jobs import sql
from integration.models import BeatLease

LEASE = BeatLease._meta.db_table
NAME = "beat"

_HOLD = f"""
INSERT INTO {LEASE} AS held (name, holder, node, term, held_until)
VALUES ('{NAME}', %(holder)s, %(node)s, 1, now() + %(seconds)s::float8 * interval '1 second')
ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, node = EXCLUDED.node, held_until = EXCLUDED.held_until,
  term = held.term + (held.holder <> EXCLUDED.holder OR held.held_until <= now())::int
WHERE held.holder = EXCLUDED.holder OR held.held_until <= now()
RETURNING term, now()"""  # noqa: S608  (table names of our own)

_END = f"UPDATE {LEASE} SET held_until = now() WHERE name = '{NAME}' AND holder = %s AND held_until > now()"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Term:
    """``now`` is PostgreSQL's time when the lease was last taken or extended."""

    number: int
    now: datetime


def hold(holder: uuid.UUID, node: str, seconds: float) -> Term | None:
    """Takes the lease, or keeps it; None while another one holds it."""
    found = sql.rows(_HOLD, {"holder": holder, "node": node[:100], "seconds": seconds})
    return Term(*found[0]) if found else None


def end(holder: uuid.UUID) -> None:
    """Lets another one lead at once."""
    sql.run(_END, [holder])


def leader() -> BeatLease | None:
    """None when nobody leads now."""
    rows = BeatLease.objects.raw(f"SELECT * FROM {LEASE} WHERE name = '{NAME}' AND held_until > now()")  # noqa: S608
    return next(iter(rows), None)
