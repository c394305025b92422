"""procrastinate as it comes: durable jobs in PostgreSQL, in order by a lock, in a schema of their own."""

import os

import procrastinate

SCHEMA = "procrastinate"
ADDRESS = os.environ["DATABASE_URL"]
OPTIONS = f"-c search_path={SCHEMA}"

app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=ADDRESS, kwargs={"options": OPTIONS}))


@app.task(queue="bench")
def nothing(number: int) -> None:
    """No operation."""


def prepare(jobs: int, per_lock: int) -> None:
    """Empty tables with so many jobs, so many of one lock."""
    connector = procrastinate.SyncPsycopgConnector(conninfo=ADDRESS, kwargs={"options": OPTIONS})
    with app.replace_connector(connector) as filling, filling.open():
        connector.execute_query(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        connector.execute_query(f"CREATE SCHEMA {SCHEMA}")
        filling.schema_manager.apply_schema()
        for lock in range(-(-jobs // per_lock)):
            numbers = range(lock * per_lock, min((lock + 1) * per_lock, jobs))
            nothing.configure(lock=f"bench:{lock}").batch_defer(*({"number": number} for number in numbers))
