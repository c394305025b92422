"""Rounds become medians and spreads; ratios are taken within a round, because the machine drifts between rounds."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from rich import box
from rich.console import Console
from rich.table import Table

WIDTH = 118


@dataclass(frozen=True)
class Row:
    """One figure of every round. ``goal``: what it is compared with, in words; ``good`` None: no goal of its own."""

    section: str
    name: str
    unit: str
    rounds: tuple[float, ...]
    goal: str = ""
    good: bool | None = None

    @property
    def median(self) -> float:
        return median(self.rounds)


def ratio(
    section: str, name: str, ours: Sequence[float], theirs: Sequence[float], *, least: float | None = None
) -> Row:
    """Ours over theirs, round by round."""
    rounds = tuple(mine / other for mine, other in zip(ours, theirs, strict=True))
    goal = f">= {least:g}" if least is not None else ""
    return Row(section, name, "x", rounds, goal, None if least is None else median(rounds) >= least)


def at_least(section: str, name: str, unit: str, rounds: Sequence[float], least: float) -> Row:
    return Row(section, name, unit, tuple(rounds), f">= {least:g}", median(rounds) >= least)


def at_most(section: str, name: str, unit: str, rounds: Sequence[float], most: float) -> Row:
    return Row(section, name, unit, tuple(rounds), f"<= {most:g}", median(rounds) <= most)


def figure(section: str, name: str, unit: str, rounds: Sequence[float]) -> Row:
    return Row(section, name, unit, tuple(rounds))


def show(rows: Sequence[Row], console: Console) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading, right in (("", False), ("", False), ("median", True), ("least", True), ("most", True), ("goal", True)):
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    for section in dict.fromkeys(row.section for row in rows):
        mine = [row for row in rows if row.section == section]
        for row in sorted(mine, key=lambda row: row.unit != "x"):  # ratios first
            cells = [f"{_short(value)} {row.unit}" for value in (row.median, min(row.rounds), max(row.rounds))]
            table.add_row(section, row.name, *cells, _goal(row))
            section = ""
        table.add_section()
    console.print(table)


def save(rows: Sequence[Row], folder: Path) -> Path:
    """Every round of every figure, for comparing runs."""
    folder.mkdir(parents=True, exist_ok=True)
    at = datetime.now(UTC)
    path = folder / f"{at:%Y%m%dT%H%M%SZ}.json"
    machine = {"python": platform.python_version(), "system": platform.platform()}
    found = {"at": at.isoformat(), **machine, "rows": [{**asdict(row), "median": row.median} for row in rows]}
    path.write_text(json.dumps(found, indent=1))
    return path


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _goal(row: Row) -> str:
    colour = {True: "green", False: "red", None: "default"}[row.good]
    return f"[{colour}]{row.goal}[/]"
