"""What was compared, and what did not agree."""

from decimal import Decimal

from django.db import models
from django.db.models.functions import Now

from integration.models.connections import Warehouse
from integration.models.documents import Document
from integration.models.fields import QuantityField


class Variance(models.Model):
    """Something that did not agree, from when it was found until it was gone. Quantities in Odoo's unit.

    ``says`` is what is written down, ``found`` what it should be by what is written down elsewhere.
    """

    class Subject(models.TextChoices):
        OVER = "over", "what a line says is over is not what left, or came in, beyond it"
        PART = "part", "a part of a line is more than the line, or below zero"
        MOVED = "moved", "the movements of a document are not what its lines say"

    subject = models.CharField(max_length=10, choices=Subject)
    warehouse = models.ForeignKey(Warehouse, models.CASCADE, null=True, related_name="variances")
    document = models.ForeignKey(Document, models.CASCADE, related_name="variances")
    line = models.CharField(max_length=64, blank=True, help_text="Empty: all lines of the document")
    sku = models.CharField(max_length=100, blank=True)
    says = QuantityField()
    found = QuantityField()
    first_seen = models.DateTimeField(db_default=Now(), editable=False)
    last_seen = models.DateTimeField(db_default=Now(), editable=False)
    gone_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "document", "line"],
                name="one_open_variance",
                condition=models.Q(gone_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.line}".strip()

    @property
    def difference(self) -> Decimal:
        difference: Decimal = self.says - self.found
        return difference


class ReconciliationRun(models.Model):
    """A walk through everything of one sort, a day's: how far it is, and what it came to.

    ``sums`` are over all rows, whatever their units: figures to compare two runs of the same rows by.
    """

    class Subject(models.TextChoices):
        LINES = "lines", "lines of deliveries, receipts and returns"

    subject = models.CharField(max_length=10, choices=Subject)
    day = models.DateField(help_text="UTC")
    after = models.BigIntegerField(default=0, help_text="The row that it came to")
    compared = models.BigIntegerField(default=0)
    different = models.BigIntegerField(default=0)
    sums = models.JSONField(default=dict)
    began_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["subject", "day"], name="one_run_a_day")]

    def __str__(self) -> str:
        return f"{self.get_subject_display()}, {self.day:%Y-%m-%d}"
