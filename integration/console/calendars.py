"""From when to when warehouses work, and the days on which they do not."""

import re
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from integration.console.base import ConfigurationAdmin
from integration.models import DaysOff, WorkingHours
from integration.models.days_off import LONGEST_NAME, MOST_DATES

DAYS = list(WEEKDAYS_ABBR.items())
LINE = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})[ \t;,]*(?P<name>.*)")


class WorkingHoursForm(forms.ModelForm):  # type: ignore[type-arg]
    days = forms.TypedMultipleChoiceField(
        label=_("Days"), choices=DAYS, coerce=int, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = WorkingHours
        fields = ("warehouse", "opens", "closes", "days")


@admin.register(WorkingHours)
class WorkingHoursAdmin(ConfigurationAdmin):
    form = WorkingHoursForm
    list_display = ("warehouse", "opens", "closes", "days_shown")
    list_display_links = ("warehouse", "opens")
    list_select_related = ("warehouse",)
    list_filter = ("warehouse",)
    search_fields = ("warehouse__name",)
    nothing = _("Say from when to when a warehouse works: one without any works around the clock.")

    @admin.display(description=_("days"))
    def days_shown(self, row: WorkingHours) -> str:
        return ", ".join(str(WEEKDAYS_ABBR[day]) for day in sorted(row.days))


class DaysOffForm(forms.ModelForm):  # type: ignore[type-arg]
    """The days as lines of text, which people can paste from a sheet."""

    dates = forms.CharField(
        label=_("Days"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 15}),
        required=False,
        help_text=_("One a line: the date, and what it is called, such as 2026-12-25 Christmas Day"),
    )

    class Meta:
        model = DaysOff
        fields = ("name", "dates")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["dates"] = "\n".join(f"{day} {name}".strip() for day, name in sorted(self.instance.dates.items()))

    def clean_dates(self) -> dict[str, str]:
        lines = (line.strip() for line in self.cleaned_data["dates"].splitlines())
        found = dict(_read(line) for line in lines if line)
        if len(found) > MOST_DATES:
            raise ValidationError(_("These are more than {n} days.").format(n=MOST_DATES))
        return dict(sorted(found.items()))


def _read(line: str) -> tuple[str, str]:
    """Raises ValidationError."""
    found = LINE.fullmatch(line)
    try:
        day = date.fromisoformat(found["day"]) if found else None
    except ValueError:
        day = None
    if found is None or day is None:
        raise ValidationError(_("This is no day: {line}").format(line=line[:LONGEST_NAME]))
    return day.isoformat(), found["name"].strip()[:LONGEST_NAME]


@admin.register(DaysOff)
class DaysOffAdmin(ConfigurationAdmin):
    form = DaysOffForm
    list_display = ("name", "how_many", "last_one")
    search_fields = ("name",)
    nothing = _("Make a list of days, such as the holidays of a country, and name it in the warehouses it is for.")

    @admin.display(description=_("days"))
    def how_many(self, row: DaysOff) -> int:
        return len(row.dates)

    @admin.display(description=_("last one"))
    def last_one(self, row: DaysOff) -> str:
        return max(row.dates, default="-")
