"""The table of evidence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table

from integration.jobs.failpoints import BETWEEN, WRITING
from tests.drills.beside import Proven
from tests.drills.crew import SKEW, SKEWED, Crew
from tests.drills.evidence import Findings
from tests.drills.failpoints import Failpoints
from tests.drills.person import Person
from tests.drills.troubles import AFTER, BEFORE, Troubles
from tests.drills.victims import Victims

WIDTH = 132
MOST_LINES = 40  # of what is wrong: more would not be read


@dataclass(frozen=True)
class Run:
    """All that has something to say about a drill. ``not_run``: what this machine could not do, and why."""

    found: Findings
    crew: Crew
    failpoints: Failpoints
    victims: Victims
    troubles: Troubles
    person: Person
    seconds: float
    not_run: Sequence[str] = ()

    @property
    def good(self) -> bool:
        return self.found.good and self.failpoints.enough and not self.acts_wrong

    @property
    def acts_wrong(self) -> str:
        """An act is in the audit log as often as it was answered; one that got no answer may be there or not."""
        person, logged = self.person, self.found.tables.acts
        possible = range(person.answered, person.answered + person.lost - self.failpoints.hits["in_act"] + 1)
        return "" if logged in possible else f"{logged} acts are in the audit log, {person.answered} were answered"


def show(run: Run, console: Console, *more: Table) -> None:
    found = run.found
    console.print()
    also = [documents(found.proven)] if found.proven else []
    first = (_troubles(run), _failpoints(run.failpoints), _flows(run))
    for table in (*first, _sides(found, run.seconds), *also, *more):
        console.print(table)
    wrong = [*found.wrong, *(f"left: {text}" for text in found.left), *filter(None, [run.acts_wrong])]
    for text in wrong[:MOST_LINES]:
        console.print(f"[red]{text}[/]", soft_wrap=True)
    if run.good:
        console.print("[bold green]Nothing lost, nothing twice, all in order, both sides agree line by line.[/]")
    elif found.good and not run.acts_wrong:
        console.print("[bold red]Both sides agree, but a failpoint was hit too seldom: let the drill run longer.[/]")
    else:
        console.print("[bold red]The drill failed.[/]")


def show_parts(good: Mapping[str, bool], console: Console) -> None:
    """What became of each part, where there are several."""
    for name, passed in good.items() if len(good) > 1 else ():
        console.print(f"{name:9} {'[green]passed[/]' if passed else '[bold red]failed[/]'}")


def _troubles(run: Run) -> Table:
    found, troubles = run.found, run.troubles
    table = table_of("What was done", "times", "lost of what was taken meanwhile", "work went on after", "longest")
    middle, longest = found.recovery()
    all_of_it = _point(found, 0.0, float("inf"))
    table.add_row("workers killed from outside, kill -9", str(run.victims.kills), all_of_it, _s(middle), _s(longest))
    table.add_row(
        "processes killed at failpoints", str(run.failpoints.hits.total()), all_of_it, _s(middle), _s(longest)
    )
    for trouble in troubles.all:
        point = _point(found, trouble.since, trouble.until or float("inf"))
        table.add_row(trouble.name, str(int(trouble.over)), point, _s(trouble.recovery), "")
        if trouble.course.note:
            table.add_row(f"  {trouble.course.note}")
    table.add_row("calls cut after they landed", str(troubles.struck(AFTER)), all_of_it, "", "")
    table.add_row("calls cut before they landed", str(troubles.struck(BEFORE)), all_of_it, "", "")
    table.add_row("breakers that opened by refused calls, or should", str(troubles.refusals), all_of_it, "", "")
    table.add_row(f"starts of a worker with a clock {SKEW} s ahead or behind", str(run.crew.skewed), all_of_it, "", "")
    table.add_row(f"  it did {run.crew.slices(SKEWED)} slices of work")
    table.add_row(
        "processes that ended by that, or by themselves, and were started anew", str(run.crew.revived), "", ""
    )
    table.add_row("messages that came twice", str(found.twice), "", "", "")
    table.add_row("jobs whose worker died three times, retried by a person", str(run.person.retried), "", "", "")
    table.add_row("acts of a person, in the audit log as often", str(run.person.answered), "", "", "")
    slots = found.tables.slots
    table.add_row(f"slots of schedules, started once each, in {slots.terms} terms of leaders", str(slots.started))
    for text in run.not_run:
        table.add_row(f"[yellow]{text}[/]")
    return table


def _failpoints(failpoints: Failpoints) -> Table:
    table = table_of("Failpoint", "hits")
    for point in failpoints.points:
        table.add_row(point, _hits(failpoints, point))
    return table


def _flows(run: Run) -> Table:
    apart = run.failpoints.apart
    table = table_of("By flow", "jobs done", "out of order", "died", "at points", *WRITING, first=22)
    for flow in run.found.tables.flows:
        own = [f"{point}{BETWEEN}{flow.name}" for point in WRITING]
        around = [_hits(run.failpoints, point) if point in apart else "" for point in own]
        died = (str(flow.died), str(run.failpoints.flows[flow.name]))
        table.add_row(flow.name, str(flow.ended), figure(flow.out_of_order), *died, *around)
    return table


def _hits(failpoints: Failpoints, point: str) -> str:
    return f"[{'red' if failpoints.missing(point) else 'green'}]{failpoints.hits[point]}[/]"


def _sides(found: Findings, seconds: float) -> Table:
    table = table_of("What both sides say", "", "", "")
    tables = found.tables
    rows: Iterable[tuple[object, ...]] = (
        ("orders, order lines, pieces", found.orders, found.lines, found.pieces),
        ("releases held by the warehouse", found.releases),
        ("shipments by the warehouse, bookings by Odoo", found.shipments, found.booked),
        ("jobs that ended, in so many streams", tables.ended, tables.streams),
        ("seconds until all was at rest", f"{seconds:.0f}"),
    )
    for name, *cells in rows:
        table.add_row(str(name), *(str(cell) for cell in cells))
    for name, count in (
        ("lost", found.lost),
        ("doubled", found.doubled),
        ("out of order: jobs that ended before one that came earlier", tables.out_of_order),
        ("lines that differ", found.differ),
        ("left running or waiting", len(found.left)),
    ):
        table.add_row(name, figure(count))
    return table


def documents(proven: Proven) -> Table:
    table = table_of("By document: what both sides' books say", "documents", "lost", "doubled", "differ")
    for kind, counted in proven.documents.items():
        table.add_row(kind, str(counted.moved), *map(figure, (counted.lost, counted.doubled, counted.differ)))
    stock, paid = proven.stock, proven.paid
    table.add_row("products, lots and places, of all stock", str(stock.slots), "", "", figure(len(stock.wrong)))
    table.add_row("  as Crossdock shows them, in so many rows", str(stock.shown))
    table.add_row("  records of master data that the warehouse has", str(stock.told))
    for kind, amount in sorted(paid.money.items()):
        table.add_row(f"{kind}, at the order's prices", f"{amount:,.2f}")
    table.add_row("orders and purchases whose money differs", "", "", "", figure(len(paid.wrong)))
    return table


def figure(count: int) -> str:
    return f"[{'red' if count else 'green'}]{count}[/]"


def table_of(*headings: str, first: int = 46) -> Table:
    """``first``: how wide the first column is at least."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", min_width=8 if number else first)
    return table


def _point(found: Findings, since: float, until: float) -> str:
    lost, taken = found.point(since, until)
    return f"{lost} of {taken}"


def _s(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} s"
