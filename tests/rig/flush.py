"""Empties the tables after a test that commits: row by row while they are small.

TRUNCATE makes new files for each table and each of its indexes, which takes a third of a second however few rows there
are, and most tests leave a few dozen.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

# What Django, and the roles, would write anew at once.
KEPT = ("auth_permission", "django_content_type", "auth_group", "auth_group_permissions")
UNGUARDED = "SET LOCAL session_replication_role = replica"  # no triggers: the audit log refuses to lose rows
SMALL_BYTES = 1_000_000  # rows that are deleted stay in the way of who scans the table until they are vacuumed
_LARGEST = "SELECT COALESCE(max(pg_relation_size(oid)), 0) FROM pg_class WHERE relkind = 'r' AND relname = ANY(%s)"


def install() -> None:
    """Call when Django is set up."""
    operations = type(connection.ops)
    truncate = operations.sql_flush

    def flush(self: Any, style: Any, tables: Sequence[str], **options: bool) -> list[str]:
        if options.get("reset_sequences") or _largest(self.connection, tables) > SMALL_BYTES:
            return [UNGUARDED, *truncate(self, style, tables, **options)]
        return [UNGUARDED, *(f"DELETE FROM {self.quote_name(table)}" for table in tables if table not in KEPT)]

    operations.sql_flush = flush  # type: ignore[method-assign]


def _largest(database: Any, tables: Sequence[str]) -> int:
    with database.cursor() as cursor:
        cursor.execute(_LARGEST, [list(tables)])
        return int(cursor.fetchone()[0])
