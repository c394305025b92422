"""What the other side says, or is, that the code was not written for."""

from django.db import models
from django.db.models.functions import Now

from integration.models.connections import Connection


class Drift(models.Model):
    """One difference, however often it was met. ``subject``: a type of message, or one of Odoo's models."""

    class Kind(models.TextChoices):
        FIELD = "field", "unknown field"
        CODE = "code", "unknown code"
        SHAPE = "shape", "refused shape"
        SERVER = "server", "change of Odoo"

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="drift", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    subject = models.CharField(max_length=80, blank=True)
    path = models.CharField(max_length=120, help_text="Where it is, without the places in lists")
    detail = models.CharField(max_length=300, blank=True)
    example = models.CharField(max_length=200, blank=True, help_text="The sender's number of the latest message")
    count = models.PositiveBigIntegerField(default=1, db_default=1, help_text="How often it was met")
    first_at = models.DateTimeField(db_default=Now(), editable=False)
    last_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "drift"
        constraints = [
            models.UniqueConstraint(fields=["connection", "kind", "subject", "path"], name="one_drift_per_place")
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.path}".strip()


class ServerShape(models.Model):
    """What an Odoo had, when it was last looked at, of the models, fields and methods that the gateway uses."""

    connection = models.OneToOneField(Connection, models.CASCADE, primary_key=True, related_name="shape")
    version = models.CharField(max_length=20)
    shape = models.JSONField(default=dict, help_text="Model: its fields, its methods")
    looked_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["connection"]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.version}"
