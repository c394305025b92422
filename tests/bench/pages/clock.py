"""One page: how many queries it makes, whether it counts a big table, and how long it takes without looking on."""

import re
from dataclasses import dataclass
from math import ceil
from time import perf_counter
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

OPENS = (200, 302)  # one hit of a search leads to its page
BIG = 20_000  # rows of a table that is not to be counted
SLOW_MS = 2000.0  # such a page is asked for twice more, and one that takes no fifth of its time is as well
_COUNTED = re.compile(r'COUNT\(\*\)[^(]* FROM "?(\w+)"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """``table``: that its list shows; empty for pages of our own."""

    name: str
    address: str
    table: str = ""
    goal: float = 300.0


@dataclass(frozen=True, slots=True)
class Timed:
    """``times`` in milliseconds, without those of the first request. ``counted``: the big tables that it counts."""

    page: Page
    person: str
    times: tuple[float, ...]
    queries: int
    counted: tuple[str, ...]
    first: float

    @property
    def p50(self) -> float:
        return _share(self.times, 0.5)

    @property
    def p95(self) -> float:
        return _share(self.times, 0.95)

    @property
    def fits(self) -> bool:
        return self.p95 <= self.page.goal


def measure(page: Page, person: str, client: Client, rounds: int, big: dict[str, int]) -> Timed:
    """Raises RuntimeError for a page that does not open."""
    with CaptureQueriesContext(connection) as made:
        first = _ask(client, page)
    sqls = [query["sql"] for query in made.captured_queries]
    counted = {table for sql in sqls for table in _COUNTED.findall(sql) if big.get(table, 0) >= BIG}
    clear = first < page.goal / 5 or first > SLOW_MS
    times = tuple(_ask(client, page) for _ in range(2 if clear else rounds))
    return Timed(page, person, times, len(sqls), tuple(sorted(counted)), first)


def opened(client: Client, address: str) -> Any:
    """The page itself, for what stands on it; None for who may not open it."""
    page = client.get(address)
    return page if page.status_code in OPENS else None


def _ask(client: Client, page: Page) -> float:
    began = perf_counter()
    answer = client.get(page.address)
    spent = (perf_counter() - began) * 1000
    if answer.status_code not in OPENS:
        raise RuntimeError(f"{page.name} ({page.address}) answers {answer.status_code}")
    return spent


def _share(times: tuple[float, ...], share: float) -> float:
    return sorted(times)[ceil(len(times) * share) - 1]
