"""How far the removal of old rows has come."""

from django.db import models


class Retention(models.Model):
    """One sort of rows that leave by policy. A pass walks their table by id, over many runs."""

    subject = models.CharField(max_length=20, primary_key=True)
    reached = models.BigIntegerField(default=0, help_text="The pass goes on after this id; 0: it is over")
    removed = models.BigIntegerField(default=0, help_text="Rows that the pass has removed so far")
    last_removed = models.BigIntegerField(default=0, help_text="Rows that the pass before it removed")
    total = models.BigIntegerField(default=0, help_text="All rows removed since the installation began")
    ended_at = models.DateTimeField(null=True, help_text="When the latest whole pass ended")

    class Meta:
        ordering = ["subject"]

    def __str__(self) -> str:
        return self.subject
