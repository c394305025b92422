"""Rows in memory with an undo log: one call is one transaction, and a fault takes everything back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Row = dict[str, Any]


class Store:
    """Tables of rows by id. Ids come from sequences, which a rollback leaves alone, as PostgreSQL does."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[int, Row]] = {}
        self.indexes: dict[tuple[str, str], dict[int, dict[int, None]]] = {}
        self._sequences: dict[str, int] = {}
        self._undo: list[Callable[[], None]] = []
        self._before: dict[tuple[str, int], Row | None] = {}

    def index(self, model: str, column: str) -> None:
        """Keep the ids of `model` by the id that `column` points to."""
        self.indexes.setdefault((model, column), {})

    def next_number(self, sequence: str) -> int:
        self._sequences[sequence] = self._sequences.get(sequence, 0) + 1
        return self._sequences[sequence]

    def skip_numbers(self, sequence: str, first: int) -> None:
        """Let a sequence go on from `first`."""
        self._sequences[sequence] = max(self._sequences.get(sequence, 0), first - 1)

    def table(self, model: str) -> dict[int, Row]:
        return self.tables.setdefault(model, {})

    def insert(self, model: str, row: Row) -> int:
        record_id = self.next_number(model)
        self._before.setdefault((model, record_id), None)
        self._put(model, record_id, row)
        self._undo.append(lambda: self._drop(model, record_id))
        return record_id

    def update(self, model: str, record_id: int, values: Row) -> None:
        row = self.table(model)[record_id]
        self._keep(model, record_id, row)
        before = {key: row.get(key, False) for key in values}
        self._change(model, record_id, values)
        self._undo.append(lambda: self._change(model, record_id, before))

    def delete(self, model: str, record_id: int) -> None:
        row = self.table(model)[record_id]
        self._keep(model, record_id, row)
        self._drop(model, record_id)
        self._undo.append(lambda: self._put(model, record_id, row))

    def ids_pointing(self, model: str, column: str, targets: Iterable[int]) -> list[int]:
        found = self.indexes[model, column]
        return [record_id for target in targets for record_id in found.get(target, ())]

    def _keep(self, model: str, record_id: int, row: Row) -> None:
        """Remember a row as it was before this transaction."""
        if (model, record_id) not in self._before:
            self._before[model, record_id] = dict(row)

    def committed(self) -> Store:
        """A copy to read from, as it was before this transaction."""
        copy = Store()
        copy.tables = {model: dict(rows) for model, rows in self.tables.items()}
        for (model, record_id), row in self._before.items():
            if row is None:
                copy.table(model).pop(record_id, None)
            else:
                copy.table(model)[record_id] = row
        for model, column in self.indexes:
            pointing: dict[int, dict[int, None]] = {}
            for record_id, row in copy.table(model).items():
                pointing.setdefault(row.get(column) or 0, {})[record_id] = None
            copy.indexes[model, column] = pointing
        return copy

    def commit(self) -> None:
        self._undo.clear()
        self._before.clear()

    @property
    def mark(self) -> int:
        """A savepoint."""
        return len(self._undo)

    def rollback(self, mark: int = 0) -> None:
        """Take everything back that happened since the savepoint."""
        while len(self._undo) > mark:
            self._undo.pop()()
        if not mark:
            self._before.clear()

    def _columns(self, model: str) -> list[str]:
        return [column for owner, column in self.indexes if owner == model]

    def _put(self, model: str, record_id: int, row: Row) -> None:
        self.table(model)[record_id] = row
        for column in self._columns(model):
            self.indexes[model, column].setdefault(row.get(column) or 0, {})[record_id] = None

    def _drop(self, model: str, record_id: int) -> None:
        row = self.table(model).pop(record_id)
        for column in self._columns(model):
            self.indexes[model, column].get(row.get(column) or 0, {}).pop(record_id, None)

    def _change(self, model: str, record_id: int, values: Row) -> None:
        row = self.table(model)[record_id]
        for column in self._columns(model):
            if column in values and values[column] != row.get(column):
                self.indexes[model, column].get(row.get(column) or 0, {}).pop(record_id, None)
                self.indexes[model, column].setdefault(values[column] or 0, {})[record_id] = None
        row.update(values)
