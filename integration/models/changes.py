"""What a warehouse was asked to do otherwise after a release, and what it said to it, line by line."""

from django.db import models
from django.db.models.functions import Now

from integration.models.documents import Document
from integration.models.fields import QuantityField
from integration.models.messages import OutboundMessage


class ChangeRequest(models.Model):
    """One request about a delivery that the warehouse has. ``wish``: all that Odoo wanted of it when it was asked.

    ``stands``: Odoo has wanted nothing else since, and the warehouse did not agree to all of it.
    """

    class Kind(models.TextChoices):
        CHANGE = "change"
        CANCEL = "cancel"

    class State(models.TextChoices):
        OPEN = "open", "waits for the warehouse's answer"
        ACCEPTED = "accepted"
        PART_ACCEPTED = "part_accepted", "accepted in part"
        REFUSED = "refused", "refused as too late"
        SUPERSEDED = "superseded", "replaced before it was sent"

    document = models.ForeignKey(Document, models.CASCADE, related_name="changes")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=14, choices=State, default=State.OPEN)
    message = models.OneToOneField(OutboundMessage, models.SET_NULL, null=True, related_name="change")
    wish = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64, blank=True, help_text="The delivery's, if this is accepted")
    stands = models.BooleanField(default=True)
    refused_fields = models.JSONField(default=list)
    reason = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="one_change_per_number")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} of {self.document_id}"


class ChangeLine(models.Model):
    """Quantities in Odoo's unit, of the whole line. ``granted`` is what will leave, once the warehouse has said so."""

    request = models.ForeignKey(ChangeRequest, models.CASCADE, related_name="lines")
    line = models.CharField(max_length=64)
    sku = models.CharField(max_length=100)
    was = QuantityField()
    wanted = QuantityField()
    granted = QuantityField(null=True)
    stage = models.CharField(max_length=10, blank=True, help_text="How far the warehouse was: its point of no return")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["request", "line"], name="one_change_line_per_name")]

    def __str__(self) -> str:
        return f"{self.sku} {self.was} -> {self.wanted}"
