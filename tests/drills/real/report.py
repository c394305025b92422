"""What a drill on a real Odoo says beside the table of evidence."""

from collections.abc import Collection

from rich.table import Table

from tests.drills.real.drive import Marks
from tests.drills.real.figures import Figures, Spread
from tests.drills.real.stock import Compared
from tests.drills.report import table_of

LEFT_OUT = "Left out: Odoo itself is never stopped. The way to it is cut, by a proxy of the drill."


def stock(compared: Compared) -> Table:
    table = table_of("What is left in Odoo's stock", "", "", "")
    table.add_row("products, lots and serial numbers compared", str(compared.rows), "", "")
    colour = "red" if compared.wrong else "green"
    table.add_row("that differ", f"[{colour}]{len(compared.wrong)}[/]", "", "")
    return table


def took(figures: Figures, marks: Marks, orders: int) -> Table:
    table = table_of("What it took of Odoo", "middle", "least", "most")
    table.add_row(f"seconds until {orders} orders were released", f"{marks.seconds_to_release:.0f}", "", "")
    table.add_row("seconds until all their shipments were posted", f"{marks.seconds_to_post:.0f}", "", "")
    table.add_row("seconds from a message to its booking", *_cells(figures.message_to_booking, "{:.1f}"))
    table.add_row("seconds of the try that posted", *_cells(figures.posting_seconds, "{:.1f}"))
    table.add_row("calls for one posting", *_cells(figures.posting, "{:.0f}"))
    read, calls = figures.read
    table.add_row(f"calls of the job that read {read} orders", str(calls), "", "")
    table.add_row("calls, all in all", str(figures.calls), "", "")
    for purpose, count in sorted(figures.by_purpose.items()):
        table.add_row(f"  for {purpose}, as jobs noted them", str(count), "", "")
    table.add_row(f"seconds of the longest call, {figures.longest_call}", f"{figures.longest_seconds:.1f}", "", "")
    return table


def _cells(spread: Spread, how: str) -> tuple[str, str, str]:
    return how.format(spread.middle), how.format(spread.least), how.format(spread.most)


def foreign(causes: Collection[str]) -> str:
    codes = ", ".join(sorted({cause.split()[0] for cause in causes}))
    return f"Cases about orders that others wrote meanwhile, left out: {len(causes)}{codes and f' ({codes})'}"
