"""INSERT ... SELECT into a table: what is not said of a column is the model's own default."""

import uuid
from typing import Any

from django.db import connection, models
from psycopg import sql

from integration.models.fields import encrypt


def fill(model: type[models.Model], source: str, /, **columns: str) -> None:
    """``columns``: SQL by the name of the field; ``source``: what follows FROM, in the order of ids."""
    chosen = {model._meta.get_field(name).column: said for name, said in columns.items()}
    left = [field for field in model._meta.concrete_fields if field.column not in chosen and not _may_be_left(field)]
    chosen |= {field.column: _default(field) for field in left}
    names = ", ".join(f'"{name}"' for name in chosen)
    run(f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {", ".join(chosen.values())} FROM {source}')


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def sealed(text: str) -> str:
    """As it stands in an encrypted column."""
    return f"'\\x{encrypt(text.encode()).hex()}'::bytea"


def literal(value: Any) -> str:
    return sql.Literal(value).as_string(connection.connection)


def values(name: str, *texts: Any) -> str:
    """One of the texts for each row, by chance: the same one in every run. ``name``: the row's number in SQL."""
    listed = ", ".join(literal(text) for text in texts)
    return f"(ARRAY[{listed}])[{chance(name, len(texts))} + 1]"


def chance(name: str, below: int) -> str:
    """A number from 0, which says nothing of its neighbours'."""
    return f"(abs(hashint8(({name})::bigint)::bigint) % {below})"


def _may_be_left(field: "models.Field[Any, Any]") -> bool:
    return field.primary_key or field.null or field.has_db_default()


def _default(field: "models.Field[Any, Any]") -> str:
    if getattr(field, "auto_now", False):
        return "now()"
    value = field.get_default()
    return "gen_random_uuid()" if isinstance(value, uuid.UUID) else literal(field.get_db_prep_save(value, connection))
