"""What a message says that the contract does not know: where, without the places in lists."""

import re
from collections.abc import Iterable

LONGEST = 120
REST = "(more)"  # of a message with very many, or of a connection
_MORE = re.compile(r"and \d+ more")


def places(drift: Iterable[str]) -> list[str]:
    """Each place once, sorted: ``data.lines.0.colour`` and ``data.lines.7.colour`` are ``data.lines[].colour``."""
    return sorted({REST if _MORE.fullmatch(path) else collapsed(path) for path in drift})


def collapsed(path: str) -> str:
    steps: list[str] = []
    for step in path.split("."):
        if step.isdigit() and steps:
            steps[-1] += "[]"
        else:
            steps.append(step)
    return ".".join(steps)[:LONGEST] or REST
