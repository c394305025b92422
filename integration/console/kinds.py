"""A connection that is chosen for one side, by the name of the field, is of a kind of that side."""

from typing import Any

from django.db.models import Field, Model, QuerySet

from integration.jobs.connections import KINDS
from integration.models import Connection


def choices(field: "Field[Any, Any]") -> QuerySet[Model]:
    """What a foreign key can be set to, by the name of its field."""
    rows: QuerySet[Model] = field.related_model._default_manager.all()  # type: ignore[union-attr]
    kinds = KINDS.get(field.name) if field.related_model is Connection else None
    return rows.filter(kind__in=kinds) if kinds is not None else rows
