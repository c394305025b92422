"""From when to when a warehouse works."""

from django.db import models

from integration.models.carriers import workdays
from integration.models.connections import Warehouse, check_days


class WorkingHours(models.Model):
    """From when to when a warehouse works on some days of the week, by its own clock.

    A warehouse without any works around the clock; one that has some works at no other time.
    """

    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="hours")
    opens = models.TimeField(help_text="In the warehouse's time zone")
    closes = models.TimeField(help_text="Not after it opens: on the next day")
    days = models.JSONField(default=workdays, validators=[check_days], help_text="0 is Monday")

    class Meta:
        ordering = ["warehouse", "opens"]
        verbose_name_plural = "working hours"

    def __str__(self) -> str:
        return f"{self.opens:%H:%M} to {self.closes:%H:%M}"
