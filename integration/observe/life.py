"""Whether somebody does the work: signs of life of workers, and a beat that leads."""

import socket
from dataclasses import dataclass

from integration.jobs import canaries, lease
from integration.models import Canary


@dataclass(frozen=True, slots=True)
class Life:
    """``leader``: machine and process of the beat that leads; empty when none does. ``term`` counts the changes."""

    workers: int
    leader: str
    term: int = 0

    @property
    def missing(self) -> str:
        """What nobody does at the moment, for people; empty when all is well."""
        if not self.workers:
            return "no worker gives a sign of life"
        return "" if self.leader else "no beat leads"


def everywhere() -> Life:
    held = lease.leader()
    return Life(canaries.alive(Canary.Kind.WORKER).count(), held.node if held else "", held.term if held else 0)


def missing_here(kind: Canary.Kind) -> str:
    """Empty when a process of that kind on this machine, or in this container, lives."""
    if canaries.alive(kind, host=socket.gethostname()).exists():
        return ""
    return f"no {kind.value} of {socket.gethostname()} gave a sign of life for {canaries.silence(kind):g} s"
