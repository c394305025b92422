"""What came of the day, for people who run a warehouse."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import groupby

from rich import box
from rich.table import Table

from integration.sandbox.day.doing import Doing, Errand
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.longer import LONGER
from integration.sandbox.day.proof import Verdict
from integration.sandbox.day.scenes import SCENES, STRAY_CODE, Scene
from integration.sandbox.day.standing import Figures


def scenes(orders: Sequence[PlannedOrder], verdict: Verdict) -> Table:
    table = _table("What happened", "Orders", "What was done", "What should come of it", "What came of it")
    counts = Counter(order.scene.name for order in orders)
    wrong = Counter(_scene_of(wrong.order, orders) for wrong in verdict.wrong)
    for scene in (*SCENES, *LONGER):
        table.add_row(str(counts[scene.name]), scene.name, scene.expected, _came(scene, wrong[scene.name]))
    table.add_row("-", "a shipment for an order that nobody released", "for a person", f"case {STRAY_CODE}")
    return table


def errands(doings: Sequence[Doing], verdict: Verdict) -> Table:
    table = _table("Beside the orders", "Times", "What was done", "What should come of it", "What came of it")
    wrong = Counter(wrong.order for wrong in verdict.wrong)
    for scene, group in groupby(doings, key=lambda doing: doing.scene):
        names = [doing.title for doing in group]
        table.add_row(str(len(names)), scene.name, scene.expected, _came(scene, sum(wrong[name] for name in names)))
    return table


def cases(verdict: Verdict) -> Table:
    table = _table("Left on purpose for a person", "Case", "Whose", "Cause")
    for case in sorted(verdict.cases, key=lambda case: str(case["code"])):
        table.add_row(case["code"], case["owner"], case["cause"])
    return table


def explained(verdict: Verdict) -> Table:
    """One row for each order or other document; the lines and quantities stand in the console."""
    table = _table(
        "Differences that an open case explains", "Document", "Warehouse and Odoo differ in", "Lines", "Case"
    )
    found = defaultdict(list)
    for each in verdict.explained:
        found[each.order, each.because].append(each)
    for (order, because), differences in sorted(found.items()):
        kinds = ", ".join(sorted({each.kind for each in differences}))
        table.add_row(order, kinds, ", ".join(sorted({each.line for each in differences})), because)
    return table


def figures(orders: int, counted: Figures) -> Table:
    table = Table.grid(padding=(0, 2))
    rows = (
        ("Orders", f"{orders}, in {counted.seconds:.0f} seconds"),
        ("Releases taken by the warehouse", counted.releases),
        ("Messages from the warehouse", counted.events),
        ("  of these recognised by their number", counted.repeats),
        ("Deliveries booked in Odoo", counted.bookings),
        ("Calls to Odoo", counted.odoo_calls),
        ("Calls cut or refused on purpose", counted.struck),
    )
    for name, value in rows:
        table.add_row(name, str(value))
    return table


def money(verdict: Verdict) -> Table:
    table = Table.grid(padding=(0, 2))
    rows = (
        ("invoiced", "Invoiced: what was shipped, at the order's prices"),
        ("credited", "Credited: what came back and was looked at"),
        ("billed", "Billed by suppliers: what came in"),
    )
    for kind, name in rows:
        table.add_row(name, f"{verdict.money[kind]:,.2f}")
    return table


def shadowed(verdict: Verdict) -> Table:
    """How the branch came out of shadow."""
    table, told = Table.grid(padding=(0, 2)), verdict.shadowed
    slips = "1 slip of a person found" if told.slips == 1 else f"{told.slips} slips of people found"
    open_ones = f"{told.known} known to it and not sent, {told.sent} sent, {told.booked} booked"
    table.add_row("The branch, in shadow", f"{told.compared} deliveries compared, {slips}")
    table.add_row("  gone live with what was open", f"{open_ones}; {told.orders} orders there, none of them twice")
    return table


def sentence(verdict: Verdict) -> str:
    lines, pieces, planned = verdict.lines, verdict.units, len(verdict.explained)
    compared = (
        f"{lines} order lines and {pieces:.0f} pieces, {verdict.moves} movements of all documents and the stock of "
        f"{verdict.slots} products, lots and places, and every invoice, compared by both systems' own books"
    )
    if verdict.good:
        differ = f"{planned} differences, each of them planned and explained by an open case"
        return f"[bold green]Both systems agree.[/] {compared}: {differ}."
    return f"[bold red]The systems do not agree.[/] {compared}. Not as it should be: {len(verdict.wrong)}."


def _came(scene: Scene | Errand, wrong: int) -> str:
    if wrong:
        return f"[red]wrong: {wrong}[/]"
    opened = "case " + " and ".join(scene.codes) if scene.codes else ""
    return opened or "both sides agree"


def _scene_of(name: str, orders: Sequence[PlannedOrder]) -> str:
    return next((order.scene.name for order in orders if name and order.name == name), "")


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
