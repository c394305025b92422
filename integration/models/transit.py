"""What is on its way between two warehouses."""

from django.db import models

from integration.models.documents import Document
from integration.models.fields import QuantityField


class InTransit(models.Model):
    """Goods that have left one warehouse and not come in at the other: by transfer, product and lot, as Odoo says.

    Below zero: more came in than left, as Odoo's own place in between says then.
    """

    transfer = models.ForeignKey(Document, models.CASCADE, related_name="in_transit")
    product_id = models.PositiveIntegerField()
    sku = models.CharField(max_length=100)
    lot = models.CharField(max_length=100, blank=True)
    unit = models.CharField(max_length=60)
    quantity = QuantityField()
    location_id = models.PositiveIntegerField(help_text="Odoo's id of the place in between")
    left_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["left_at", "id"]
        verbose_name_plural = "in transit"
        constraints = [
            models.UniqueConstraint(fields=["transfer", "product_id", "lot"], name="one_row_in_transit"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} {self.sku}"
