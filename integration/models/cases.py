"""What operations staff work on: one case per cause, and the jobs that wait for it."""

from django.conf import settings
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
        WAITING = "waiting", "waiting for somebody else"
        RESOLVED = "resolved"
        IGNORED = "ignored"

    fingerprint = models.CharField(max_length=300)
    code = models.CharField(max_length=10)
    title = models.CharField(max_length=100)
    cause = models.TextField()
    fix = models.TextField()
    owner = models.CharField(max_length=20)
    severity = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    connection = models.ForeignKey(Connection, models.SET_NULL, null=True, related_name="cases")
    document = models.ForeignKey(Document, models.SET_NULL, null=True, related_name="cases")
    context = models.JSONField(default=dict)
    value = models.DecimalField(max_digits=18, decimal_places=2, null=True, help_text="Money at stake")
    currency = models.CharField(max_length=3, blank=True)
    deadline = models.DateTimeField(null=True)
    count = models.PositiveIntegerField(default=1)
    first_seen = models.DateTimeField(db_default=Now(), editable=False)
    last_seen = models.DateTimeField()
    regression_of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="regressions")
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    resolution = models.CharField(max_length=300, blank=True)

    UNRESOLVED = (State.OPEN, State.WAITING)

    class Meta:
        ordering = ["-last_seen"]
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"], condition=Q(state__in=["open", "waiting"]), name="one_open_case_per_cause"
            )
        ]
        indexes = [models.Index(fields=["state", "-last_seen"], name="case_by_state")]

    def __str__(self) -> str:
        return self.title


class CaseJob(models.Model):
    """This job waits for that case."""

    case = models.ForeignKey(ExceptionCase, models.CASCADE, related_name="waiting", db_index=False)
    job = models.ForeignKey(SyncJob, models.CASCADE, related_name="waits_on")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "job"], name="one_row_per_case_and_job")]

    def __str__(self) -> str:
        return f"{self.job_id} waits for {self.case_id}"
