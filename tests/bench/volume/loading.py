"""Fills an empty database, without the checks of foreign keys, which are right by the way the rows are made."""

import time
from collections.abc import Callable

from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection

from integration.models import SyncJob
from tests.bench.volume import apart, cases, goods, orders, places, work
from tests.bench.volume.insert import run
from tests.bench.volume.sizes import Sizes

PARTS: dict[str, Callable[[Sizes], None]] = {
    "orders": orders.make,
    "jobs": work.make,
    "cases": cases.make,
    "goods": goods.make,
    "differences": apart.make,
    "history": work.rest,
}
PEOPLE = 12


def load(sizes: Sizes, tell: Callable[[str], None]) -> None:
    """Raises ValueError when there are jobs already."""
    if SyncJob.objects.exists():
        raise ValueError("There are jobs in this database: give an empty one.")
    began = time.monotonic()
    places.make()
    User.objects.bulk_create([User(username=f"person {at}", is_staff=True) for at in range(PEOPLE)])
    run("SET session_replication_role = replica")
    try:
        for name, part in PARTS.items():
            part(sizes)
            tell(f"{name} made, {time.monotonic() - began:,.0f} s")
    finally:
        run("SET session_replication_role = DEFAULT")
    _finish()
    tell(f"{sizes.jobs:,} jobs, {sizes.orders:,} orders, {sizes.cases:,} cases: {time.monotonic() - began:,.0f} s")


def counts() -> dict[str, int]:
    """Rows by table, as PostgreSQL estimates them after ANALYZE."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reltuples::bigint FROM pg_class WHERE relkind = 'r' AND reltuples >= 0")
        return dict(cursor.fetchall())


def _finish() -> None:
    """As autovacuum leaves the tables; ids go on after the ones that were given."""
    for model in apps.get_app_config("integration").get_models():
        table, key = model._meta.db_table, model._meta.pk
        if key.get_internal_type() == "BigAutoField":
            run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), GREATEST((SELECT max(id) FROM {table}), 1))")
        run(f"VACUUM (ANALYZE) {table}")
    run("CHECKPOINT")
