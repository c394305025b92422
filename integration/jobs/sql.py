"""Runs the engine's own statements: planned once for a connection to the database, not once for each call."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, transaction
from django.db.models import Choices

Arguments = Sequence[Any] | Mapping[str, Any]

# For a statement that is a transaction of its own and may be undone by a crash of the server, such as taking a lease:
# it does not wait for the disk. It has to be read FROM, or PostgreSQL leaves it out.
LAZY = "lazy AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))"


def listed(states: Iterable[Choices]) -> str:
    """For the right side of an IN: these states, as they are kept."""
    return ", ".join(f"'{state.value}'" for state in states)


def run(statement: str, arguments: Arguments) -> int:
    """Returns how many rows it touched. Raises what Django raises."""
    return _execute(statement, arguments)[0]


def rows(statement: str, arguments: Arguments) -> list[tuple[Any, ...]]:
    """The rows that it returns. Raises what Django raises."""
    return _execute(statement, arguments)[1]


@contextmanager
def soon() -> Iterator[None]:
    """A transaction inside a job that does not wait for the disk. What a crash of the server undoes of it the job does
    again: it is over only when it is settled, and then all that was before is on the disk."""
    with transaction.atomic():
        run("SELECT set_config('synchronous_commit', 'off', true)", [])
        yield


def copy(table: str, columns: Sequence[str], values: Iterable[Sequence[Any]]) -> None:
    """Adds many rows. ``table`` and ``columns`` are names of ours. Call inside a transaction."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.wrap_database_errors, connection.connection.cursor() as cursor, cursor.copy(statement) as into:
        for row in values:
            into.write_row(row)


def copy_text(table: str, columns: Sequence[str], text: str) -> None:
    """As ``copy``; ``text`` is in COPY's own form. A million rows are written so in half the time."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.wrap_database_errors, connection.connection.cursor() as cursor, cursor.copy(statement) as into:
        into.write(text)


def _execute(statement: str, arguments: Arguments) -> tuple[int, list[tuple[Any, ...]]]:
    """Django's own cursor sends the values within the text, so that PostgreSQL plans it each time."""
    connection.validate_no_broken_transaction()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement.encode(), arguments, prepare=True)
        return cursor.rowcount, cursor.fetchall() if cursor.description else []
