"""Changes of rules and mappings that are tried on past documents before they count, and what orders are tried on."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from integration.models.connections import Warehouse
from integration.models.documents import Document
from integration.models.fields import EncryptedJSONField


class DecidedDelivery(models.Model):
    """A delivery as Odoo's snapshot showed it when its release was decided; the same once more is one row.

    ``snapshot``: the order as agreed (``canonical.erp.Order``), with this delivery and what is picked before it, the
    lines of the latter left out. ``ruled``: our rules about orders were asked, which they are not of a transfer.
    """

    document = models.ForeignKey(
        Document, models.CASCADE, related_name="+", db_index=False, help_text="The order or transfer"
    )
    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="+")
    release = models.CharField(max_length=64, help_text="The delivery's number")
    ruled = models.BooleanField(default=True)
    snapshot = EncryptedJSONField()
    key = models.CharField(max_length=32, editable=False)
    first_at = models.DateTimeField(db_default=Now(), editable=False)
    last_at = models.DateTimeField(db_default=Now(), editable=False)
    times = models.PositiveIntegerField(db_default=1, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "decided deliveries"
        constraints = [
            models.UniqueConstraint(fields=["document", "release", "key"], name="one_row_per_decided_delivery")
        ]

    def __str__(self) -> str:
        return self.release


class TriedChange(models.Model):
    """What somebody wants to change, tried on the documents of the last days: nothing of it counts yet.

    ``steps``: section, id of the row, the row before and after, as the log of changes keeps them. ``form``: the page
    that it was typed on (``model``, ``row``) and what was sent (``fields``). ``base``: which configuration it was
    compared with; when that changes on the way it begins anew (``round``). ``phase`` and ``after``: how far it has got.
    """

    class State(models.TextChoices):
        TRYING = "trying", "being tried"
        DONE = "done"
        CANCELLED = "cancelled"

    name = models.CharField(max_length=300, help_text="What is changed")
    steps = models.JSONField()
    form = models.JSONField(default=dict)
    days = models.PositiveSmallIntegerField(help_text="How many days back")
    since = models.DateTimeField()
    warehouses = models.JSONField(default=list, help_text="Ids of those whose documents it was tried on")
    state = models.CharField(max_length=10, choices=State, default=State.TRYING)
    base = models.CharField(max_length=64, default="")
    round = models.PositiveSmallIntegerField(default=1)
    phase = models.CharField(max_length=20, default="")
    after = models.BigIntegerField(default=0)
    decided = models.PositiveIntegerField(default=0, help_text="Documents that were decided twice")
    otherwise = models.PositiveIntegerField(default=0, help_text="Those that would have gone otherwise")
    untold = models.PositiveIntegerField(default=0, help_text="Those of which it cannot be told")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_by_name = models.CharField(max_length=150)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True)
    cancelled_by_name = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class TriedDocument(models.Model):
    """One document that would have gone otherwise, or of which that cannot be told.

    ``before`` and ``after``: what would come of it by the configuration as it is, and with the change: ``stops`` (code
    and cause of each) and ``says`` (by field). ``message``: the one that it came with, while that is kept.
    """

    class Verdict(models.TextChoices):
        STOPS = "stops", "would have stopped"
        GOES = "goes", "would have gone through"
        OTHERWISE = "otherwise", "would have gone otherwise"
        STOPS_OTHERWISE = "stopped", "would have stopped for something else"
        UNTOLD = "untold", "cannot be told"

    tried = models.ForeignKey(TriedChange, models.CASCADE, related_name="documents", db_index=False)
    warehouse = models.ForeignKey(Warehouse, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=40, help_text="What sort of document")
    reference = models.CharField(max_length=100, help_text="Its number")
    document = models.ForeignKey(Document, models.SET_NULL, null=True, related_name="+")
    message = models.BigIntegerField(null=True)
    at = models.DateTimeField(help_text="When it was decided, or came")
    verdict = models.CharField(max_length=10, choices=Verdict)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    why = models.CharField(max_length=300, blank=True, help_text="Why it cannot be told")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["tried", "id"], name="tried_documents")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
