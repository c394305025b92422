"""Who holds a stream, a call slot or a lock: the token names the process, so that what a dead one held is free at once.

All of them run out by themselves, but only when a call of their holder could have ended. A worker looks at the others
of its own machine (or container), where it can tell a process that is gone; on other systems than Linux it cannot.
"""

import hashlib
import itertools
import os
import secrets
import socket
import struct
import uuid
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from integration.jobs import sql
from integration.models import RemoteSlot, ResourceLock, Stream, SyncJob

STREAM, JOB = Stream._meta.db_table, SyncJob._meta.db_table
SLOT, LOCK = RemoteSlot._meta.db_table, ResourceLock._meta.db_table
LAYOUT = struct.Struct(">IIII")  # machine, process, when the process started, a number of its own
ENDED = ("Z", "X")  # it is gone, and its parent has not looked yet
_numbers = itertools.count(secrets.randbits(32))

# Streams by what runs in them: few, whatever waits.
_HELD = f"""
SELECT claim_token FROM {STREAM}
WHERE id IN (SELECT stream_id FROM {JOB} WHERE state = 'running') AND claimed_until > now()
UNION SELECT token FROM {SLOT} WHERE leased_until > now()
UNION SELECT token FROM {LOCK} WHERE held_until > now()"""  # noqa: S608  (table names of our own)
_FREE = (
    f"""UPDATE {STREAM} SET claimed_until = now() WHERE claimed_until > now() AND claim_token = ANY(%(tokens)s::uuid[])
    AND id IN (SELECT stream_id FROM {JOB} WHERE state = 'running')""",  # noqa: S608
    f"UPDATE {SLOT} SET token = NULL, leased_until = NULL WHERE token = ANY(%(tokens)s::uuid[])",  # noqa: S608
    f"DELETE FROM {LOCK} WHERE token = ANY(%(tokens)s::uuid[])",  # noqa: S608
)


def token() -> uuid.UUID:
    """A new one of this process."""
    return uuid.UUID(bytes=LAYOUT.pack(*_process(os.getpid()), next(_numbers) % 2**32))


def free_what_dead_ones_hold() -> int:
    """Of processes of this machine; returns of how many tokens."""
    gone = dead(held for (held,) in sql.rows(_HELD, []))
    for statement in _FREE if gone else ():
        sql.run(statement, {"tokens": gone})
    return len(gone)


def dead(tokens: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """Those whose process is known to be gone."""
    own, _, _ = _process(os.getpid())
    return [each for each in tokens if _is_gone(own, *LAYOUT.unpack(each.bytes)[:3])]


def _is_gone(own: int, machine: int, pid: int, started: int) -> bool:
    return machine == own and started != 0 and _started(pid) != started


@cache
def _process(pid: int) -> tuple[int, int, int]:
    """As in a token, of this process."""
    return _machine(), pid, _started(pid)


def _started(pid: int) -> int:
    """In ticks since the machine started; 0 for a process that is gone, or where nobody can tell."""
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if state in ENDED else int(rest[18]) % 2**32


def _machine() -> int:
    """The same for all processes that see each other: a user may be kept from seeing those of others."""
    try:
        names = os.readlink("/proc/self/ns/pid"), Path("/proc/sys/kernel/random/boot_id").read_text()
    except OSError:
        names = "", ""
    told = "\n".join([socket.gethostname(), str(os.getuid()), *names])
    return int.from_bytes(hashlib.sha256(told.encode()).digest()[:4])
