"""What operations staff work on: one case per cause, and the jobs that wait for it."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from integration.models.connections import Connection
from integration.models.documents import Document
from integration.models.work import SyncJob


class ExceptionCase(models.Model):
    """One cause. It opens with the first failure, counts the next ones, and closes when the cause is gone."""

    class State(models.TextChoices):
        OPEN = "open"
        WAITING_ODOO = "waiting_odoo", "waiting for Odoo"
        WAITING_WMS = "waiting_wms", "waiting for the warehouse"
        WAITING_US = "waiting_us", "waiting for us"
        SNOOZED = "snoozed"
        RESOLVED = "resolved"
        IGNORED = "ignored"

    fingerprint = models.CharField(max_length=300)
    code = models.CharField(max_length=10)
    title = models.CharField(max_length=100)
    cause = models.TextField()
    fix = models.TextField()
    owner = models.CharField(max_length=20, verbose_name="team")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="cases", verbose_name="owner"
    )
    severity = models.CharField(max_length=10)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    connection = models.ForeignKey(Connection, models.SET_NULL, null=True, related_name="cases")
    document = models.ForeignKey(Document, models.SET_NULL, null=True, related_name="cases")
    context = models.JSONField(default=dict)
    value = models.DecimalField(max_digits=18, decimal_places=2, null=True, help_text="Money at stake")
    currency = models.CharField(max_length=3, blank=True)
    deadline = models.DateTimeField(null=True)
    rule = models.ForeignKey(
        "integration.CaseRule", models.SET_NULL, null=True, related_name="+", help_text="Which said whose desk it is"
    )
    snoozed_until = models.DateTimeField(null=True)
    escalate_at = models.DateTimeField(null=True, help_text="When it gets more severe, if it stays open")
    count = models.PositiveIntegerField(default=1)
    first_seen = models.DateTimeField(db_default=Now(), editable=False)
    last_seen = models.DateTimeField()
    jobs = models.JSONField(default=list, db_default=[], editable=False, help_text="The first that have waited for it")
    regression_of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="regressions")
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    resolution = models.CharField(max_length=300, blank=True)

    WAITING = (State.WAITING_ODOO, State.WAITING_WMS, State.WAITING_US)
    UNRESOLVED = (State.OPEN, *WAITING, State.SNOOZED)

    class Meta:
        ordering = ["-last_seen"]
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=Q(state__in=["open", "waiting_odoo", "waiting_wms", "waiting_us", "snoozed"]),
                name="one_open_case_per_cause",
            )
        ]
        indexes = [
            models.Index(fields=["state", "-last_seen"], name="case_by_state"),
            models.Index(fields=["fingerprint", "-id"], name="case_by_cause"),
            models.Index(fields=["first_seen"], name="case_of_day"),
            models.Index(fields=["escalate_at"], name="case_to_escalate", condition=Q(escalate_at__isnull=False)),
            models.Index(fields=["snoozed_until"], name="case_to_wake", condition=Q(snoozed_until__isnull=False)),
            GinIndex(fields=["context"], opclasses=["jsonb_path_ops"], fastupdate=False, name="case_names"),
        ]

    def __str__(self) -> str:
        return self.title


class CaseEvent(models.Model):
    """What people, and the clock, did about a case while it was open. Rows are only ever added."""

    class Kind(models.TextChoices):
        COMMENT = "comment", "said"
        ASSIGNED = "assigned"
        WAITS = "waits", "waits for somebody"
        SNOOZED = "snoozed"
        OPENED = "opened", "taken up again"
        ESCALATED = "escalated"
        TRIED = "tried", "tried again"
        EDITED = "edited", "changed the message"

    case = models.ForeignKey(ExceptionCase, models.CASCADE, related_name="events")
    at = models.DateTimeField(db_default=Now(), editable=False)
    actor = models.CharField(max_length=150, blank=True, help_text="Empty: the clock")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.actor or 'the clock'} {self.get_kind_display()}"


class CaseTally(models.Model):
    """How often a cause was met within an hour."""

    case = models.ForeignKey(ExceptionCase, models.CASCADE, related_name="tallies", db_index=False)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "case tallies"
        ordering = ["hour"]
        constraints = [models.UniqueConstraint(fields=["case", "hour"], name="one_tally_per_hour")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H}: {self.count}"


class CaseRule(models.Model):
    """Whose desk new cases land on, and what becomes of them when they age. The first one that fits decides."""

    order = models.PositiveSmallIntegerField(default=100, help_text="The lowest that fits decides")
    code = models.CharField(max_length=10, blank=True, help_text="How the code begins, such as CD-70; empty: any")
    flow = models.CharField(max_length=60, blank=True, help_text="What was being done; empty: any")
    warehouse = models.ForeignKey("integration.Warehouse", models.CASCADE, null=True, blank=True, related_name="+")
    erp_partner_id = models.PositiveIntegerField(
        null=True, blank=True, verbose_name="customer or supplier", help_text="Odoo's id; empty: any"
    )
    team = models.CharField(max_length=20, blank=True, help_text="Empty: as the code says")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="owner"
    )
    deadline_minutes = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: as the severity says")
    escalate_minutes = models.PositiveIntegerField(
        null=True, blank=True, help_text="From its first sight to its escalation; empty: at its deadline"
    )
    escalate_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+",
        help_text="Who gets it then; empty: it stays where it is, one step more severe",
    )  # fmt: skip
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["order", "id"]

    def __str__(self) -> str:
        parts = (self.code, self.flow.replace("_", " "), self.warehouse.name if self.warehouse else "")
        about = ", ".join(filter(None, parts)) or "every case"
        return f"{about}{f', partner {self.erp_partner_id}' if self.erp_partner_id else ''}"


class CaseJob(models.Model):
    """This job waits for that case."""

    case = models.ForeignKey(ExceptionCase, models.CASCADE, related_name="waiting", db_index=False)
    job = models.ForeignKey(SyncJob, models.CASCADE, related_name="waits_on")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "job"], name="one_row_per_case_and_job")]

    def __str__(self) -> str:
        return f"{self.job_id} waits for {self.case_id}"
