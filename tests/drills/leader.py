"""The leading beat stands still for longer than its lease, and wakes when another one leads."""

import os
import signal
import time

import psycopg

LEADER = "SELECT term, node FROM integration_beatlease WHERE held_until > now()"
FIRST_OF = """
SELECT EXTRACT(EPOCH FROM min(slot.started_at) - %s)::float FROM integration_beatslot slot WHERE slot.term > %s"""
NOW = "SELECT now()"
AWAKE = 5.0  # seconds beside the new leader, in which it could do harm


class FrozenLeader:
    note = ""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._woken = 0.0

    def begin(self) -> None:
        with psycopg.connect(self._url) as database:
            [(self._term, node)] = database.execute(LEADER).fetchall()
            self._pid = int(node.rpartition(":")[2])
            os.kill(self._pid, signal.SIGSTOP)
            [(self._stopped,)] = database.execute(NOW).fetchall()

    def is_done(self) -> bool:
        if self._woken:
            return time.monotonic() - self._woken > AWAKE
        with psycopg.connect(self._url) as database:
            [(seconds,)] = database.execute(FIRST_OF, [self._stopped, self._term]).fetchall()
        if seconds is not None:
            self.note = f"another one led and started a slot after {seconds:.1f} s"
            os.kill(self._pid, signal.SIGCONT)
            self._woken = time.monotonic()
        return False
