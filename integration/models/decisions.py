"""What a person decided about one thing in one document, where the code may not."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Decision(models.Model):
    """``source`` is the document's key, as in ``StockEvent``; ``subject`` tells what of it, such as a code and a SKU.

    The latest one counts.
    """

    source = models.CharField(max_length=200)
    subject = models.CharField(max_length=150)
    choice = models.CharField(max_length=30)
    actor = models.CharField(max_length=150)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["source"], name="decision_source")]

    def __str__(self) -> str:
        return f"{self.subject}: {self.choice}"
