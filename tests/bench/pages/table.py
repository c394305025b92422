"""The pages as a table, the slowest first."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from tests.bench.pages.clock import Timed

MOST_QUERIES = 15
SHOWN = 60


def show(pages: Sequence[Timed], counts: dict[str, int], peers: dict[str, float], console: Console) -> None:
    """``peers``: milliseconds of the same list in Django's own admin, by table."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("page", "who", "rows", "p50", "p95", "goal", "queries", "plain admin"):
        table.add_column(heading, justify="left" if heading in ("page", "who") else "right", overflow="fold")
    for each in worst_first(pages)[:SHOWN]:
        colour = "default" if each.fits else "red"
        peer = peers.get(each.page.table)
        table.add_row(
            each.page.name, each.person, f"{counts.get(each.page.table, 0):,}" if each.page.table else "",
            f"{each.p50:,.0f}", f"[{colour}]{each.p95:,.0f}[/]", f"{each.page.goal:,.0f}", _queries(each),
            f"{peer:,.0f}" if peer else "",
        )  # fmt: skip
    console.print(table)


def worst_first(pages: Sequence[Timed]) -> list[Timed]:
    return sorted(pages, key=lambda each: each.p95 / each.page.goal, reverse=True)


def _queries(each: Timed) -> str:
    many = bool(each.page.table) and each.queries > MOST_QUERIES
    counted = f" counts {', '.join(each.counted)}" if each.counted else ""
    return f"[{'red' if many or counted else 'default'}]{each.queries}{counted}[/]"
