"""The table of evidence."""

from rich import box
from rich.console import Console
from rich.table import Table

from integration.jobs.failpoints import POINTS
from tests.drills.evidence import Findings
from tests.drills.troubles import AFTER, BEFORE, Troubles
from tests.drills.victims import Victims

WIDTH = 118
MOST_LINES = 40  # of what is wrong: more would not be read


def show(
    found: Findings,
    victims: Victims,
    troubles: Troubles,
    retried: int,
    seconds: float,
    console: Console,
    *more: Table,
) -> None:
    console.print()
    console.print(_drills(found, victims, troubles, retried))
    for table in (_sides(found, seconds), *more):
        console.print(table)
    for text in found.wrong[:MOST_LINES]:
        console.print(f"[red]{text}[/]", soft_wrap=True)
    if found.good and victims.enough:
        console.print("[bold green]Nothing lost, nothing twice, both sides agree line by line.[/]")
    elif found.good:
        console.print("[bold red]Both sides agree, but a failpoint was hit too seldom: let the drill run longer.[/]")
    else:
        console.print("[bold red]The drill failed.[/]")


def _drills(found: Findings, victims: Victims, troubles: Troubles, retried: int) -> Table:
    table = table_of("What was done", "times", "recovered after", "longest")
    middle, longest = found.recovery()
    table.add_row("workers killed from outside, kill -9", str(victims.kills), _seconds(middle), _seconds(longest))
    for point in POINTS:
        table.add_row(f"workers killed at {point}", str(victims.hits[point]), "", "")
    table.add_row("jobs whose worker died three times, retried by a person", str(retried), "", "")
    for trouble in troubles.all:
        table.add_row(trouble.name, str(int(trouble.over)), _seconds(trouble.recovery), "")
    table.add_row("calls cut after they landed", str(troubles.struck(AFTER)), "", "")
    table.add_row("calls cut before they landed", str(troubles.struck(BEFORE)), "", "")
    table.add_row("messages that came twice", str(found.twice), "", "")
    return table


def _sides(found: Findings, seconds: float) -> Table:
    table = table_of("What both sides say", "", "", "")
    rows = (
        ("orders, order lines, pieces", found.orders, found.lines, found.pieces),
        ("releases held by the warehouse", found.releases, "", ""),
        ("shipments by the warehouse, bookings by Odoo", found.shipments, found.booked, ""),
        ("seconds until all was at rest", f"{seconds:.0f}", "", ""),
    )
    for name, *cells in rows:
        table.add_row(name, *(str(cell) for cell in cells))
    for name, count in (("lost", found.lost), ("doubled", found.doubled), ("lines that differ", found.differ)):
        table.add_row(name, f"[{'red' if count else 'green'}]{count}[/]", "", "")
    return table


def table_of(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", min_width=46 if not number else 8)
    return table


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} s"
