"""Values on their way in (checked, converted) and out (as Odoo writes them on the wire)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from .schema import X2MANY, Field

if TYPE_CHECKING:
    from .env import Env

DATETIME_FORMAT = "%Y-%m-%d %H:%M:%S"
DATE_FORMAT = "%Y-%m-%d"
# Fewer digits than others have.
DIGITS = {"volume": 2, "weight": 2}
TEXTS = ("char", "text", "html")


def parse_datetime(value: Any) -> datetime | bool:
    """Odoo's own reading of a datetime in `write`. Raises ValueError for anything else."""
    if not value:
        return False
    if isinstance(value, datetime):
        return value
    return datetime.strptime(str(value), DATETIME_FORMAT[: len(str(value)) - 2])


def parse_date(value: Any) -> date | bool:
    if not value:
        return False
    if isinstance(value, date):
        return value
    return datetime.strptime(str(value)[:10], DATE_FORMAT).date()


def _selection(field: Field, value: Any) -> Any:
    if value in (None, False, ""):
        return False
    if field.selection and value not in field.selection:
        raise ValueError(f"Wrong value for {field.model}.{field.name}: {value!r}")
    return value


def _html(value: Any) -> Any:
    if not value:
        return False
    text = str(value)
    return text if text.lstrip().startswith("<") else f"<p>{text}</p>"


def _many2one(env: Env, field: Field, value: Any) -> int | bool:
    if isinstance(value, (list, tuple)):
        value = value[0] if value else False
    if not value:
        return False
    if field.relation in env.database.schema:
        env.existing(field.relation, [value])
    return int(value)


def parse(env: Env, field: Field, value: Any) -> Any:
    """A client's value as it is kept. Raises ValueError or MissingError."""
    if field.type == "many2one":
        return _many2one(env, field, value)
    if field.type == "selection":
        return _selection(field, value)
    if field.type == "datetime":
        return parse_datetime(value)
    if field.type == "date":
        return parse_date(value)
    if field.type == "html":
        return _html(value)
    return _scalar(field, value)


def _scalar(field: Field, value: Any) -> Any:
    if field.type in ("float", "monetary"):
        return round(float(value or 0.0), DIGITS.get(field.name, 6))
    if field.type == "integer":
        return int(value or 0)
    if field.type == "boolean":
        return bool(value)
    if field.type in TEXTS:
        return False if value in (None, False, "") else str(value)
    return value


def show(env: Env, field: Field, value: Any, *, names: bool = True) -> Any:
    """A kept value as `read` answers it."""
    if field.type == "many2one":
        if not value or field.relation not in env.database.schema:
            return value or False
        return [value, env.browse(field.relation, value).label] if names else value
    if field.type in X2MANY:
        return list(value or ())
    if isinstance(value, datetime):
        return value.strftime(DATETIME_FORMAT)
    if isinstance(value, date):
        return value.strftime(DATE_FORMAT)
    if field.type in ("float", "monetary"):
        return float(value or 0.0)
    return value
