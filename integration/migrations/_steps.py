"""Steps of a migration that is not one transaction, because indexes are made beside the work: each may be run again
when a later one has failed."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.migrations import SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

_THERE = """
SELECT FROM information_schema.columns WHERE table_schema = current_schema AND table_name = %s AND column_name = %s"""
_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(quote_ident(%s))"


class Together(SeparateDatabaseAndState):
    """Several steps in one transaction; none of them where what they make is there. ``table`` and ``column`` tell."""

    def __init__(self, table: str, operations: Sequence[Operation], column: str = "id") -> None:
        super().__init__(operations, operations)
        self.table, self.column = table, column

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.collect_sql:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        elif not _rows(schema_editor, _THERE, self.table, self.column):
            with DatabaseSchemaEditor(schema_editor.connection, atomic=True) as own:  # type: ignore[arg-type]
                super().database_forwards(app_label, own, from_state, to_state)


class IndexBeside(AddIndexConcurrently):
    """One that could not be finished is there, and of no use: it is made anew."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        found = () if schema_editor.collect_sql else _rows(schema_editor, _VALID, self.index.name)
        if found == [(True,)]:
            return
        if found:
            schema_editor.execute(f"DROP INDEX CONCURRENTLY {schema_editor.quote_name(self.index.name)}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)


def _rows(schema_editor: BaseDatabaseSchemaEditor, statement: str, *arguments: str) -> list[tuple[Any, ...]]:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchall()
