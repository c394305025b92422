"""A flow's way from shadow to live: what it would have written, what people keyed, and whether it may go live."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from integration.models.connections import Warehouse
from integration.models.documents import Document
from integration.models.modes import RolloutFlow


class Rollout(models.Model):
    """One flow of one warehouse since it has been in shadow.

    ``agreement``: the figures of the window, counted at ``counted_at``; ``against``: why it is no go.
    ``readiness``: what the two sides do not know of each other, counted by kind. ``keyed``: what people typed in, by
    week (its Monday). ``open_ones``: what a taking over would do or did, counted by sort.
    """

    class Taking(models.TextChoices):
        NONE = "", "not looked at"
        LOOKING = "looking", "being looked at"
        LOOKED = "looked", "looked at"
        RUNNING = "running", "being taken over"
        DONE = "done", "taken over"

    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="rollouts", db_index=False)
    flow = models.CharField(max_length=10, choices=RolloutFlow)
    shadow_since = models.DateTimeField(db_default=Now(), editable=False)
    live_since = models.DateTimeField(null=True)
    agreement = models.JSONField(default=dict)
    against = models.JSONField(default=list)
    go = models.BooleanField(default=False)
    counted_at = models.DateTimeField(null=True)
    readiness = models.JSONField(default=dict)
    keyed = models.JSONField(default=dict)
    waived_by = models.CharField(max_length=150, blank=True, help_text="Who let it go live though it was not ready")
    waived_why = models.CharField(max_length=300, blank=True)
    taking = models.CharField(max_length=8, choices=Taking, default=Taking.NONE, blank=True)
    open_ones = models.JSONField(default=dict)
    looked_at = models.DateTimeField(null=True)
    taken_by = models.CharField(max_length=150, blank=True)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["warehouse", "flow"]
        permissions = [
            ("see_readiness", "Can see the report of readiness"),
            ("go_live", "Can have a flow go live"),
            ("go_live_in_spite", "Can have it go live in spite of it"),
        ]
        constraints = [models.UniqueConstraint(fields=["warehouse", "flow"], name="one_rollout_per_flow")]

    def __str__(self) -> str:
        return f"{self.warehouse}: {self.get_flow_display()}"


class ShadowDocument(models.Model):
    """What a flow in shadow would have written about one document, and what people keyed of it.

    ``wanted``: by the partner's document (source), what it says: lines as [sku, lot, quantity], tracking numbers.
    ``keyed``: lines and numbers, as the other side has them. ``differences``: [what, ours, theirs].
    ``stop``: the code of what would have stopped it at a person. ``decision``: of a taking over.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", "waits for people to key it"
        UNKEYED = "unkeyed", "nobody has keyed it yet"
        AGREES = "agrees"
        DIFFERS = "differs"

    class Judged(models.TextChoices):
        NOBODY = "", "not judged"
        HUMAN = "human", "the human was wrong"
        OURS = "ours", "we were wrong"

    class Decision(models.TextChoices):
        NONE = "", "not decided"
        KNOWN = "known", "the warehouse knows it"
        SEND = "send", "to be done by Crossdock"
        PERSON = "person", "a person has to decide"
        OVER = "over", "nothing is left to do"
        TAKEN = "taken", "taken over"

    DECIDED = (Outcome.AGREES, Outcome.DIFFERS)
    PENDING = (Outcome.WAITING, Outcome.UNKEYED)
    LEFT = Q(outcome__in=PENDING) & ~Q(decision=Decision.TAKEN)  # what Crossdock has taken over, nobody keys

    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="+", db_index=False)
    flow = models.CharField(max_length=10, choices=RolloutFlow)
    key = models.CharField(max_length=200, help_text="What it is one of: our document, or the partner's")
    document = models.ForeignKey(Document, models.SET_NULL, null=True, related_name="shadows")
    reference = models.CharField(max_length=100)
    wanted = models.JSONField(default=dict)
    keyed = models.JSONField(default=dict)
    differences = models.JSONField(default=list)
    stop = models.CharField(max_length=8, blank=True)
    stop_text = models.CharField(max_length=500, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.WAITING)
    happened_at = models.DateTimeField(help_text="When the other side did it, as it said the first time")
    told_at = models.DateTimeField(help_text="When it was last heard of")
    keyed_at = models.DateTimeField(null=True, help_text="When a person had keyed it")
    compared_at = models.DateTimeField(null=True)
    judged = models.CharField(max_length=8, choices=Judged, default=Judged.NOBODY, blank=True)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    judged_by_name = models.CharField(max_length=150, blank=True)
    judged_at = models.DateTimeField(null=True)
    judged_why = models.CharField(max_length=300, blank=True)
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.NONE, blank=True)
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        permissions = [("judge_shadow", "Can say who was wrong where a flow in shadow and people differ")]
        constraints = [models.UniqueConstraint(fields=["warehouse", "flow", "key"], name="one_shadow_per_document")]
        indexes = [
            models.Index(fields=["reference"], name="shadow_reference"),
            models.Index(
                fields=["warehouse", "compared_at"],
                name="shadow_pending",
                condition=Q(outcome__in=["waiting", "unkeyed"]),
            ),
            models.Index(fields=["warehouse", "flow", "told_at"], name="shadow_of_window"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_taken_over(self) -> bool:
        """Crossdock does it by now: nobody is to key it."""
        return self.outcome in self.PENDING and self.decision == self.Decision.TAKEN
