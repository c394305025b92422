"""Courtesy locks: who writes the same stock at the same time in Odoo waits seconds there for each other.

Measured on a real Odoo 18: three parallel validations of one product take ten seconds each instead of a tenth.
Nothing depends on these locks but speed: Odoo settles conflicts itself. So a lease is short, and a killed worker's
ends by itself.
"""

import random
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from integration.errors import Locked
from integration.jobs import failpoints, holders, sql
from integration.jobs.work import Work
from integration.models import ResourceLock

LOCK = ResourceLock._meta.db_table
LEASE_SECONDS = 20.0
PATIENCE_SECONDS = 2.0

_TAKE = f"""
WITH {sql.LAZY}, wanted AS (SELECT unnest(%(keys)s::text[]) AS key)
INSERT INTO {LOCK} (key, token, held_until)
SELECT key, %(token)s::uuid, now() + %(seconds)s::float8 * interval '1 second' FROM wanted, lazy
WHERE NOT EXISTS (SELECT FROM {LOCK} JOIN wanted USING (key) WHERE held_until > now())
ORDER BY key
ON CONFLICT (key) DO UPDATE SET token = EXCLUDED.token, held_until = EXCLUDED.held_until
WHERE {LOCK}.held_until <= now()"""  # noqa: S608  (a table name of our own)

_GIVE_BACK = f"WITH {sql.LAZY} DELETE FROM {LOCK} USING lazy WHERE token = %s"  # noqa: S608


@contextmanager
def held(work: Work, keys: Sequence[str]) -> Iterator[None]:
    """Holds all the keys or none. Raises Locked, which burns no attempt, when others keep them too long.

    Who only says what it would do writes nothing, and holds nothing.
    """
    if work.rehearsal is not None:
        yield
        return
    keys, token = sorted(set(keys)), holders.token()
    ends = time.monotonic() + PATIENCE_SECONDS
    while not _taken(token, keys):
        if time.monotonic() >= ends:
            busy = work.connection.name if work.connection else ""
            raise Locked("CD-1004", connection=busy, document=work.job.subject, retry_after=random.random())  # noqa: S311
        time.sleep(random.uniform(0.02, 0.1))  # noqa: S311
    failpoints.hit("holding_stock")
    try:
        yield
    finally:
        sql.run(_GIVE_BACK, [token])


def _taken(token: uuid.UUID, keys: Sequence[str]) -> bool:
    taken = sql.run(_TAKE, {"keys": keys, "token": token, "seconds": LEASE_SECONDS})
    if 0 < taken < len(keys):  # somebody came in between
        sql.run(_GIVE_BACK, [token])
    return taken == len(keys)
