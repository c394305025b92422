"""Two people with one page: who saves later is told what has changed since it was opened. Nothing is lost unseen."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.shortcuts import get_object_or_404
from django.utils.text import capfirst
from django.utils.translation import gettext as _

FIELD = "seen"
LONGEST = 60  # characters of a value that are told
UNTOLD = frozenset({"password"})


class Watched(forms.ModelForm):  # type: ignore[type-arg]
    """A form that knows what the row said when its page was opened: ``posted``, as ``seen`` gave it; None for a form
    that no page has sent."""

    posted: str | None = None

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.instance.pk is not None and self.posted is not None:
            rows = self.instance.__class__._base_manager.select_for_update(no_key=True)
            row = get_object_or_404(rows, pk=self.instance.pk)  # somebody may have deleted it meanwhile
            if changed := list(self._changed(row)):
                raise ValidationError(
                    _(
                        "Somebody has changed this since you opened the page: {changes}. Nothing was saved. Save again"
                        " to write over it, or open the page anew to keep it."
                    ).format(changes="; ".join(changed))
                )
            self._take_over(row)
        return cleaned

    def _changed(self, row: Model) -> Iterator[str]:
        known, now = _read(self.posted or ""), prints(row)
        for name in self.fields:
            if name in now and known.get(name) != now[name]:
                yield f"{capfirst(str(self.fields[name].label or name))} ({_told(row, name)})"

    def _take_over(self, row: Model) -> None:
        """What the page does not show stays as it is by now: all columns are written."""
        for field in row._meta.concrete_fields:
            if field.name not in self.fields:
                setattr(self.instance, field.attname, getattr(row, field.attname))


def seen(row: Model) -> str:
    """What the row says, for the page."""
    return json.dumps(prints(row))


def prints(row: Model) -> dict[str, str]:
    """A fingerprint of each field that people edit."""
    columns = {field.name: field.value_from_object(row) for field in row._meta.concrete_fields if field.editable}
    many = {field.name: sorted(each.pk for each in getattr(row, field.name).all()) for field in row._meta.many_to_many}
    return {name: _print(value) for name, value in {**columns, **many}.items() if name not in UNTOLD}


def _print(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:12]


def _read(posted: str) -> dict[str, Any]:
    """What is no list of fingerprints agrees with nothing."""
    try:
        found = json.loads(posted)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _told(row: Model, name: str) -> str:
    value = getattr(row, name)
    said = ", ".join(map(str, value.all())) if hasattr(value, "all") else str(value)
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}..."
