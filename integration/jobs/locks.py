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

from django.db import connection, transaction

from integration.errors import Locked
from integration.jobs import failpoints
from integration.jobs.work import Work
from integration.models import ResourceLock

LOCK = ResourceLock._meta.db_table
LEASE_SECONDS = 20.0
PATIENCE_SECONDS = 2.0

_TAKE = f"""
INSERT INTO {LOCK} (key, token, held_until)
SELECT key, %s::uuid, now() + %s * interval '1 second' FROM unnest(%s::text[]) key ORDER BY key
ON CONFLICT (key) DO UPDATE SET token = EXCLUDED.token, held_until = EXCLUDED.held_until
WHERE {LOCK}.held_until <= now()"""  # noqa: S608  (a table name of our own)


@contextmanager
def held(work: Work, keys: Sequence[str]) -> Iterator[None]:
    """Holds all the keys or none. Raises Locked, which burns no attempt, when others keep them too long."""
    token = uuid.uuid4()
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
        ResourceLock.objects.filter(token=token).delete()


def _taken(token: uuid.UUID, keys: Sequence[str]) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, [token, LEASE_SECONDS, list(keys)])
        if cursor.rowcount == len(set(keys)):
            return True
        transaction.set_rollback(True)
        return False
