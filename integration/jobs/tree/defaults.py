"""What a row says where the tree does not."""

from functools import cache

from django.db.models import NOT_PROVIDED, Field, ForeignKey, Model

from integration.jobs.tree.cells import CODE, Plain, Row, column, plainly
from integration.jobs.tree.tables import Table


def needed(model: type[Model], name: str) -> bool:
    """Whether each row has to say it."""
    field = column(model, name)
    if (model, name) == CODE:
        return True
    return field.default is NOT_PROVIDED and not field.null and not field.blank


def default(model: type[Model], name: str) -> Plain:
    field = column(model, name)
    return None if isinstance(field, ForeignKey) or needed(model, name) else plainly(_default(field))


def whole(table: Table, row: Row) -> Row:
    """With a value for each column."""
    return {name: row[name] if name in row else default(table.model, name) for name in table.columns}


def short(table: Table, row: Row) -> Row:
    """Without what goes without saying."""
    return {
        name: row[name]
        for name in table.columns
        if needed(table.model, name) or row[name] != default(table.model, name)
    }


@cache
def _default(field: "Field[object, object]") -> object:
    return field.to_python(field.get_default())
