"""Everything that is encrypted here is brought under the first of FIELD_KEYS, so that the older ones may be dropped.

Safe beside all work: a value that somebody has written meanwhile stays as it is, and is under the first key already.
Safe to break off: what is done is seen by the value itself. Two at once do no harm.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection as database

from integration.jobs import sql
from integration.models import fields

BATCH = 500
SAMPLE = 100  # rows, of the oldest and of the newest of a column
ENCRYPTED = (fields.EncryptedBytesField, fields.EncryptedJSONField)
Keys = Mapping[int | None, int]  # how many values, by the place of their key; None: no key reads them


@dataclass(frozen=True, slots=True)
class Column:
    """``key_type``: of the primary key, as PostgreSQL calls it."""

    table: str
    key: str
    key_type: str
    name: str

    def __str__(self) -> str:
        return f"{self.table.removeprefix('integration_')}.{self.name}"


@dataclass(frozen=True, slots=True)
class Done:
    """Of one column. ``rewritten``: brought under the first key by this pass; ``unread``: the primary keys of some that
    no key reads."""

    keys: Keys
    rewritten: int = 0
    unread: Sequence[object] = ()


def columns() -> list[Column]:
    """Of all our tables, the encrypted ones."""
    found = []
    for model in apps.get_app_config("integration").get_models():
        key = model._meta.pk
        for field in model._meta.concrete_fields:
            if isinstance(field, ENCRYPTED):
                kind = key.rel_db_type(database)
                found.append(Column(model._meta.db_table, str(key.column), str(kind), str(field.column)))
    return sorted(found, key=str)


def rotate(column: Column, tell: Callable[[int], None], *, batch: int = BATCH) -> Done:
    """Goes through a column; ``tell`` hears after each batch how many values it has seen."""
    keys: Counter[int | None] = Counter()
    rewritten, unread = 0, list[object]()
    for rows in _batches(column, batch):
        places = [fields.place_of(token) for _, token in rows]
        keys.update(places)
        old = [row for row, place in zip(rows, places, strict=True) if place]
        rewritten += _rewrite(column, old)
        keys.update({0: len(old)})
        keys.subtract(place for place in places if place)
        unread += [key for (key, _), place in zip(rows, places, strict=True) if place is None]
        tell(len(rows))
    return Done({place: count for place, count in keys.items() if count}, rewritten, unread[:10])


def count(column: Column, *, sample: int = 0) -> Done:
    """Under which keys the values of a column are: of all of them, or of the oldest and the newest."""
    rows = _ends(column, sample) if sample else (row for batch in _batches(column, BATCH) for row in batch)
    keys, unread = Counter[int | None](), list[object]()
    for key, token in rows:
        place = fields.place_of(token)
        keys[place] += 1
        if place is None and len(unread) < 10:
            unread.append(key)
    return Done(dict(keys), 0, unread)


def _batches(column: Column, size: int) -> Iterator[list[tuple[Any, bytes]]]:
    last: object = None
    while rows := _page(column, last, size):
        last = rows[-1][0]
        yield rows


def _page(column: Column, after: object, size: int) -> list[tuple[Any, bytes]]:
    beyond = "" if after is None else f"AND {column.key} > %(after)s"
    statement = (
        f"SELECT {column.key}, {column.name} FROM {column.table} "  # noqa: S608  (names of our own)
        f"WHERE {column.name} IS NOT NULL {beyond} ORDER BY {column.key} LIMIT %(size)s"
    )
    return [(key, bytes(token)) for key, token in sql.rows(statement, {"after": after, "size": size})]


def _ends(column: Column, size: int) -> list[tuple[Any, bytes]]:
    found: dict[Any, bytes] = dict(_page(column, None, size))
    newest = (
        f"SELECT {column.key}, {column.name} FROM {column.table} WHERE {column.name} IS NOT NULL "  # noqa: S608
        f"ORDER BY {column.key} DESC LIMIT %s"
    )
    found.update((key, bytes(token)) for key, token in sql.rows(newest, [size]))
    return list(found.items())


def _rewrite(column: Column, rows: Sequence[tuple[Any, bytes]]) -> int:
    """Only what still says the same: whoever has written meanwhile has done so under the first key."""
    if not rows:
        return 0
    statement = f"""
UPDATE {column.table} AS one SET {column.name} = fresh.new
FROM unnest(%(keys)s::{column.key_type}[], %(old)s::bytea[], %(new)s::bytea[]) AS fresh (key, old, new)
WHERE one.{column.key} = fresh.key AND one.{column.name} = fresh.old"""  # noqa: S608  (names of our own)
    tokens = [token for _, token in rows]
    new = [fields.encrypt(fields.decrypt(token)) for token in tokens]
    return sql.run(statement, {"keys": [key for key, _ in rows], "old": tokens, "new": new})
