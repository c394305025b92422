"""Rows of our tables by statements that are built and planned once; a queryset is built anew each time it is asked.

For what every job does. What happens now and then is said by querysets.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import AutoField, Field, Model

from integration.jobs import sql

Row = TypeVar("Row", bound=Model)
AnyField = Field[Any, Any]


@lru_cache
def columns(model: type[Model], table: str = "", without: str = "") -> str:
    """The columns that ``made`` takes, for a statement; ``table`` is its name there."""
    of = f"{table}." if table else ""
    return ", ".join(of + _quoted(field) for field in _fields(model, without))


def made(model: type[Row], row: Sequence[Any], without: str = "") -> Row:
    """As Django makes it."""
    names, converted = _reading(model, without)
    values = list(row)
    for place, field in converted:
        values[place] = field.from_db_value(values[place], None, connection)
    return model.from_db(connection.alias, names, values)


def find(model: type[Row], where: str, arguments: sql.Arguments, without: str = "") -> list[Row]:
    """``where``: what stands behind WHERE, with its placeholders. ``without``: a field that is left deferred."""
    names = columns(model, without=without)
    statement = f"SELECT {names} FROM {model._meta.db_table} WHERE {where}"  # noqa: S608  (names of our own)
    return [made(model, row, without) for row in sql.rows(statement, arguments)]


def first(model: type[Row], where: str, arguments: sql.Arguments) -> Row | None:
    """``where``: as in ``find``."""
    return next(iter(find(model, where, arguments)), None)


def exists(model: type[Model], where: str, arguments: sql.Arguments) -> bool:
    """``where``: as in ``find``."""
    statement = f"SELECT 1 FROM {model._meta.db_table} WHERE {where} LIMIT 1"  # noqa: S608
    return bool(sql.rows(statement, arguments))


def add(rows: Sequence[Model], conflict: str = "") -> list[int]:
    """Inserts rows of one model, leaving to the database what it alone knows; returns the ids of what it inserted.

    ``conflict``: what stands behind ON CONFLICT. Values cannot be expressions.
    """
    model = type(rows[0])
    fields = _writing(model)
    values = [[_value(field, row) for row in rows] for field in fields]
    return [row[0] for row in sql.rows(_adding(model, conflict), values)]


def taking_over(names: Sequence[str], key: str) -> str:
    """For ``add``: a row that is there already takes these columns over."""
    return f"({key}) DO UPDATE SET " + ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in names)


def _value(field: AnyField, row: Model) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add=True), connection)


def _fields(model: type[Model], without: str) -> list[AnyField]:
    return [field for field in model._meta.concrete_fields if field.name != without]


@lru_cache
def _reading(model: type[Model], without: str) -> tuple[list[str], list[tuple[int, Any]]]:
    fields = _fields(model, without)
    converted = [(place, field) for place, field in enumerate(fields) if hasattr(field, "from_db_value")]
    return [field.attname for field in fields], converted


@lru_cache
def _writing(model: type[Model]) -> list[AnyField]:
    fields = model._meta.concrete_fields
    left = [field for field in fields if field.has_db_default() and not field.has_default()]
    return [field for field in fields if not isinstance(field, AutoField) and field not in left]


@lru_cache
def _adding(model: type[Model], conflict: str) -> str:
    fields = _writing(model)
    names = ", ".join(map(_quoted, fields))
    arrays = ", ".join(f"%s::{_plain_type(field)}[]" for field in fields)
    or_else = f"ON CONFLICT {conflict}" if conflict else ""
    table = model._meta.db_table
    return f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}) {or_else} RETURNING id"  # noqa: S608


def _plain_type(field: AnyField) -> str:
    """Without its length, which a cast would cut to instead of refusing what is too long."""
    return re.sub(r"\(.*\)", "", str(field.db_type(connection)))


def _quoted(field: AnyField) -> str:
    return f'"{field.column}"'
