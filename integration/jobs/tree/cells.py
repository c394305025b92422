"""A column of a row as a plain value that YAML and JSON can say, and back.

Plain are text, whole numbers, true and false, null, lists and objects; numbers with parts are ``Decimal``, never
floats; times of the day are ``"07:00"``,
moments ISO 8601 in UTC.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, DecimalField, Field, FloatField, ForeignKey, Model, TimeField

from integration.jobs.tree.names import Names
from integration.jobs.tree.wrong import Wrong
from integration.models import Connection, DaysOff, ReportSchedule, Warehouse

Plain = Any
Row = dict[str, Plain]
# Odoo's ids, which are named by what they are called.
CODE = (Warehouse, "erp_warehouse_id")
LISTED = (ReportSchedule, "warehouses")


def column(model: type[Model], name: str) -> "Field[Any, Any]":
    found: Any = model._meta.get_field(name)
    return cast("Field[Any, Any]", found)


def plain(row: Any, name: str, names: Names) -> Plain:
    model, field = type(row), column(type(row), name)
    if isinstance(field, ForeignKey):
        return _called(field.related_model, getattr(row, field.attname), names)
    value = getattr(row, name)
    if (model, name) == CODE:
        return names.code(row.erp_id, value)
    if (model, name) == LISTED:
        return sorted(names.of_warehouses[pk] for pk in value if pk in names.of_warehouses)
    return plainly(value)


def value(model: type[Model], name: str, said: Plain, names: Names) -> Any:
    """For the attribute of the column. Raises Wrong."""
    field = column(model, name)
    if isinstance(field, ForeignKey):
        return _meant(field.related_model, said, names)
    if (model, name) == LISTED:
        return [_meant(Warehouse, called, names) for called in said]
    if said is None:
        return None
    if isinstance(field, FloatField):
        return float(said)
    if isinstance(field, DecimalField | TimeField | DateTimeField):
        return _read(field, said)
    return _exact(said)


def _called(model: Any, pk: Any, names: Names) -> Plain:
    if pk is None:
        return None
    known: Mapping[Any, Mapping[Any, str]] = {
        Connection: names.slugs, User: names.of_users, DaysOff: names.of_days_off
    }  # fmt: skip
    return known.get(model, names.of_warehouses)[pk]


def _meant(model: Any, said: Plain, names: Names) -> Any:
    if said is None:
        return None
    if model in (User, DaysOff):
        found: Any = (names.users if model is User else names.days_off).get(said)
    else:
        row = (names.connections if model is Connection else names.warehouses).get(said)
        found = row.pk if row else None
    if found is None:
        raise Wrong(f"there is no {model._meta.verbose_name} {said}")
    return found


def _read(field: Any, said: Plain) -> Any:
    try:
        return field.to_python(str(said))
    except ValidationError as wrong:
        raise Wrong(f"{field.name}: {' '.join(wrong.messages)}") from None


def plainly(value: Any) -> Plain:
    return next((make(value) for kind, make in PLAINLY if isinstance(value, kind)), value)


def _exact(said: Plain) -> Any:
    """Of what JSON columns keep: numbers as JSON has them."""
    if isinstance(said, Decimal):
        return float(said)
    if isinstance(said, dict):
        return {key: _exact(each) for key, each in said.items()}
    return [_exact(each) for each in said] if isinstance(said, list) else said


def _number(number: Decimal) -> Plain:
    return int(number) if number == number.to_integral_value() else number.normalize()


PLAINLY: tuple[tuple[type, Callable[[Any], Plain]], ...] = (
    (datetime, lambda moment: moment.astimezone(UTC).isoformat()),
    (time, lambda moment: f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"),
    (Decimal, _number),
    (bool, bool),
    (float, lambda number: _number(Decimal(str(number)))),
    (dict, lambda rows: {key: plainly(each) for key, each in rows.items()}),
    (list, lambda rows: [plainly(each) for each in rows]),
    (str, str),
)
