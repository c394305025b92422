"""What came in and what went out, raw. Bodies are encrypted: they hold names and addresses."""

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from integration.models.connections import Connection
from integration.models.documents import Document
from integration.models.fields import EncryptedBytesField


class MessageKey(models.Model):
    """The sender's number of a message. Outlives the message, so that a late repeat is still recognised."""

    connection = models.ForeignKey(Connection, models.CASCADE, db_index=False)
    external_id = models.CharField(max_length=200)
    body_sha256 = models.BinaryField(max_length=32)
    received_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "external_id"], name="one_message_per_number")]

    def __str__(self) -> str:
        return self.external_id


class InboundMessage(models.Model):
    """One message received, as it came."""

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="inbound", db_index=False)
    external_id = models.CharField(max_length=200)
    type = models.CharField(max_length=60)
    reference = models.CharField(max_length=64, help_text="The partner's document: release or shipment number")
    document = models.ForeignKey(Document, models.SET_NULL, null=True, related_name="inbound")
    body = EncryptedBytesField()
    headers = models.JSONField(default=dict)
    drift = models.JSONField(default=list, help_text="Fields that the contract does not know")
    edits = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How often people have edited its data; the body stays as it came"
    )
    sequence = models.BigIntegerField(null=True, help_text="Its place in the sender's count of all that it sends")
    trace_id = models.UUIDField(default=uuid.uuid4)
    received_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["connection", "external_id"], name="inbound_external_id"),
            models.Index(fields=["reference"], name="inbound_reference"),
            models.Index(fields=["received_at", "id"], name="inbound_received"),
            models.Index(fields=["connection", "received_at", "id"], name="inbound_of_connection"),
            models.Index(fields=["type", "received_at"], name="inbound_type"),
            models.Index(fields=["trace_id"], name="inbound_trace"),
            models.Index(
                fields=["connection", "sequence"], name="inbound_counted", condition=models.Q(sequence__isnull=False)
            ),
        ]
        permissions = [
            ("view_personal_data", "Can see names and addresses in messages and snapshots"),
            ("replay_message", "Can have messages worked on again"),
            ("edit_message", "Can edit the data of messages whose work waits"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.reference}"


class MessageGap(models.Model):
    """A stretch of a sender's count that has not come. The one without a ``last`` is the end of the count, and no gap:
    nothing from its ``first`` on was looked for yet.

    ``after`` and ``until``: the messages of ours between which its numbers are counted. A count may begin anew.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="gaps", db_index=False)
    first = models.BigIntegerField()
    last = models.BigIntegerField(null=True)
    seen_at = models.DateTimeField(db_default=Now(), editable=False)
    asked_at = models.DateTimeField(null=True, help_text="When the sender was last asked for it, without getting it")
    after = models.BigIntegerField(default=0, db_default=0, editable=False)
    until = models.BigIntegerField(null=True, editable=False, help_text="Set: its sender has begun to count anew since")

    class Meta:
        ordering = ["connection", "first"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "after", "first"], name="one_gap_per_number"),
            models.UniqueConstraint(
                fields=["connection"], name="one_end_per_count", condition=models.Q(last__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first}-{self.last or ''}"


class MessageEdit(models.Model):
    """What a person made of a message's data, beside its original. The one with the highest number is worked on.

    ``changes``: what differs from the body before it, as [field, before, after]; what is personal is named alone, with
    None for its content.
    """

    message = models.ForeignKey(InboundMessage, models.CASCADE, related_name="edited", db_index=False)
    number = models.PositiveSmallIntegerField()
    body = EncryptedBytesField()
    changes = models.JSONField(default=list)
    actor = models.CharField(max_length=150)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=300)
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="one_edit_per_number")]

    def __str__(self) -> str:
        return f"edit {self.number} by {self.actor}"


class OutboundMessage(models.Model):
    """One message to a partner. Sent is not accepted: the partner's yes or no comes later."""

    class State(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        SUPERSEDED = "superseded"
        SHADOW = "shadow", "in shadow: never sent"

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="outbound", db_index=False)
    key = models.CharField(max_length=200, help_text="The idempotency key that every try carries")
    type = models.CharField(max_length=60)
    reference = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    document = models.ForeignKey(Document, models.SET_NULL, null=True, related_name="outbound")
    body = EncryptedBytesField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    withdrawn = models.BooleanField(
        default=False, db_default=False, editable=False, help_text="Nobody wants it any more: it goes out no more"
    )
    partner_reference = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    trace_id = models.UUIDField(default=uuid.uuid4)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    sent_at = models.DateTimeField(null=True)
    acknowledge_by = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["connection", "key"], name="one_outbound_per_key")]
        indexes = [
            models.Index(fields=["reference"], name="outbound_reference"),
            models.Index(
                fields=["partner_reference"],
                name="outbound_partner_reference",
                condition=~models.Q(partner_reference=""),
            ),
            models.Index(fields=["trace_id"], name="outbound_trace"),
            models.Index(fields=["acknowledge_by"], name="outbound_unanswered", condition=models.Q(state="sent")),
            models.Index(fields=["state", "-id"], name="outbound_not_accepted", condition=~models.Q(state="accepted")),
            BrinIndex(fields=["created_at"], name="outbound_of_day", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.reference} v{self.version}"
