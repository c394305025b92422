"""Who leads, what has been started, and who lives."""

from django.db import models
from django.db.models.functions import Now


class BeatLease(models.Model):
    """Which beat leads, and until when by PostgreSQL's clock. Each change of leader is a new term."""

    name = models.CharField(max_length=20, primary_key=True)
    holder = models.UUIDField()
    node = models.CharField(max_length=100, help_text="Its machine and process, for people")
    term = models.PositiveBigIntegerField()
    held_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.node}, term {self.term}"


class BeatSlot(models.Model):
    """One run of one schedule. Its row commits with what it starts: nobody can start it twice."""

    schedule = models.CharField(max_length=200)
    slot = models.DateTimeField(help_text="When it was due")
    term = models.PositiveBigIntegerField()
    started_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-started_at"]
        constraints = [models.UniqueConstraint(fields=["schedule", "slot"], name="one_run_per_slot")]
        indexes = [models.Index(fields=["started_at"], name="beat_slot_by_time")]

    def __str__(self) -> str:
        return f"{self.schedule} {self.slot:%Y-%m-%d %H:%M:%S}"


class Canary(models.Model):
    """The latest sign of life of a worker or a beat, settled on the way that its real work takes."""

    class Kind(models.TextChoices):
        WORKER = "worker"
        BEAT = "beat"

    process = models.CharField(max_length=200, primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    host = models.CharField(max_length=100)
    pid = models.PositiveIntegerField()
    settled_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["kind", "process"]
        verbose_name_plural = "canaries"

    def __str__(self) -> str:
        return f"{self.kind} {self.process}"
