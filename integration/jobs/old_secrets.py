"""Whether a partner still signs with the secret before the last: it is then not to be taken away yet."""

import time

from integration.jobs import sql
from integration.models import Connection, KeyRotation

NAME = "signing_previous"
TOLD_EVERY = 10.0  # seconds, in each process, of a connection

_USED = f"""
UPDATE {KeyRotation._meta.db_table} SET old_used_at = now()
WHERE connection_id = %s AND kind = 'signing' AND state = 'both'"""  # noqa: S608  (a table of our own)
_told: dict[int, float] = {}


def used(connection: Connection) -> None:
    now = time.monotonic()
    if now - _told.get(connection.pk, -TOLD_EVERY) >= TOLD_EVERY:
        _told[connection.pk] = now
        sql.run(_USED, [connection.pk])
