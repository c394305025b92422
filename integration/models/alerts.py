"""What somebody is told without looking: the rules, where it is told, what is so now, and each sending."""

from datetime import time

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from integration.models.connections import Connection, Warehouse, check_zone
from integration.models.fields import EncryptedJSONField


class Severity(models.TextChoices):
    """As ``errors.problem`` has it."""

    LOW = "low", "low"
    MEDIUM = "medium", "medium"
    HIGH = "high", "high"
    CRITICAL = "critical", "critical"


class AlertRule(models.Model):
    """From when on something is told. A kind without a row goes by the figures of the release."""

    class Kind(models.TextChoices):
        PROMISE = "promise", "a flow is slower than promised"
        CUTOFF = "cutoff", "orders will miss the carrier"
        BACKLOG = "backlog", "work will not be done in time"
        AWAY = "away", "a system does not answer"
        SILENCE = "silence", "Crossdock itself stands still"
        KEY = "key", "a key ends soon"
        VARIANCE = "variance", "the numbers do not agree"
        CASE = "case", "cases are past their deadline"

    kind = models.CharField(max_length=10, choices=Kind, unique=True)
    active = models.BooleanField(default=True)
    threshold = models.FloatField()
    least = models.PositiveIntegerField(default=0, help_text="Of fewer nothing is told")
    patience_minutes = models.PositiveIntegerField(default=0, help_text="How long it must be so before it is told")
    escalate_minutes = models.PositiveIntegerField(
        default=60, help_text="Told to the next ones when nobody has taken it for so long"
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class AlertChannel(models.Model):
    """Where people are told. Its address holds a secret: it is written and never read."""

    class Kind(models.TextChoices):
        MAIL = "mail"
        SLACK = "slack", "Slack"
        TEAMS = "teams", "Microsoft Teams"
        PAGERDUTY = "pagerduty", "PagerDuty"
        WEBHOOK = "webhook"

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    active = models.BooleanField(default=True)
    secrets = EncryptedJSONField(default=dict, editable=False)
    severity = models.CharField(max_length=10, choices=Severity, default=Severity.MEDIUM, verbose_name="least severity")
    from_level = models.PositiveSmallIntegerField(
        default=0, help_text="0: from the start; 1: once nobody has taken it in time; 2: nor in as long again"
    )
    teams = models.JSONField(default=list, blank=True, help_text="None: all")
    flows = models.JSONField(default=list, blank=True, help_text="None: all, and what is of no flow")
    warehouse = models.ForeignKey(
        Warehouse, models.CASCADE, null=True, blank=True, related_name="+",
        help_text="Empty: all, and what is of no warehouse",
    )  # fmt: skip
    time_zone = models.CharField(max_length=64, default="UTC", validators=[check_zone])
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    digest_at = models.TimeField(null=True, blank=True, help_text="All of a day at once; empty: at once")
    breaks = models.CharField(
        max_length=10, choices=Severity, default=Severity.CRITICAL, verbose_name="told at once from",
        help_text="In quiet hours, and beside a digest",
    )  # fmt: skip
    tells_gone = models.BooleanField(default=True, verbose_name="says when it is over")
    failures = models.PositiveIntegerField(default=0, editable=False)
    last_failure = models.CharField(max_length=300, default="", db_default="", editable=False)
    told_at = models.DateTimeField(null=True, editable=False, help_text="When it last took something")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if (self.quiet_from is None) != (self.quiet_to is None):
            raise ValidationError({"quiet_to": "Give both: from when to when it is quiet."})

    @property
    def quiet(self) -> tuple[time, time] | None:
        """None: it has no quiet hours."""
        return (self.quiet_from, self.quiet_to) if self.quiet_from and self.quiet_to else None


class Alert(models.Model):
    """Something that people are told, from when it was first so until it was over. One per cause."""

    class State(models.TextChoices):
        WATCHED = "watched", "not told yet"
        OPEN = "open"
        ACKNOWLEDGED = "acknowledged", "somebody has taken it"
        GONE = "gone", "over"

    fingerprint = models.CharField(max_length=300)
    kind = models.CharField(max_length=10, choices=AlertRule.Kind)
    state = models.CharField(max_length=12, choices=State, default=State.WATCHED)
    severity = models.CharField(max_length=10, choices=Severity, help_text="The worst that it was")
    says = models.JSONField(help_text="The sentence, and the parts behind it, with what is filled in")
    team = models.CharField(max_length=20)
    flow = models.CharField(max_length=60, blank=True)
    warehouse = models.ForeignKey(Warehouse, models.CASCADE, null=True, related_name="alerts")
    connection = models.ForeignKey(Connection, models.CASCADE, null=True, related_name="alerts")
    level = models.PositiveSmallIntegerField(default=0, help_text="How often it was told louder")
    escalate_at = models.DateTimeField(null=True)
    count = models.PositiveIntegerField(default=1, help_text="Looks that have found it")
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"], name="one_standing_alert_per_cause", condition=~Q(state="gone")
            )
        ]
        indexes = [models.Index(fields=["gone_at"], name="alert_gone", condition=Q(gone_at__isnull=False))]

    def __str__(self) -> str:
        head, *_ = self.says or [["", {}]]
        return str(head[0]).format_map(head[1])[:200]


class Notice(models.Model):
    """One thing told in one channel. Its row is made with what caused it, and taken before it is sent."""

    class What(models.TextChoices):
        RAISED = "raised", "that it is so"
        GONE = "gone", "that it is over"
        TEST = "test", "a test"

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending", "being sent"
        SENT = "sent"
        DROPPED = "dropped", "not needed any more"
        FAILED = "failed", "given up"

    channel = models.ForeignKey(AlertChannel, models.CASCADE, related_name="notices", db_index=False)
    alert = models.ForeignKey(Alert, models.CASCADE, null=True, related_name="notices", db_index=False)
    what = models.CharField(max_length=6, choices=What)
    level = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    message = models.UUIDField(null=True, help_text="What was sent together has the same")
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["alert", "channel", "level", "what"], name="one_notice_per_level")
        ]
        indexes = [
            models.Index(
                fields=["channel", "due_at"], name="notice_due", condition=Q(state__in=["waiting", "sending"])
            ),
            models.Index(fields=["channel", "-id"], name="notice_of_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}, {self.channel}"
