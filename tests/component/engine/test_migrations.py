"""A migration that made its indexes beside the work, and failed at one of them, is run again to its end."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

from integration.models import Document, InboundMessage

pytestmark = pytest.mark.django_db(transaction=True)
# Its last index, or one of several, and the migration before it.
MADE = {
    "0029_replays": ("inbound_received", InboundMessage),
    "0041_reports": ("document_of_day", Document),
    "0042_message_gaps": ("inbound_counted", InboundMessage),
}
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"
SPOIL = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)"


def valid(index: str) -> list[tuple[bool]]:
    with connection.cursor() as cursor:
        cursor.execute(VALID, [index])
        return cursor.fetchall()


def apply(name: str) -> None:
    loader = MigrationLoader(connection)
    migration = loader.get_migration("integration", name)
    parents = (node.key for node in loader.graph.node_map["integration", name].parents)
    before = loader.project_state(next(key for key in parents if key[0] == "integration"))
    with connection.schema_editor(atomic=migration.atomic) as editor:
        migration.apply(before, editor)


@pytest.mark.parametrize("spoilt", [True, False], ids=["unfinished", "missing"])
@pytest.mark.parametrize("name", MADE)
def test_what_is_there_is_left_and_what_is_missing_is_made(name: str, spoilt: bool) -> None:
    index, table = MADE[name]
    with connection.cursor() as cursor:
        cursor.execute(*((SPOIL, [index]) if spoilt else (f"DROP INDEX {index}",)))
    apply(name)
    assert valid(index) == [(True,)]
    assert not missing_from(table, index)


def missing_from(table: type[Model], index: str) -> bool:
    with connection.cursor() as cursor:
        return index not in connection.introspection.get_constraints(cursor, table._meta.db_table)
