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


class CallTotal(models.Model):
    """Calls to a connection by what was called, how it answered, and about how long it took: never forgotten, so that
    a monitor can go by how much more there are than the last time."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+", db_index=False)
    method = models.CharField(max_length=100)
    outcome = models.CharField(max_length=10, help_text="ok, or the problem's code")
    within = models.FloatField(
        help_text="Seconds that each of them took at most; infinity: longer than the longest step"
    )
    calls = models.BigIntegerField()
    seconds = models.FloatField(help_text="That they took, summed up")
    last_at = models.DateTimeField(null=True, help_text="When the latest of them was")

    class Meta:
        ordering = ["connection", "method", "outcome", "within"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "method", "outcome", "within"], name="one_total_per_method_and_outcome"
            )
        ]

    def __str__(self) -> str:
        return f"{self.connection} {self.method} {self.outcome}: {self.calls}"


class TryTotal(models.Model):
    """Tries at jobs of a flow by what they came to, and about how long the jobs took from their cause on: never
    forgotten, as the calls are."""

    flow = models.CharField(max_length=60)
    outcome = models.CharField(max_length=16)
    within = models.FloatField(
        help_text="Seconds that each of them took at most; infinity: longer than the longest step"
    )
    tries = models.BigIntegerField()
    kept = models.BigIntegerField(help_text="Of them as fast as promised")
    seconds = models.FloatField(help_text="That they took, summed up")

    class Meta:
        ordering = ["flow", "outcome", "within"]
        constraints = [
            models.UniqueConstraint(fields=["flow", "outcome", "within"], name="one_total_per_flow_and_outcome")
        ]

    def __str__(self) -> str:
        return f"{self.flow} {self.outcome}: {self.tries}"
