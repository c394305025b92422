"""What a conformance run found."""

from django.db import models
from django.db.models.functions import Now

from integration.models.connections import Connection


class ConformanceRun(models.Model):
    """One look at a warehouse by the contract suite. ``checks``: name, whether it held, what was seen."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="conformance", db_index=False)
    number = models.CharField(max_length=20, help_text="In the names of its test documents")
    passed = models.BooleanField(help_text="Nothing that could be looked at is wrong")
    checks = models.JSONField(default=list)
    actor = models.CharField(max_length=150)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["connection", "-id"], name="conformance_of_connection")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.number}"
