"""What went through, counted for charts."""

from django.db import models

from integration.models.connections import Connection


class FlowSuccess(models.Model):
    """When a flow last went through that a connection has a part in."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="successes", db_index=False)
    flow = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        ordering = ["connection", "flow"]
        verbose_name_plural = "flow successes"
        constraints = [models.UniqueConstraint(fields=["connection", "flow"], name="one_success_per_flow")]

    def __str__(self) -> str:
        return f"{self.flow} {self.at:%Y-%m-%d %H:%M}"


class FlowTally(models.Model):
    """Jobs of a flow that went through within ten minutes."""

    flow = models.CharField(max_length=60)
    slot = models.DateTimeField(help_text="When the ten minutes begin")
    jobs = models.PositiveIntegerField()
    kept = models.PositiveIntegerField(help_text="Of them as fast as promised")
    seconds = models.FloatField(help_text="That they took, summed up")
    upto = models.BigIntegerField(help_text="The last try that is counted here")

    class Meta:
        ordering = ["-slot", "flow"]
        verbose_name_plural = "flow tallies"
        constraints = [models.UniqueConstraint(fields=["flow", "slot"], name="one_tally_per_flow_and_slot")]
        indexes = [
            models.Index(fields=["slot"], name="flow_tally_by_time"),
            models.Index(fields=["upto"], name="flow_tally_upto"),
        ]

    def __str__(self) -> str:
        return f"{self.flow} {self.slot:%Y-%m-%d %H:%M}: {self.jobs}"


class CallTally(models.Model):
    """Calls to a connection whose try ended within ten minutes."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+", db_index=False)
    slot = models.DateTimeField(help_text="When the ten minutes begin")
    calls = models.PositiveIntegerField()
    failed = models.PositiveIntegerField(help_text="Of them without a good answer")
    seconds = models.FloatField(help_text="That they took, summed up")

    class Meta:
        ordering = ["-slot", "connection"]
        verbose_name_plural = "call tallies"
        constraints = [models.UniqueConstraint(fields=["connection", "slot"], name="one_tally_per_connection_and_slot")]
        indexes = [models.Index(fields=["slot"], name="call_tally_by_time")]

    def __str__(self) -> str:
        return f"{self.connection} {self.slot:%Y-%m-%d %H:%M}: {self.calls}"
