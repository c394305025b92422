"""The person who restores: asks `manage.py recovery` what is missing, has it done, and releases."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from config.local.errors import LocalError
from tests.drills.manage import manage

LOST = re.compile(r"^Lost: what happened after (.+) UTC\.$", re.MULTILINE)
STEP = re.compile(r"^- (?!have )(.+?): (.+)$", re.MULTILINE)
WAITING = re.compile(r"^(\d+) jobs have come as far as a write and wait\.$", re.MULTILINE)
GO_ON = re.compile(r"^Released: (\d+) jobs go on\.$", re.MULTILINE)
DONE = "done"


@dataclass(frozen=True)
class Status:
    """``lost_after`` None: nothing is locked. ``left``: what the command lists as missing."""

    lost_after: datetime | None = None
    left: Sequence[str] = ()
    waiting: int = 0


class Desk:
    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def status(self) -> Status:
        """By the words that a person reads. Raises LocalError."""
        return read(manage(self._env, "recovery", "status"))

    def release(self, why: str) -> int:
        """Returns how many jobs go on. Raises LocalError while something is missing."""
        said = manage(self._env, "recovery", "release", "--why", why)
        found = GO_ON.search(said)
        if found is None:
            raise LocalError(f"manage.py recovery release: {said}")
        return int(found[1])


def read(said: str) -> Status:
    lost, waiting = LOST.search(said), WAITING.search(said)
    if lost is None or waiting is None:
        return Status()
    moment = datetime.fromisoformat(lost[1]).replace(tzinfo=UTC)
    left = [step for step, what in STEP.findall(said) if what != DONE]
    return Status(moment, left, int(waiting[1]))
