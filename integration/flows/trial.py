"""What the end of a job would change in our tables: it is done, counted and undone, and nobody else ever sees it."""

from collections.abc import Callable

from django.apps import apps
from django.db import transaction

from integration.jobs import sql
from integration.models import Stream

# Rows written in this session and not reported yet, by table: what was there before is taken off.
_COUNTS = "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
PATIENCE = "SET LOCAL lock_timeout = '2s'"
MACHINERY = {Stream._meta.db_table}  # is only woken


def changes(apply: Callable[[], None]) -> dict[str, int]:
    """Rows that ``apply`` would add, change or remove, by the name of their table. Raises what ``apply`` raises, and
    OperationalError when somebody else holds the rows."""
    with transaction.atomic(durable=True):
        sql.run(PATIENCE, [])
        before = dict(sql.rows(_COUNTS, []))
        try:
            apply()
            after = dict(sql.rows(_COUNTS, []))
        finally:
            transaction.set_rollback(True)
    touched = {table: count - before.get(table, 0) for table, count in after.items() if table not in MACHINERY}
    names = {model._meta.db_table: str(model._meta.verbose_name_plural) for model in apps.get_models()}
    return {names.get(table, table): count for table, count in sorted(touched.items()) if count}
