"""What a person decided once about one cause: work that meets the same cause goes on."""

from django.db import models
from django.db.models.functions import Now


class Decision(models.Model):
    """``fingerprint``: of the case; a second case of the same cause finds the decision made."""

    fingerprint = models.CharField(max_length=300, unique=True)
    choice = models.CharField(max_length=20)
    by = models.CharField(max_length=150)
    reason = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.choice}: {self.fingerprint}"
