"""The days on which warehouses do not work, as lists that have a name."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models

MOST_DATES, LONGEST_NAME = 1_000, 100


def check_dates(dates: object) -> None:
    if not isinstance(dates, dict) or len(dates) > MOST_DATES:
        raise ValidationError(f"Give the days by their date, {MOST_DATES} at most.")
    for day, name in dates.items():
        try:
            date.fromisoformat(day)
        except ValueError:
            raise ValidationError(f"{day} is no day: give it such as 2026-12-25.") from None
        if len(day) != len("2026-12-25") or not isinstance(name, str) or len(name) > LONGEST_NAME:
            raise ValidationError(f"{day}: give the date such as 2026-12-25, and a name of at most {LONGEST_NAME}.")


class DaysOff(models.Model):
    """A list of days on which warehouses do not work, such as the holidays of a country; several may share it."""

    name = models.CharField(max_length=80, unique=True)
    dates = models.JSONField(
        default=dict, blank=True, validators=[check_dates], help_text="What each day is called, by its date"
    )

    class Meta:
        ordering = ["name"]
        verbose_name = "days off"
        verbose_name_plural = "days off"

    def __str__(self) -> str:
        return self.name
