"""What the database says, as a tree: each section a list of rows, whose values are plain."""

from collections.abc import Iterable, Iterator
from functools import partial

from django.db.models import Model, QuerySet

from integration.jobs.tree.cells import Row, plain
from integration.jobs.tree.names import Names
from integration.jobs.tree.tables import SECTIONS, Table
from integration.models import CodeMapping

Tree = dict[str, list[Row]]
BATCH = 2000


def read(sections: Iterable[str] = SECTIONS) -> Tree:
    """Rows in the order of their keys, so that two databases that say the same give the same text."""
    names = Names()
    return {name: _sorted(SECTIONS[name], names) for name in sections}


def kept(table: Table, names: Names) -> Iterator[tuple[Row, Model]]:
    for row in rows_of(table).iterator(BATCH):
        yield {name: plain(row, name, names) for name in table.columns}, row


def rows_of(table: Table) -> QuerySet[Model]:
    rows = table.model._base_manager.order_by("pk")
    return rows.filter(valid_to=None) if table.model is CodeMapping else rows


def _sorted(table: Table, names: Names) -> list[Row]:
    return sorted((row for row, _ in kept(table, names)), key=partial(_order, table))


def _order(table: Table, row: Row) -> list[tuple[bool, str]]:
    return [(row[name] is not None, str(row[name])) for name in table.columns]
