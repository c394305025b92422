"""What the demo shows while it runs: the steps of the start, and the day's progress."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from integration.management.demo import tables
from integration.management.demo.configure import LOGIN
from integration.management.demo.town import Town
from integration.sandbox.day.day import Figures, Standing
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.proof import Verdict

WIDTH = 118  # where the output is no terminal
MOST_LINES = 40  # of what is wrong: more would not be read
BAR = (TextColumn("        {task.description:26}"), BarColumn(30), TextColumn("{task.fields[count]}"))


class Screen:
    def __init__(self) -> None:
        self._console = Console(highlight=False)
        if not self._console.is_terminal:
            self._console = Console(highlight=False, width=WIDTH)
        self._started = time.monotonic()

    def step(self, what: str) -> None:
        self._console.print(f"[dim]{time.monotonic() - self._started:5.1f} s[/]  {what}", soft_wrap=True)

    def address(self, town: Town) -> None:
        self._console.print()
        self._console.print(f"         Console  [bold]{town.url}/console/[/]", soft_wrap=True)
        self._console.print(f"         Login    {LOGIN}   Password  {town.password}", soft_wrap=True)
        self._console.print()

    def say(self, what: str) -> None:
        self._console.print(what, soft_wrap=True)

    @contextmanager
    def day(self, orders: int) -> Iterator["Show"]:
        with Progress(*BAR, TimeElapsedColumn(), console=self._console) as progress:
            yield Show(progress, orders, self)

    def result(self, orders: Sequence[PlannedOrder], verdict: Verdict, figures: Figures) -> None:
        for table in (tables.scenes(orders, verdict), tables.cases(verdict), tables.explained(verdict)):
            self._console.print()
            self._console.print(table)
        self._console.print()
        self._console.print(tables.figures(len(orders), figures))
        self._console.print()
        for wrong in verdict.wrong[:MOST_LINES]:
            self.say(f"[red]{wrong.text}[/]")
        if len(verdict.wrong) > MOST_LINES:
            self.say(f"[red]and {len(verdict.wrong) - MOST_LINES} more[/]")
        self.say(tables.sentence(verdict))


class Show:
    """Bars for what is counted, a line for what happens."""

    def __init__(self, progress: Progress, orders: int, screen: Screen) -> None:
        self._progress, self._screen, self._orders = progress, screen, orders
        self._sold = self._bar("Confirmed in Odoo", orders)
        self._released = self._bar("Taken by the warehouse", orders)
        self._played = self._bar("Work of the warehouse", 100)
        self._booked = self._bar("Deliveries booked in Odoo", orders)
        self._cases = self._bar("Cases open", orders)

    def at(self, now: Standing) -> None:
        self._set(self._sold, now.sold, f"{now.sold} of {self._orders}")
        self._set(self._released, now.released, str(now.released))
        self._set(self._played, int(now.played * 100), f"{int(now.played * 100)} %")
        self._set(self._booked, now.booked, str(now.booked))
        self._set(self._cases, now.cases, str(now.cases))

    def happened(self, what: str) -> None:
        self._screen.step(what)

    def _bar(self, name: str, total: int) -> TaskID:
        return self._progress.add_task(name, total=total, count="0")

    def _set(self, bar: TaskID, completed: int, count: str) -> None:
        self._progress.update(bar, completed=completed, count=count)
