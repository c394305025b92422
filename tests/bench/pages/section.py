"""Every page of the console over 1,000,000 jobs, 200,000 orders and 5,000 cases, asked for by the test client: the
whole of Django with its middleware, sessions and templates, and PostgreSQL; no network and no web server."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from statistics import median

from django.contrib import admin
from django.utils.timezone import now
from prometheus_client.exposition import generate_latest
from rich.console import Console

from config.local.place import CHECKOUT
from integration.jobs import packs
from integration.models import AlertRule, Recovery, Warehouse
from integration.observe.metrics import collector
from integration.reconcile import lines
from integration.reports import keeping
from integration.reports.figures import Day
from tests.bench import report
from tests.bench.pages import people, table, walk
from tests.bench.pages.clock import Page, Timed, measure
from tests.bench.pages.people import ALL, Person
from tests.bench.peers import admin as plain
from tests.bench.report import Row
from tests.bench.volume.loading import counts, load
from tests.bench.volume.sizes import Sizes

SECTION = "pages"
ASKED = 5  # times in a round, after the first one
LIST_MS, HOME_MS = 300, 500
OPEN_LINES, MINUTE = 200_000, 60
PATIENCE = 600
SCRAPE_SECONDS = 1
PAGES = CHECKOUT / "var" / "bench" / "pages.json"


class Pages:
    def __init__(self, sizes: Sizes) -> None:
        self._sizes = sizes

    def measure(self, rounds: int, tell: Callable[[str], None]) -> list[Row]:
        load(self._sizes, lambda said: tell(f"volume: {said}"))
        return [*_beforehand(tell), *look(ASKED * rounds, tell), *_lines(tell), _scrape(ASKED * rounds, tell)]


def _beforehand(tell: Callable[[str], None]) -> list[Row]:
    """What the clock makes for the pages: rules for alerts, packs for downtime, the figures of a day; and a recovery
    that was released."""
    AlertRule.objects.create(kind="cutoff", threshold=60)
    ended = {"released_at": now(), "released_by": ALL}
    Recovery.objects.create(lost_after=now(), why="A backup was restored.", begun_by=ALL, **ended)
    began = time.monotonic()
    made = packs.make_all()
    packed = time.monotonic() - began
    began = time.monotonic()
    for warehouse in Warehouse.objects.order_by("pk"):
        keeping.take(Day(warehouse, now().date()))
    counted = time.monotonic() - began
    tell(f"pages: {made} packs in {packed:.1f} s, the figures of a day of {made} warehouses in {counted:.1f} s")
    return [
        report.figure(SECTION, f"downtime packs of {made} warehouses", "s", [packed]),
        report.figure(SECTION, f"figures of a day, {made} warehouses", "s", [counted]),
    ]


def look(times: int, tell: Callable[[str], None]) -> list[Row]:
    """At a database that is filled, in a process that has started as the web's does: with the addresses read, and the
    garbage collector told what stays."""
    import_module("config.wsgi")
    rows, found = counts(), list[Timed]()
    for person in people.make():
        seen = [measure(page, person.name, person.client, times, rows) for page in _pages(person, rows)]
        late = sum(not each.fits for each in seen)
        tell(f"pages: {len(seen)} for {person.name}, {late} of them too slow")
        found += seen
        if person.name == ALL:
            peers = {model._meta.db_table: _plain(model, person, rows) for model in admin.site._registry
                     if model._meta.app_label == "integration"}  # fmt: skip
    _save(found, peers, PAGES)
    table.show(found, rows, peers, Console(highlight=False, width=150))
    return _rows(found, peers)


def _lines(tell: Callable[[str], None]) -> list[Row]:
    """Whether all lines add up: the look of every minute, and the walk of every day."""
    began = time.monotonic()
    documents = lines.look()
    minute = time.monotonic() - began
    began = time.monotonic()
    while (run := lines.sign(seconds=PATIENCE)).ended_at is None:
        pass
    seconds = time.monotonic() - began
    tell(f"lines: {run.compared} of all documents in {seconds:.1f} s, {run.different} that do not add up")
    return [
        report.figure(SECTION, f"lines of {documents} open documents looked at", "s", [minute]),
        report.at_most(SECTION, f"{OPEN_LINES} lines looked at", "s", [OPEN_LINES * seconds / run.compared], MINUTE),
    ]


def _scrape(times: int, tell: Callable[[str], None]) -> Row:
    """What a monitor asks for, all of it read anew."""
    took = []
    for _ in range(times):
        collector.forget()
        began = time.monotonic()
        text = generate_latest(collector.Figures())
        took.append(time.monotonic() - began)
    tell(f"metrics: {text.count(b'crossdock_')} lines in {median(took):.2f} s")
    return report.at_most(SECTION, "all figures for a monitor", "s", took, SCRAPE_SECONDS)


def _pages(person: Person, rows: dict[str, int]) -> list[Page]:
    return [*walk.own(person), *walk.lists(person, rows)]


def _plain(model: type, person: Person, rows: dict[str, int]) -> float:
    return measure(Page("plain", plain.address(model)), person.name, person.client, 2, rows).p50


def _rows(found: Sequence[Timed], peers: dict[str, float]) -> list[Row]:
    lists = [each for each in found if each.page.table]
    home = [each for each in found if each.page.goal == HOME_MS]
    others = [each for each in found if each not in lists and each not in home]
    first = {
        each.page.table: each.p50
        for each in lists
        if each.person == ALL and "?" not in each.page.address and each.page.table in peers
    }
    ours, theirs = ([times[name] for name in first] for times in (first, peers))
    counted = sum(bool(each.counted) for each in lists)
    return [
        report.at_most(SECTION, f"{len(lists)} lists, the slowest, p95", "ms", [max(e.p95 for e in lists)], LIST_MS),
        report.figure(SECTION, "lists, p50", "ms", [e.p50 for e in lists]),
        report.at_most(SECTION, "lists, most queries", "", [max(e.queries for e in lists)], table.MOST_QUERIES),
        report.at_most(SECTION, "lists that count a big table", "", [counted], 0),
        report.at_most(SECTION, "Today, the slowest, p95", "ms", [max(e.p95 for e in home)], HOME_MS),
        report.at_most(SECTION, f"{len(others)} other pages, the slowest, p95", "ms",
                       [max(e.p95 for e in others)], LIST_MS),
        report.figure(SECTION, "first pages of the lists, p50, all", "ms", [median(ours)]),
        report.figure(SECTION, "the same in Django's own admin", "ms", [median(theirs)]),
        report.figure(SECTION, "the slowest of them in Django's own admin", "ms", [max(theirs)]),
    ]  # fmt: skip


def _save(found: Sequence[Timed], peers: dict[str, float], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"pages": [asdict(each) for each in found], "plain": peers}, indent=1))
