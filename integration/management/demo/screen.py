"""What the demo shows while it runs: the steps of the start, and the day's progress."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from integration.management.demo import tables
from integration.management.demo.configure import LOGIN
from integration.management.demo.town import DATABASE, Town
from integration.management.demo.town import LOGIN as ODOO_LOGIN
from integration.sandbox.day.day import SHIPS_AFTER
from integration.sandbox.day.doing import Doing
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.proof import Verdict
from integration.sandbox.day.standing import Figures, Standing

WIDTH = 118  # where the output is no terminal
MOST_LINES = 40  # of what is wrong: more would not be read
BAR = (TextColumn("        {task.description:26}"), BarColumn(30), TextColumn("{task.fields[count]}"))
COUNTED = (
    ("sold", "Confirmed in Odoo"),
    ("released", "Taken by the warehouse"),
    ("played", "Work on the orders"),
    ("errands", "Everything beside them"),
    ("booked", "Deliveries booked in Odoo"),
    ("cases", "Cases open"),
)
STAYS = """\
Odoo       {town.odoo_url}
           database {database}, login {login}, API key {town.odoo_key}
Warehouse  {town.wms_url}/_sandbox/orders
           its books; from this machine it asks for no login

Both are stand-ins without pages. To act in them from another terminal:
export ODOO={town.odoo_url} WMS={town.wms_url}

From now on the warehouse accepts what it gets; {seconds} seconds later it ships, or takes in, all of it.
How to clear each case: docs/howto/run-the-demo.md. Ctrl-C ends everything.
"""


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
        self._console.print(f"         Console    [bold]{town.url}/console/[/]", soft_wrap=True)
        self._console.print(f"                    login {LOGIN}, password {town.password}", soft_wrap=True)
        self._console.print()

    def stays(self, town: Town) -> None:
        """Where everything is while it stays up, and how to go on by hand."""
        self.address(town)
        for line in STAYS.format(town=town, database=DATABASE, login=ODOO_LOGIN, seconds=SHIPS_AFTER).splitlines():
            self._console.print(line and f"         {line}", soft_wrap=True)

    def say(self, what: str) -> None:
        self._console.print(what, soft_wrap=True)

    @contextmanager
    def day(self, expected: Standing) -> Iterator["Show"]:
        with Progress(*BAR, TimeElapsedColumn(), console=self._console) as progress:
            yield Show(progress, expected, self)

    def result(
        self, orders: Sequence[PlannedOrder], doings: Sequence[Doing], verdict: Verdict, figures: Figures
    ) -> None:
        played = (tables.scenes(orders, verdict), tables.errands(doings, verdict))
        for table in (*played, tables.cases(verdict), tables.explained(verdict)):
            self._console.print()
            self._console.print(table)
        self._console.print()
        self._console.print(tables.figures(len(orders), figures))
        self._console.print(tables.money(verdict))
        self._console.print(tables.shadowed(verdict))
        self._console.print()
        for wrong in verdict.wrong[:MOST_LINES]:
            self.say(f"[red]{wrong.text}[/]")
        if len(verdict.wrong) > MOST_LINES:
            self.say(f"[red]and {len(verdict.wrong) - MOST_LINES} more[/]")
        self._console.print(tables.sentence(verdict))


class Show:
    """Bars for what is counted, all of them full at the end of a good day; a line for what happens."""

    def __init__(self, progress: Progress, expected: Standing, screen: Screen) -> None:
        self._progress, self._screen, self._expected = progress, screen, expected
        self._bars = {
            field: progress.add_task(name, total=getattr(expected, field), count="0") for field, name in COUNTED
        }

    def at(self, now: Standing) -> None:
        for field, bar in self._bars.items():
            counted, expected = getattr(now, field), getattr(self._expected, field)
            share = f"{counted:.0%}" if isinstance(expected, float) else f"{counted} of {expected}"
            self._progress.update(bar, completed=counted, count=share)

    def happened(self, what: str) -> None:
        self._screen.step(what)
