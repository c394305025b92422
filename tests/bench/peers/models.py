"""One table for each peer. They have no migration: the bench makes them, the product never sees them."""

from typing import ClassVar

from django.db import models


class NaiveJob(models.Model):
    """The row that a naive durable task updates twice."""

    state = models.CharField(max_length=16, default="pending")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    objects: ClassVar[models.Manager["NaiveJob"]] = models.Manager()

    class Meta:
        app_label = "peers"

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class BareMessage(models.Model):
    """A JSON document as it came."""

    type = models.CharField(max_length=60)
    data = models.JSONField()
    received_at = models.DateTimeField(auto_now_add=True)
    objects: ClassVar[models.Manager["BareMessage"]] = models.Manager()

    class Meta:
        app_label = "peers"

    def __str__(self) -> str:
        return f"{self.pk} {self.type}"
