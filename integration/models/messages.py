"""What came in and what went out, raw. Bodies are encrypted: they hold names and addresses."""

import uuid

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
    trace_id = models.UUIDField(default=uuid.uuid4)
    received_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["connection", "external_id"], name="inbound_external_id"),
            models.Index(fields=["reference"], name="inbound_reference"),
        ]
        permissions = [
            ("view_personal_data", "Can see names and addresses in messages and snapshots"),
            ("replay_message", "Can have messages worked on again"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.reference}"


class OutboundMessage(models.Model):
    """One message to a partner. Sent is not accepted: the partner's yes or no comes later."""

    class State(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        SUPERSEDED = "superseded"

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="outbound", db_index=False)
    key = models.CharField(max_length=200, help_text="The idempotency key that every try carries")
    type = models.CharField(max_length=60)
    reference = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    document = models.ForeignKey(Document, models.SET_NULL, null=True, related_name="outbound")
    body = EncryptedBytesField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
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
            models.Index(fields=["acknowledge_by"], name="outbound_unanswered", condition=models.Q(state="sent")),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.reference} v{self.version}"
