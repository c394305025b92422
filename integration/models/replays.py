"""Messages that a person wants worked on again: what that would do, who let it go, and what became of it."""

from django.contrib.auth.models import User
from django.db import models
from django.db.models.functions import Now

from integration.models.documents import Document
from integration.models.messages import InboundMessage
from integration.models.work import SyncJob


class Replay(models.Model):
    """One wish. ``digest`` is of the messages chosen; ``round``: how often it was tried, so that nobody approves what
    was tried before.

    ``warehouses``: ids of those whose work it is, for whoever may see it. ``stakes``: by currency, what the documents
    are worth that it may change.
    """

    class State(models.TextChoices):
        TRYING = "trying", "being tried"
        READY = "ready"
        WAITING = "waiting", "waits for approval"
        RUNNING = "running"
        DONE = "done"
        CANCELLED = "cancelled"

    OPEN = (State.TRYING, State.READY, State.WAITING, State.RUNNING)

    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_by_name = models.CharField(max_length=150)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    chosen = models.CharField(max_length=300, help_text="What was chosen, in words")
    size = models.PositiveIntegerField(help_text="How many messages")
    digest = models.CharField(max_length=64)
    warehouses = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.TRYING)
    round = models.PositiveSmallIntegerField(default=1)
    tried_at = models.DateTimeField(null=True)
    stakes = models.JSONField(default=dict)
    unvalued = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Messages that move money, nobody knows how much"
    )
    reason = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_by_name = models.CharField(max_length=150, blank=True)
    approved_at = models.DateTimeField(null=True)
    cancelled_by_name = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        permissions = [("approve_replay", "Can let replays go that are worth more than the limit")]
        constraints = [
            models.UniqueConstraint(
                fields=["made_by", "digest"],
                condition=models.Q(state__in=["trying", "ready", "waiting", "running"]),
                name="one_open_replay_of_the_same",
            )
        ]

    def __str__(self) -> str:
        return f"Replay {self.pk}: {self.chosen}"


class ReplayItem(models.Model):
    """One message of it. ``seen_job`` and ``seen_state``: what its latest job was when it was tried.

    ``writes``: what would be written elsewhere; ``changes``: rows here that would change, by table. Codes and numbers,
    no names or addresses. ``made``: the job is ours, and not one that waited.
    """

    class Verdict(models.TextChoices):
        UNTRIED = "", "not tried yet"
        NOTHING = "nothing", "already applied, nothing will change"
        OURS = "ours", "nothing is written elsewhere, our own books change"
        WRITES = "writes", "would write"
        FAILS = "fails", "would stop"
        UNSURE = "unsure", "cannot be told now"
        BUSY = "busy", "its job is at work"

    class State(models.TextChoices):
        CHOSEN = "chosen"
        BEGUN = "begun"
        SKIPPED = "skipped", "left out"

    replay = models.ForeignKey(Replay, models.CASCADE, related_name="items", db_index=False)
    message = models.ForeignKey(InboundMessage, models.CASCADE, related_name="replays")
    verdict = models.CharField(max_length=8, choices=Verdict, blank=True, default="")
    code = models.CharField(max_length=10, blank=True)
    text = models.CharField(max_length=500, blank=True)
    writes = models.JSONField(default=list)
    changes = models.JSONField(default=dict)
    document = models.ForeignKey(
        Document, models.SET_NULL, null=True, related_name="+", help_text="Known when it was tried"
    )
    seen_job = models.BigIntegerField(null=True)
    seen_state = models.CharField(max_length=16, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.CHOSEN)
    job = models.ForeignKey(SyncJob, models.SET_NULL, null=True, related_name="replays")
    made = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True, help_text="Why it was left out")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["replay", "message"], name="one_item_per_message")]
        indexes = [
            models.Index(fields=["replay", "id"], name="replay_items"),
            models.Index(fields=["replay", "id"], name="replay_untried", condition=models.Q(verdict="")),
            models.Index(fields=["replay", "id"], name="replay_unbegun", condition=models.Q(state="chosen")),
        ]

    def __str__(self) -> str:
        return f"{self.replay_id}: message {self.message_id}"
