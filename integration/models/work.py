"""The engine's memory: streams, jobs, their tries, and the writes they made elsewhere."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Now

from integration.models.connections import Connection
from integration.models.documents import Document


class Lane(models.IntegerChoices):
    """Business priority: a lower number drains first."""

    SHIPMENT = 1
    ORDER = 2
    INVENTORY = 3
    MASTER_DATA = 4


class Stream(models.Model):
    """One ordering key: its jobs run one after the other, in the order they came."""

    key = models.CharField(max_length=200)
    lane = models.PositiveSmallIntegerField(choices=Lane)
    next_due_at = models.DateTimeField(null=True, help_text="When its first job is due; empty: nothing to do")
    claimed_until = models.DateTimeField(null=True)
    claim_token = models.UUIDField(null=True)

    class Meta:
        ordering = ["lane", "next_due_at"]
        constraints = [models.UniqueConstraint(fields=["key"], name="one_stream_per_key")]
        indexes = [
            models.Index(fields=["lane", "next_due_at"], name="stream_due", condition=Q(next_due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.key


class ResourceLock(models.Model):
    """Something in a remote system that one worker at a time should write, for speed; see ``jobs.locks``."""

    key = models.CharField(max_length=200, primary_key=True)
    token = models.UUIDField()
    held_until = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class SyncJob(models.Model):
    """One unit of work. ``payload`` holds ids and codes only: what is personal stays in messages and snapshots.

    A job is written three times, and each time every index gets an entry: there are no more of them than are needed.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        RETRY = "retry", "will be tried again"
        BLOCKED = "blocked", "waits for its cause to go away"
        NEEDS_ATTENTION = "needs_attention", "needs a person"
        SUCCEEDED = "succeeded"
        SUPERSEDED = "superseded", "replaced by a newer one"
        CANCELLED = "cancelled"

    stream = models.ForeignKey(Stream, models.PROTECT, related_name="jobs")
    flow = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    subject = models.CharField(max_length=100, help_text="What it is about, for people")
    document = models.ForeignKey(Document, models.SET_NULL, null=True, related_name="jobs")
    inbound = models.ForeignKey(
        "integration.InboundMessage", models.SET_NULL, null=True, related_name="jobs", db_index=False
    )
    outbound = models.OneToOneField("integration.OutboundMessage", models.SET_NULL, null=True, related_name="job")
    state = models.CharField(max_length=16, choices=State, default=State.PENDING)
    attempts = models.PositiveIntegerField(default=0, help_text="Tries that count against the limit")
    tries = models.PositiveIntegerField(default=0, help_text="All tries")
    started_with = models.PositiveSmallIntegerField(
        default=1, db_default=1, help_text="Jobs that its worker took together with it, itself included"
    )
    crashes = models.PositiveSmallIntegerField(default=0, help_text="Deaths of workers that had taken nothing else")
    next_attempt_at = models.DateTimeField(null=True)
    waits_for = models.ForeignKey(Connection, models.SET_NULL, null=True, related_name="waiting_jobs", db_index=False)
    failure_code = models.CharField(max_length=10, blank=True)
    failure_mode = models.CharField(max_length=80, blank=True, help_text="The problem's name, for people")
    failure_text = models.TextField(blank=True)
    trace_id = models.UUIDField(default=uuid.uuid4)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True, help_text="The latest try")
    finished_at = models.DateTimeField(null=True)

    ACTIVE = (State.PENDING, State.RUNNING, State.RETRY, State.BLOCKED, State.NEEDS_ATTENTION)
    UNSENT = (State.PENDING, State.RETRY, State.BLOCKED, State.NEEDS_ATTENTION)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["stream", "id"],
                name="job_active_by_stream",
                condition=Q(state__in=["pending", "running", "retry", "blocked", "needs_attention"]),
            ),
            models.Index(fields=["waits_for"], name="job_waits_for", condition=Q(waits_for__isnull=False)),
            models.Index(fields=["inbound"], name="job_inbound", condition=Q(inbound__isnull=False)),
            models.Index(fields=["state", "-id"], name="job_not_succeeded", condition=~Q(state="succeeded")),
            models.Index(
                fields=["trace_id"],
                name="job_trace_stuck",
                condition=Q(state__in=["retry", "blocked", "needs_attention"]),
            ),
            models.Index(
                KeyTransform("warehouse", "payload"),
                name="job_of_warehouse",
                condition=Q(document=None, payload__has_key="warehouse"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.flow} {self.subject}"


class JobAttempt(models.Model):
    """One try, never overwritten. ``calls``: name, milliseconds and outcome of each remote call, without data."""

    job = models.ForeignKey(SyncJob, models.CASCADE, related_name="history", db_index=False)
    number = models.PositiveIntegerField()
    worker = models.CharField(max_length=100)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(db_default=Now(), editable=False)
    outcome = models.CharField(max_length=16)
    code = models.CharField(max_length=10, blank=True)
    detail = models.TextField(blank=True)
    calls = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="one_attempt_per_number")]

    def __str__(self) -> str:
        return f"{self.job_id} #{self.number} {self.outcome}"


class Effect(models.Model):
    """One write in a remote system. Its key comes from the business document and outlives jobs and messages."""

    class State(models.TextChoices):
        INTENDED = "intended", "sent, outcome not known"
        LANDED = "landed"
        REFUSED = "refused", "surely not done"

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="effects", db_index=False)
    key = models.CharField(max_length=250, db_collation="C", help_text="Searched by its beginning, too")
    verb = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State, default=State.INTENDED)
    job = models.ForeignKey(SyncJob, models.SET_NULL, null=True, related_name="effects")
    intent = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    intended_at = models.DateTimeField()
    may_land_until = models.DateTimeField(help_text="Not found before then proves nothing")
    landed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["connection", "key"], name="one_effect_per_key")]
        indexes = [
            models.Index(fields=["connection"], name="effect_of_return", condition=models.Q(verb="take_back")),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.key}"
