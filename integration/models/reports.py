"""What the days came to, kept for reports; and which reports are mailed when, to whom."""

from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now

from integration.models.carriers import workdays
from integration.models.connections import Warehouse, check_days, check_zone

MOST_RECIPIENTS = 20


class DayFigures(models.Model):
    """What a day of one warehouse came to, by the calendar of the warehouse's time zone.

    It is looked at again until the day after is over, and then stays, whatever is removed or changes later.
    ``figures``: by name, as ``integration.reports.figures`` makes them. What only its own day could tell, such as what
    was open in the evening, is missing of a day on which nobody looked.
    """

    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()
    figures = models.JSONField(default=dict, db_default={})
    closed = models.BooleanField(default=False, db_default=False, help_text="It is not looked at again")
    taken_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-day", "warehouse"]
        verbose_name_plural = "figures of days"
        permissions = [
            ("see_hypercare", "Can see the daily hypercare report"),
            ("see_scorecards", "Can see the scorecards of warehouses and partners"),
            ("see_lot_trace", "Can see the report of a lot"),
            ("see_transit_ageing", "Can see the report of goods in transit"),
        ]
        constraints = [models.UniqueConstraint(fields=["warehouse", "day"], name="one_row_per_warehouse_and_day")]

    def __str__(self) -> str:
        return f"{self.warehouse}, {self.day:%Y-%m-%d}"


class FlowDay(models.Model):
    """Jobs of one flow about one warehouse that went through on a day of its calendar. Counted with the pulse."""

    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    flow = models.CharField(max_length=60)
    jobs = models.PositiveIntegerField()
    kept = models.PositiveIntegerField(help_text="Of them as fast as promised")
    seconds = models.FloatField(help_text="That they took, summed up")

    class Meta:
        ordering = ["-day", "warehouse", "flow"]
        verbose_name_plural = "flows by day"
        constraints = [
            models.UniqueConstraint(fields=["warehouse", "day", "flow"], name="one_row_per_warehouse_day_and_flow")
        ]

    def __str__(self) -> str:
        return f"{self.flow} {self.day:%Y-%m-%d}: {self.jobs}"


class ReportSchedule(models.Model):
    """A report that is mailed by itself. ``warehouses`` empty: all there are when it is sent."""

    class Report(models.TextChoices):
        HYPERCARE = "hypercare", "daily hypercare"
        WAREHOUSE = "warehouse", "scorecard of warehouses"
        PARTNER = "partner", "scorecard of partners"
        TRANSIT = "transit", "goods in transit"

    class Covers(models.TextChoices):
        DAY_BEFORE = "day_before", "the day before"
        SAME_DAY = "same_day", "the same day, as far as it has come"

    class Form(models.TextChoices):
        PDF = "pdf", "PDF"
        XLSX = "xlsx", "XLSX"
        BOTH = "both", "PDF and XLSX"

    class Language(models.TextChoices):
        EN = "en", "English"
        DE = "de", "Deutsch"

    name = models.CharField(max_length=60, unique=True, help_text="What the mails are called")
    report = models.CharField(max_length=12, choices=Report, default=Report.HYPERCARE)
    warehouses = ArrayField(models.BigIntegerField(), default=list, blank=True, db_default=[])
    recipients = ArrayField(models.EmailField(), help_text="One address a line; each gets a mail of its own")
    time = models.TimeField(default=time(7), help_text="In the time zone below")
    days = models.JSONField(default=workdays, validators=[check_days], help_text="0 is Monday")
    time_zone = models.CharField(
        max_length=64, default="UTC", validators=[check_zone], help_text="Such as Europe/Berlin"
    )
    covers = models.CharField(max_length=10, choices=Covers, default=Covers.DAY_BEFORE)
    form = models.CharField(max_length=4, choices=Form, default=Form.PDF)
    language = models.CharField(max_length=2, choices=Language, default=Language.EN)
    active = models.BooleanField(default=True)
    set_at = models.DateTimeField(
        auto_now=True, editable=False, help_text="When it was last changed: no mail is due before that"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if len(self.recipients or []) > MOST_RECIPIENTS:
            raise ValidationError(
                {"recipients": f"At most {MOST_RECIPIENTS} addresses: use a list of your mail server."}
            )


class ReportMail(models.Model):
    """One mail of a schedule's day to one recipient. There is one, whoever starts it how often, beside those that
    people ask for."""

    schedule = models.ForeignKey(ReportSchedule, models.CASCADE, related_name="mails", db_index=False)
    day = models.DateField(help_text="On which it was due, in the schedule's time zone")
    recipient = models.EmailField()
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    sent_at = models.DateTimeField(null=True, editable=False, help_text="When the mail server took it")
    asked_by = models.CharField(
        max_length=150, blank=True, default="", db_default="", editable=False, help_text="Who had it sent at once"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "day", "recipient"],
                name="one_mail_per_day_and_recipient",
                condition=models.Q(asked_by=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.schedule}, {self.day:%Y-%m-%d}"
