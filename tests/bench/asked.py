"""What the command line asks for."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

SECTIONS = ("jobs", "backlog", "hot", "processes", "memory", "flows", "webhooks")


@dataclass(frozen=True)
class Asked:
    """``seconds`` of webhooks and ``jobs`` that do nothing, in each round."""

    rounds: int
    jobs: int
    orders: int
    seconds: float
    sections: tuple[str, ...]


def read(arguments: Sequence[str]) -> Asked:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="Measures Crossdock beside its peers, in rounds that take turns."
    )
    parser.add_argument("--rounds", type=int, default=3, help="of each measurement (default: 3)")
    parser.add_argument("--jobs", type=int, default=1500, help="that do nothing, in a round (default: 1500)")
    parser.add_argument("--orders", type=int, default=100, help="in a round; a quarter is shipped (default: 100)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of webhooks in a round (default: 4)")
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []], help=f"some of {', '.join(SECTIONS)}")
    found = parser.parse_args(arguments)
    sections = tuple(found.sections or SECTIONS)
    return Asked(found.rounds, found.jobs, found.orders, found.seconds, sections)
