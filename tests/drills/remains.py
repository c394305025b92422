"""What is kept of a drill that failed, for whoever looks for the cause: Crossdock's tables, and the messages sent."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from config.local.errors import LocalError
from integration.sandbox.day.wms import Wms

OURS = "SELECT tablename FROM pg_tables WHERE tablename LIKE 'integration\\_%'"
COPY = SQL("COPY {} TO STDOUT WITH CSV HEADER")


@contextmanager
def kept(folder: Path, database_url: str, wms: Wms, tell: Callable[[str], None]) -> Iterator[None]:
    """Of what breaks off within, too."""
    try:
        yield
    except LocalError:
        keep(folder, database_url, wms)
        tell(f"What is left to look at is in {folder}")
        raise


def keep(folder: Path, database_url: str, wms: Wms) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "messages.json").write_text(json.dumps(wms.deliveries()["deliveries"], indent=1))
    with psycopg.connect(database_url) as database:
        for (table,) in database.execute(OURS).fetchall():
            with (
                database.cursor().copy(COPY.format(Identifier(table))) as rows,
                (folder / f"{table}.csv").open("wb") as file,
            ):
                for row in rows:
                    file.write(row)
