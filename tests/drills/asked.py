"""What the command line asks for."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """``seconds`` over which the orders are sold; ``hits`` of each failpoint; ``kill_every`` so many seconds."""

    orders: int
    seconds: float
    hits: int
    kill_every: float


def read(arguments: Sequence[str]) -> Asked:
    parser = argparse.ArgumentParser(
        prog="python -m tests.drills", description="Kills and breaks things under load; fails unless both sides agree."
    )
    parser.add_argument("--orders", type=int, default=120, help="how many (default: 120)")
    parser.add_argument("--seconds", type=float, default=90.0, help="over which they are sold (default: 90)")
    parser.add_argument("--hits", type=int, default=3, help="of each failpoint (default: 3)")
    parser.add_argument("--kill-every", type=float, default=10.0, help="seconds between two kill -9 (default: 10)")
    return Asked(**vars(parser.parse_args(arguments)))
