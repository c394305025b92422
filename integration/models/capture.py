"""How far Odoo has been read, and what it looked like when it was last read."""

from django.db import models
from django.db.models import Q

from integration.models.connections import Connection
from integration.models.fields import EncryptedJSONField


class CaptureCursor(models.Model):
    """``read_to`` is the write date up to which one Odoo model has been walked. ``swept_at``: when all of it was looked
    at; of stock, when looking began.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="cursors")
    model = models.CharField(max_length=64)
    read_to = models.DateTimeField()
    swept_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "model"], name="one_cursor_per_model")]

    def __str__(self) -> str:
        return self.model


class SeenWrite(models.Model):
    """A (record, write date) pair that a poll has met, kept while the overlapping window may show it again."""

    connection = models.ForeignKey(Connection, models.CASCADE)
    model = models.CharField(max_length=64)
    record_id = models.PositiveIntegerField()
    written_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "model", "record_id"], name="one_seen_per_record")]

    def __str__(self) -> str:
        return f"{self.model}({self.record_id})"


class CapturedRecord(models.Model):
    """The latest snapshot of one Odoo order. ``version`` grows when ``content_hash`` changes; ``dirty_at``: read it."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="captured")
    model = models.CharField(max_length=64)
    record_id = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=0)
    content_hash = models.CharField(max_length=64, blank=True)
    snapshot = EncryptedJSONField(null=True)
    dirty_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "model", "record_id"], name="one_snapshot_per_record")
        ]
        indexes = [
            models.Index(fields=["connection", "dirty_at"], name="captured_dirty", condition=Q(dirty_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.model}({self.record_id}) v{self.version}"
