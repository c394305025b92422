"""What the disaster came to, as tables."""

from rich.console import Console

from tests.drills import agreed
from tests.drills.agreed import Agreed
from tests.drills.disaster.clerk import KNOWN, Clerk
from tests.drills.disaster.course import Course
from tests.drills.evidence import Findings
from tests.drills.report import MOST_LINES, documents, figure, table_of


def show(course: Course, clerk: Clerk, found: Findings, same: Agreed, console: Console) -> None:
    times, table = course.times, table_of("Our own disaster", "")
    rows = (
        ("seconds that the backup was old", f"{times.old:.0f}"),
        ("seconds until it was restored", f"{times.restored:.0f}"),
        ("seconds from the start of all processes until it was locked", f"{times.locked:.0f}"),
        ("  until both sides were read again, and it was released", f"{times.released:.0f}"),
        ("seconds from there until all was at rest", f"{times.rested:.0f}"),
        ("messages that the warehouse sent again", str(course.again)),
        ("jobs that waited for the release", str(course.held)),
        ("orders, releases, shipments", f"{found.orders}, {found.releases}, {found.shipments}"),
        ("stopped at a person", str(clerk.ended.total())),
        *((f"  {code} {KNOWN[code]}", str(count)) for code, count in sorted(clerk.ended.items())),
        ("lost", figure(found.lost)),
        ("doubled", figure(found.doubled)),
        ("lines that differ", figure(found.differ)),
        ("left running or waiting", figure(len(found.left))),
    )
    for row in rows:
        table.add_row(*row)
    console.print()
    for each in (table, *([documents(found.proven)] if found.proven else []), agreed.table(same)):
        console.print(each)
    for text in [*found.wrong, *(f"left: {text}" for text in found.left)][:MOST_LINES]:
        console.print(f"[red]{text}[/]", soft_wrap=True)
    good = "[bold green]All matched after the restore: 0 lost, 0 double.[/]"
    console.print(good if found.good else f"[bold red]{found.lost} lost, {found.doubled} doubled.[/]")
