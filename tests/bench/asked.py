"""What the command line asks for."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

# How many rounds each section has by default: many beside peers, few where a round takes minutes.
SECTIONS = {
    "jobs": 6,
    "backlog": 3,
    "hot": 6,
    "urgent": 2,
    "processes": 6,
    "webhooks": 6,
    "flows": 6,
    "latency": 1,
    "memory": 1,
    "pages": 1,
    "stock": 1,
    "beside": 3,
    "rules": 6,
}


@dataclass(frozen=True)
class Asked:
    """``seconds`` of webhooks and ``jobs`` that do nothing, in each round. ``every``: rounds of all sections."""

    every: int | None
    jobs: int
    orders: int
    seconds: float
    sections: tuple[str, ...]

    def rounds(self, section: str) -> int:
        return self.every or SECTIONS[section]


def read(arguments: Sequence[str]) -> Asked:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="Measures Crossdock beside its peers, in rounds that take turns."
    )
    usual = ", ".join(f"{name} {rounds}" for name, rounds in SECTIONS.items())
    parser.add_argument("--rounds", type=int, help=f"of each section (default: {usual})")
    parser.add_argument("--jobs", type=int, default=1500, help="that do nothing, in a round (default: 1500)")
    parser.add_argument("--orders", type=int, default=100, help="in a round; a quarter is shipped (default: 100)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of webhooks in a round (default: 4)")
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []], help=f"some of {', '.join(SECTIONS)}")
    found = parser.parse_args(arguments)
    sections = tuple(found.sections or SECTIONS)
    return Asked(found.rounds, found.jobs, found.orders, found.seconds, sections)
